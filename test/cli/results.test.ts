/** What every command prints with `--json` is read back by `evanesce report`: the same words, the same data, a page. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EvanesceError } from "../../src/base/errors.ts";
import { jsonText, readResult, resultFields, resultLine, resultText } from "../../src/report/index.ts";
import { pageOf, reportToHtml } from "../../src/report/pages.ts";
import { unbroken } from "../report/words.ts";
import { evanesce, workspace } from "./command.ts";

const files = workspace();
afterAll(() => files.remove());

const small = ["--hidden", "8", "--steps", "30", "--batch", "4"];
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  flow: ["rnn", ...small, "--noise", "--histogram", "--learning-rate", "0.01", "--spectrum", "5", "--clip-norm", "1"],
  dead: ["mlp", "--depth", "6", "--width", "8", "--init", "zeros", "--noise", "--learning-rate", "0.1"],
  comparison: ["rnn", ...small, "--compare", "tanh,gru"],
  trace: [
    ...["train", "--depth", "8", "--width", "8", "--task", "spirals", "--updates", "30", "--clip-norm", "0.1"],
    ...["--gsnr-every", "10", "--saturation-every", "10", "--validation", "0.2", "--schedule", "cosine"],
  ],
  prescription: [
    ...["prescribe", "--depth", "12", "--width", "8", "--activation", "sigmoid", "--batch", "4", "--seeds", "2"],
    ...["--remedies", "relu,residual", "--verify", "10"],
  ],
  claims: ["claims", "--only", "small-derivatives-multiply"],
  prediction: ["predict", "--depth", "20", "--activation", "sigmoid"],
};
const KINDS = Object.keys(COMMANDS);
const printed = new Map<string, { text: string; json: string }>();

async function done(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await evanesce(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

beforeAll(async () => {
  for (const [kind, args] of Object.entries(COMMANDS)) {
    printed.set(kind, { text: await done(args), json: await done([...args, "--json"]) });
  }
});

describe("evanesce report", () => {
  it.each(KINDS)("shows a %s as the command that measured it did", async (kind) => {
    const { text, json } = printed.get(kind) as { text: string; json: string };
    const path = files.write(`${kind}.json`, json);
    expect(await done(["report", path])).toBe(text);
    expect(JSON.parse(await done(["report", path, "--json"]))).toEqual(JSON.parse(json));
    expect(JSON.parse(json).command).toBe(["evanesce", ...COMMANDS[kind]].join(" "));
  });

  it.each(KINDS)("draws a %s: figures, the numbers, the command line", async (kind) => {
    const { json } = printed.get(kind) as { json: string };
    const path = files.write(`${kind}.json`, json);
    const page = files.path(`${kind}.html`);
    await done(["report", path, "-q", "--html", page, "--figure-data", files.path(`${kind}.csv`)]);
    const html = unbroken(readFileSync(page, "utf8"));
    expect(html).toMatch(/<figure id=/);
    expect(html).toContain(`${["evanesce", ...COMMANDS[kind]].join(" ")}</code>`);
    expect(html.length).toBeLessThan(1_000_000);
    expect(readFileSync(files.path(`${kind}.csv`), "utf8").split("\n").length).toBeGreaterThan(2);
  });

  it.each(KINDS)("shows a %s from 60 columns on, and in ASCII, without a character it cannot spell", async (kind) => {
    const path = files.write(`${kind}.json`, printed.get(kind)?.json ?? "");
    for (const columns of [60, 80, 133, 200]) {
      const lines = (await done(["report", path, "--columns", `${columns}`])).split("\n");
      expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
      expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
      const plain = (await done(["report", path, "--ascii", "--columns", `${columns}`])).split("\n");
      expect(Math.max(...plain.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is the claim
    expect(await done(["report", path, "--ascii"])).toMatch(/^[\x00-\x3e\x40-\x7f]*$/); // a question mark would stand for it
  });

  it("has figures of what was measured", () => {
    const figures = (kind: string) => {
      const { json } = printed.get(kind) as { json: string };
      return pageOf(readResult(JSON.parse(json), kind)).sections.flatMap(({ figure }) => figure?.id ?? []);
    };
    expect(figures("flow")).toEqual(
      expect.arrayContaining([
        ...["gradient-profile", "ledger", "contributions", "gradient-noise", "gsnr", "noise-scale", "updates"],
        ...["gradient-magnitudes", "weight-magnitudes", "singular-values", "lyapunov"],
      ]),
    );
    expect(figures("trace")).toEqual([
      ...["loss", "accuracy", "path", "gradients", "gradients-map", "updates", "updates-map", "clipping"],
      ...["learning-rate", "gsnr", "saturation"],
    ]);
    expect(figures("prescription")).toEqual(["remedies", "trained"]);
    expect(figures("prediction")).toEqual(["expected-profile", "expected-variance"]);
  });
});

/** Every place of a value, two of a list: `diagnosis.causes.0.share`. */
function places(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  const entries = Array.isArray(value) ? [...value.entries()].slice(0, 2) : Object.entries(value);
  return [path, ...entries.flatMap(([key, each]) => places(each, [...path, String(key)]))];
}

const WRONG: readonly unknown[] = [undefined, null, -1.5, "x", [], {}, [null], true, 1e300, [[1]], [{}]];

describe("a result that was changed", () => {
  it.each(KINDS)("%s: is shown, or refused by the name of its field, and never by accident", (kind) => {
    const { json } = printed.get(kind) as { json: string };
    const all = places(JSON.parse(json)).slice(1);
    let refused = 0;
    all.forEach((path, i) => {
      const changed = JSON.parse(json);
      const parent = path.slice(0, -1).reduce((at, key) => at[key], changed);
      const wrong = WRONG[i % WRONG.length];
      const key = path[path.length - 1];
      if (wrong === undefined && !Array.isArray(parent)) delete parent[key];
      else parent[key] = wrong ?? null;
      try {
        const read = readResult(changed, "file.json");
        resultText(read);
        resultLine(read);
        for (const _ of jsonText(resultFields(read)));
        if (i % 8 === 0) reportToHtml(pageOf(read));
      } catch (error) {
        expect(error, `${path.join(".")} = ${JSON.stringify(wrong)}`).toBeInstanceOf(EvanesceError);
        expect((error as Error).message).toMatch(/^file\.json/);
        refused++;
      }
    });
    expect(refused).toBeGreaterThan(all.length / 4);
  });
});
