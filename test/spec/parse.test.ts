import { ACTIVATIONS, CELLS as CELL_NAMES } from "../../src/catalogue/index.ts";
import { describe, expect, test } from "vitest";
import { EvanesceError } from "../../src/base/errors.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { networkJsonSchema } from "../../src/spec/json-schema.ts";
import { nearest } from "../../src/base/nearest.ts";

const message = (input: unknown, where?: string): string => {
  try {
    parseSpec(input, where);
  } catch (error) {
    expect(error).toBeInstanceOf(EvanesceError);
    return (error as Error).message;
  }
  throw new Error(`accepted ${JSON.stringify(input)}`);
};
const recurrent = (fields: object = {}) => ({ kind: "recurrent", ...fields });
const feedforward = (fields: object = {}) => ({ kind: "feedforward", ...fields });

test("every key of the schema has a description", () => {
  type Schema = { properties?: Record<string, Schema>; description?: string; [key: string]: unknown };
  const without: string[] = [];
  const walk = (schema: Schema, path: string) => {
    for (const [key, value] of Object.entries(schema.properties ?? {})) {
      if (!value.description) without.push(`${path}.${key}`);
      walk(value, `${path}.${key}`);
    }
    for (const key of ["anyOf", "oneOf", "items"]) {
      for (const each of [(schema[key] ?? []) as Schema | Schema[]].flat()) walk(each, path);
    }
  };
  walk(networkJsonSchema() as Schema, "network");
  expect(without).toEqual([]);
});

describe("a spec is filled in", () => {
  test("a recurrent one", () => {
    expect(parseSpec(recurrent())).toEqual({
      kind: "recurrent",
      cell: "tanh",
      hidden: 128,
      layers: 1,
      dilation: 1,
      bidirectional: false,
      cellOptions: { activation: "tanh", leak: 0.1, stepSize: 0.1, diffusion: 0.01 },
      init: {
        recurrent: "orthogonal",
        input: "xavier_uniform",
        readout: "pytorch",
        gain: 1,
        inputGain: 1,
        biasStd: 0,
        forgetBias: 1,
      },
      norm: "none",
      constraint: "none",
      pooling: "last",
    });
  });

  test("a feed-forward one", () => {
    expect(parseSpec(feedforward())).toEqual({
      kind: "feedforward",
      width: 256,
      depth: 50,
      activation: "tanh",
      init: { weight: "xavier_normal", readout: "pytorch", gain: 1, biasStd: 0, lsuv: false },
      norm: "none",
      normPosition: "before",
      residual: "none",
      blockLayers: 1,
      activationPosition: "branch",
      stochasticDepth: 0,
    });
  });

  test("part of init leaves the rest at its defaults", () => {
    expect(parseSpec(recurrent({ init: { gain: 2 } }))).toMatchObject({ init: { gain: 2, recurrent: "orthogonal" } });
  });

  test("a list of widths sets the depth that was left out", () => {
    expect(parseSpec(feedforward({ width: [64, 32, 64] }))).toMatchObject({ depth: 3, width: [64, 32, 64] });
    expect(parseSpec(feedforward({ width: [64, 32, 64], depth: 3 }))).toMatchObject({ depth: 3 });
  });

  test("it is frozen throughout, and the caller's object is left alone", () => {
    const input = { kind: "feedforward", width: [4, 4], init: { weight: "Xavier Normal" } };
    const spec = parseSpec(input);
    expect(Object.isFrozen(spec) && Object.isFrozen(spec.init)).toBe(true);
    expect(spec.kind === "feedforward" && Object.isFrozen(spec.width)).toBe(true);
    expect(Object.isFrozen(input) || Object.isFrozen(input.init)).toBe(false);
    expect(input.init.weight).toBe("Xavier Normal");
    expect(() => Object.assign(spec, { depth: 3 })).toThrow(TypeError);
  });

  test("parsing its result again changes nothing", () => {
    for (const input of [recurrent({ cell: "LSTM" }), feedforward({ width: [3, 5], activation: "Leaky ReLU" })]) {
      expect(parseSpec(parseSpec(input))).toEqual(parseSpec(input));
    }
  });
});

