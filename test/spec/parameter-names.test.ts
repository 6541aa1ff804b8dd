/**
 * Code tells parameters apart by role and place (`src/spec/parameter-groups.ts`), never by a pattern over their names.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { inGroup, isBias, isHiddenWeight, isOnPath, isWeight, scalesHidden } from "../../src/spec/parameter-groups.ts";
import { type NetworkInput, parseSpec } from "../../src/spec/index.ts";
import { parameterTable } from "../../src/spec/parameters.ts";

const src = fileURLToPath(new URL("../../src/", import.meta.url));

/** These read names that other people's programs wrote. */
const READERS = ["models/", "records/", "monitor/", "metrics/layer-name.ts", "cli/spec.ts"];

/** Parts of parameter names: their beginnings, ends and middles. */
const IN_A_NAME = /weight|bias|readout|\brnn\b|(layers|norms|gates|residuals|activations|embedding|stem|head)\\?\./;
const STRING_TESTS = ["startsWith", "endsWith", "includes", "indexOf", "lastIndexOf", "search", "match", "split"];
const EDITS = ["replace", "replaceAll"];

/** The patterns over names of parameters in a source: regular expressions, and tests of a string by a part of it. */
function patternsIn(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node) && IN_A_NAME.test(node.text)) found.push(node.text);
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression) && node.arguments.length > 0) {
      const method = node.expression.name.text;
      const argument = node.arguments[0] as ts.Expression;
      const isText = ts.isStringLiteralLike(argument) || ts.isTemplateExpression(argument);
      // a list of words that includes a whole word is no pattern
      const ofList = ts.isArrayLiteralExpression(node.expression.expression);
      if (isText && !ofList && [...STRING_TESTS, ...EDITS].includes(method) && IN_A_NAME.test(argument.getText()))
        found.push(`${method}(${argument.getText()})`);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("a.ts", text, ts.ScriptTarget.Latest, true));
  return found;
}

const sources = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

describe("names of parameters", () => {
  it.each([
    ["/^layers\\.\\d+\\.weight$/.test(name)", 1],
    ["names.filter((name) => /bias/.test(name))", 1],
    ['name.startsWith("readout")', 1],
    ['name.endsWith(".weight_g")', 1],
    ["name.startsWith(`norms.0.`)", 1],
    ['name.replace("rnn.", "")', 1],
    ['name.split("layers.")', 1],
    ['parameters.get("readout.weight")', 0],
    ["place.module === 'readout'", 0],
    ['word.startsWith("--")', 0],
    ['factor === "weights"', 0],
  ])("the search judges %s", (code, count) => {
    expect(patternsIn(code)).toHaveLength(count);
  });

  it("no code takes one apart, except readers of other people's files", () => {
    const own = sources.filter((file) => !READERS.some((reader) => file.startsWith(reader)));
    expect(own.length).toBeGreaterThan(400);
    const found = own.flatMap((file) =>
      patternsIn(readFileSync(join(src, file), "utf8")).map((one) => `${file}: ${one}`),
    );
    expect(found).toEqual([]);
  });
});

/** The names of a spec's parameters that belong to a group. */
function members(input: NetworkInput, group: Parameters<typeof inGroup>[1]): string[] {
  const spec = parseSpec(input);
  const names = parameterTable(spec, { inputs: 3, outputs: 2 }).map(({ name }) => name);
  return names.filter(inGroup(spec, group));
}

describe("groups", () => {
  const deep = { kind: "feedforward", depth: 2, width: 4 } as const;

  it("weights are matrices: no scale of a normalization, no slope, no multiplier of a branch", () => {
    const spec = { ...deep, depth: 3, norm: "layer", activation: "prelu", residual: "skipinit" } as const;
    expect(members(spec, isWeight)).toEqual([0, 1, 2].map((l) => `layers.${l}.weight`).concat("readout.weight"));
  });

  it("under weight norm g scales a hidden layer", () => {
    const spec = { ...deep, norm: "weight" } as const;
    expect(members(spec, scalesHidden)).toEqual(["layers.0.weight_g", "layers.1.weight_g"]);
    expect(members(spec, isOnPath)).toEqual(["layers.1.weight_g"]);
    expect(members(spec, isHiddenWeight)).toEqual([]);
    expect(members(spec, isWeight)).toContain("layers.0.weight_v");
  });

  it("IndRNN's vector stands in the place of W_hh", () => {
    const spec = { kind: "recurrent", cell: "indrnn", hidden: 4 } as const;
    expect(members(spec, isOnPath)).toEqual(["rnn.weight_hh_l0"]);
    expect(members(spec, isWeight)).toEqual(["rnn.weight_ih_l0", "rnn.weight_hh_l0", "readout.weight"]);
  });

  it("biases are b and the β of normalizations, in both kinds", () => {
    const normed = { kind: "recurrent", cell: "lstm", hidden: 4, norm: "layer" } as const;
    expect(members(normed, isBias)).toEqual(
      ["bias_ih_l0", "bias_hh_l0", "norm_bias_l0"].map((leaf) => `rnn.${leaf}`).concat("readout.bias"),
    );
    expect(members({ ...deep, norm: "layer" }, isBias)).toContain("norms.1.bias");
  });
});