describe("names are understood in any spelling", () => {
  test.each([
    ["Leaky ReLU", "leaky_relu"],
    ["leakyrelu", "leaky_relu"],
    ["LeakyReLU", "leaky_relu"],
    ["linear", "identity"],
    ["Swish", "silu"],
    ["GELU", "gelu"],
    ["gelu-tanh", "gelu_tanh"],
    ["sin", "sine"],
    ["Hardswish", "hardswish"],
  ])("activation %s is %s", (spelling, name) => {
    expect(parseSpec(feedforward({ activation: spelling }))).toMatchObject({ activation: name });
  });

  test.each([
    ["kaiming_normal", "he_normal"],
    ["Kaiming Uniform", "he_uniform"],
    ["glorot_uniform", "xavier_uniform"],
    ["GlorotNormal", "xavier_normal"],
    ["LeCun", "lecun_normal"],
    ["eye", "identity"],
    ["IRNN", "identity"],
    ["default", "pytorch"],
    ["zero", "zeros"],
    ["ones", "constant"],
    ["RandomUniform", "uniform"],
    ["truncated-normal", "truncated_normal"],
  ])("initialization %s is %s", (spelling, name) => {
    expect(parseSpec(recurrent({ init: { recurrent: spelling } }))).toMatchObject({ init: { recurrent: name } });
  });

  test("cells, norms and residuals too", () => {
    expect(parseSpec(recurrent({ cell: "LSTM" }))).toMatchObject({ cell: "lstm" });
    expect(parseSpec(recurrent({ cell: "linear" }))).toMatchObject({ cell: "identity" });
    expect(parseSpec(recurrent({ cell: "IRNN", init: { gain: 0.5 } }))).toMatchObject({
      cell: "relu",
      init: { recurrent: "identity", gain: 0.5 },
    });
    expect(parseSpec(feedforward({ norm: "LayerNorm", residual: "ReZero" }))).toMatchObject({
      norm: "layer",
      residual: "skipinit",
    });
  });
});

describe("a mistake is reported with its place, the rule, the value and a remedy", () => {
  const CELLS = CELL_NAMES.join(", ");
  test.each<[string, unknown, string]>([
    [
      "no spec",
      undefined,
      'network: an object, got undefined; start from {"kind": "recurrent"} or {"kind": "feedforward"}',
    ],
    ["a list", [], 'network: an object, got []; start from {"kind": "recurrent"} or {"kind": "feedforward"}'],
    ["no kind", {}, 'network.kind: recurrent or feedforward, got undefined; set "kind" to one of these'],
    [
      "a kind mistyped",
      { kind: "recurent" },
      'network.kind: recurrent or feedforward, got "recurent"; did you mean recurrent?',
    ],
    [
      "an unknown key",
      recurrent({ hiden: 5 }),
      'network.hiden: a key of the schema, got "hiden"; did you mean hidden?',
    ],
    [
      "an unknown key inside",
      recurrent({ init: { gian: 5 } }),
      'network.init.gian: a key of the schema, got "gian"; did you mean gain?',
    ],
    [
      "a key like no other",
      recurrent({ init: { color: 5 } }),
      'network.init.color: a key of the schema, got "color"; the keys here are recurrent, input, readout, gain, inputGain, biasStd, forgetBias, chrono',
    ],
    ["a cell mistyped", recurrent({ cell: "lstn" }), `network.cell: one of ${CELLS}, got "lstn"; did you mean lstm?`],
    ["a cell of another type", recurrent({ cell: 7 }), `network.cell: one of ${CELLS}, got 7; choose one of these`],
    [
      "a quoted number",
      recurrent({ hidden: "12" }),
      'network.hidden: a finite number, got "12"; write it without quotes',
    ],
    [
      "NaN",
      recurrent({ init: { gain: Number.NaN } }),
      "network.init.gain: a finite number, got NaN; write a finite number, or leave it out for the default",
    ],
    [
      "infinity",
      recurrent({ hidden: Infinity }),
      "network.hidden: a finite number, got Infinity; write a finite number, or leave it out for the default",
    ],
    ["a fraction", recurrent({ hidden: 1.5 }), "network.hidden: a whole number, got 1.5; use 1 or 2"],
    ["a negative size", recurrent({ hidden: -1 }), "network.hidden: at least 1, got -1; use 1 or more"],
    ["too many layers", recurrent({ layers: 1001 }), "network.layers: at most 1000, got 1001; use 1000 or less"],
    ["depth 0", feedforward({ depth: 0 }), "network.depth: at least 1, got 0; use 1 or more"],
    [
      "a negative spread",
      feedforward({ init: { biasStd: -1 } }),
      "network.init.biasStd: at least 0, got -1; use 0 or more",
    ],
    [
      "init no object",
      feedforward({ init: 5 }),
      "network.init: an object, got 5; write an object, or leave it out for the default",
    ],
    [
      "init null",
      feedforward({ init: null }),
      "network.init: an object, got null; write an object, or leave it out for the default",
    ],
    [
      "no boolean",
      feedforward({ init: { lsuv: "yes" } }),
      'network.init.lsuv: true or false, got "yes"; write true or false, or leave it out for the default',
    ],
    [
      "neither number nor auto",
      feedforward({ init: { gain: "atuo" } }),
      'network.init.gain: a finite number or auto, got "atuo"; did you mean auto?',
    ],
    [
      "an empty list",
      feedforward({ width: [] }),
      "network.width: a list of at least 1, got []; add an entry, or leave it out",
    ],
    ["one entry of a list", feedforward({ width: [3, 0] }), "network.width.1: at least 1, got 0; use 1 or more"],
    [
      "another type in a list",
      feedforward({ width: [3, "a"] }),
      'network.width.1: a finite number, got "a"; write a finite number, or leave it out for the default',
    ],
    [
      "neither number nor list",
      feedforward({ width: "a" }),
      'network.width: a finite number or a list, got "a"; use one of these',
    ],
    [
      "widths and depth at odds",
      feedforward({ width: [3, 4], depth: 3 }),
      "network.width: one width for each of 3 layers, got [3,4]; set depth: 2, or leave depth out",
    ],
    [
      "a probability of 2",
      feedforward({ stochasticDepth: 2 }),
      "network.stochasticDepth: at most 1, got 2; use 1 or less",
    ],
    [
      "sigmaW without gaussian",
      feedforward({ init: { sigmaW: 1 } }),
      'network.init.sigmaW: only with weight gaussian, not xavier_normal, got 1; set weight: "gaussian", or use gain',
    ],
    [
      "sigmaW against gain",
      feedforward({ init: { weight: "gaussian", sigmaW: 1, gain: 2 } }),
      "network.init.sigmaW: the same value as gain, 2, because it is another name for it, got 1; give one of the two",
    ],
    [
      "sigmaB against biasStd",
      feedforward({ init: { sigmaB: 0.1, biasStd: 0.2 } }),
      "network.init.sigmaB: the same value as biasStd, 0.2, because it is another name for it, got 0.1; give one of the two",
    ],
  ])("%s", (_, input, expected) => {
    expect(message(input)).toBe(expected);
  });

  test("every activation is listed, and a prefix is understood", () => {
    expect(message(feedforward({ activation: "soft" }))).toContain(
      `network.activation: one of ${ACTIVATIONS.join(", ")}, got "soft"; did you mean soft`,
    );
    expect(message(recurrent({ init: { recurrent: "ortho" } }))).toMatch(/did you mean orthogonal\?$/);
  });

  test("where is the caller's name for the spec, and the error's field", () => {
    expect(message(recurrent({ hidden: 0 }), "SPEC.json")).toMatch(/^SPEC\.json\.hidden: /);
    try {
      parseSpec(recurrent({ hidden: 0 }));
    } catch (error) {
      expect((error as EvanesceError).where).toBe("network.hidden");
    }
  });

  test("the mean-field pair agrees with its other names", () => {
    expect(() => parseSpec(feedforward({ init: { weight: "gaussian", sigmaW: 1.5, sigmaB: 0.2 } }))).not.toThrow();
    expect(() =>
      parseSpec(feedforward({ init: { weight: "gaussian", sigmaW: 2, gain: 2, sigmaB: 0.2, biasStd: 0.2 } })),
    ).not.toThrow();
  });
});

describe("did you mean", () => {
  test.each([
    ["hiden", "hidden"],
    ["ihdden", "hidden"],
    ["HIDDEN", "hidden"],
    ["layer", "layers"],
    ["ortho", "orthogonal"],
    ["xyzzy", undefined],
    ["a", undefined],
    ["", undefined],
  ])("%s → %s", (typed, expected) => {
    expect(nearest(typed, ["hidden", "layers", "orthogonal"])).toBe(expected);
  });
});

test("the JSON schema holds every default, those of names included", () => {
  const schema = networkJsonSchema() as { oneOf: { properties: Record<string, { default?: unknown }> }[] };
  for (const [kind, input] of [recurrent(), feedforward()].entries()) {
    for (const [key, value] of Object.entries(parseSpec(input))) {
      if (key !== "kind" && key !== "init" && key !== "cellOptions")
        expect(schema.oneOf[kind]!.properties[key]!.default, key).toEqual(value);
    }
  }
});

test("the JSON schema takes a list where the spec takes one entry a layer", () => {
  interface Property {
    readonly anyOf?: readonly { readonly type?: string }[];
    readonly properties?: Readonly<Record<string, Property>>;
  }
  const schema = networkJsonSchema() as { oneOf: Property[] };
  const listed: readonly (readonly string[])[] = [
    [
      "cell",
      "hidden",
      "norm",
      "init.recurrent",
      "init.input",
      "cellOptions.innerActivation",
      "cellOptions.gateActivation",
    ],
    ["activation", "norm", "init.weight", "width"],
  ];
  for (const [kind, paths] of listed.entries()) {
    for (const path of paths) {
      const property = path.split(".").reduce((at, key) => at.properties![key]!, schema.oneOf[kind]!);
      expect(
        property.anyOf?.map(({ type }) => type),
        path,
      ).toContain("array");
    }
  }
});
