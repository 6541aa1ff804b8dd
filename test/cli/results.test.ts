/**
 * `evanesce report` reads what every command prints with `--json`: it shows the same words and data, and draws a
 * page.
 */
import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EvanesceError } from "../../src/base/errors.ts";
import { jsonText, readResult, resultFields, resultLine, resultText } from "../../src/report/index.ts";
import { PHASE_TONES } from "../../src/report/trace/findings.ts";
import { figuresOf, figureToCsv, pageOf, reportToHtml } from "../../src/report/pages.ts";
import { unbroken } from "../report/words.ts";
import { evanesce, workspace } from "./command.ts";

const files = workspace();
afterAll(() => files.remove());

const small = ["--hidden", "8", "--steps", "30", "--batch", "4"];
const map = files.json("map.json", {
  base: { network: { kind: "feedforward", width: 8, init: { weight: "gaussian" } }, batch: 4, profile: 3 },
  axes: [
    { key: "init.gain", values: [0.5, 1, 2] },
    { key: "depth", values: [2, 5] },
    { key: "activation", values: ["tanh", "relu"] },
  ],
  source: "nobody",
});
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
  race: [
    ...["prescribe", "--depth", "8", "--width", "8", "--activation", "sigmoid", "--batch", "4", "--seeds", "2"],
    ...["--task", "teacher", "--remedies", "relu,residual", "--updates", "18", "--threads", "1"],
  ],
  claims: ["claims", "--only", "small-derivatives-multiply", "--threads", "1"],
  prediction: ["predict", "--depth", "20", "--activation", "sigmoid"],
  map: ["sweep", map, "--no-keep", "--threads", "1"],
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
    expect(figures("race")).toEqual(["race", "race-curves", "remedies"]);
    expect(figures("prediction")).toEqual(["expected-profile", "expected-variance"]);
    expect(figures("map")).toEqual(["map-1", "map-2"]);
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

/**
 * Texts that could act as markup, as a command to a terminal, as text from right to left, as a formula or as a path.
 */
const HOSTILE = `=</script><xss-element onload="alert(1)">'&\u001b[2J\u009b31m\u202e\u2066../../../evil`;
/** Text that a spreadsheet would calculate. */
const FORMULA = '=HYPERLINK("http://x")';

/** Every place of a value that holds text, and every object whose keys are names of things. */
function texts(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value === "string") return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => texts(each, [...path, key]));
}

const put = (root: unknown, path: readonly string[], text: string): void => {
  const parent = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], root);
  (parent as Record<string, unknown>)[path[path.length - 1]] = text;
};

/** The result with hostile text at every place where its reader allows text, the names of its factors too. */
function hostile(json: string, text: string): { readonly value: unknown; readonly places: number } {
  const value: unknown = JSON.parse(json);
  const allowed = texts(value).filter((path) => {
    const changed = JSON.parse(json);
    put(changed, path, text);
    try {
      readResult(changed, "file.json");
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(EvanesceError);
      return false;
    }
  });
  for (const path of allowed) put(value, path, text);
  const ledgers = (value as { ledger?: { factors: Record<string, unknown> }[] }).ledger ?? [];
  for (const ledger of ledgers) {
    ledger.factors = Object.fromEntries(Object.entries(ledger.factors).map(([name, each]) => [`${text}${name}`, each]));
  }
  return { value, places: allowed.length };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal would obey
const OBEYED = /[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the styles of our own
const OWN_STYLES = /\u001b\[[0-9;]+m/g;

describe("a training run", () => {
  it.each(Object.keys(PHASE_TONES))("is read back in the phase %s", (name) => {
    const trace = JSON.parse(printed.get("trace")?.json ?? "");
    trace.phase = { name, since: null, sentence: "As it is.", next: "Go on." };
    const read = readResult(trace, "file.json");
    expect(resultText(read)).toContain(`${name.replaceAll("-", " ").toUpperCase()}\n`);
    expect(resultText(read)).toContain("\n→ Go on.\n");
    expect(pageOf(read).advice).toContain("Go on.");
  });
});

describe("a hostile map, and hostile records of runs", () => {
  const record = (name: string) =>
    files.write(
      name,
      ['{"schema":"evanesce.record/1","tensors":["a.weight","b.weight"]}', '{"update":0,"loss":1,"norm":[0.1,1]}'].join(
        "\n",
      ),
    );
  const map = {
    base: { network: { kind: "feedforward", width: 4 }, batch: 4 },
    axes: [
      { key: "init.gain", values: [0.5, 1] },
      { key: "depth", values: [2, 3] },
    ],
    replicates: 1,
  };
  const commands: Readonly<Record<string, () => readonly string[]>> = {
    map: () => ["sweep", files.write("hostile-map.json", JSON.stringify(map)), "--threads", "1"],
    monitor: () => ["monitor", record("one.jsonl")],
    runs: () => ["monitor", record("one.jsonl"), record("two.jsonl")],
  };

  it.each(Object.keys(commands))("%s: is text in a page and in a terminal", async (kind) => {
    const { code, stdout } = await evanesce([...commands[kind](), "--json"]);
    expect(code).toBe(0);
    const { value, places } = hostile(stdout, HOSTILE);
    expect(places).toBeGreaterThan(1);
    const read = readResult(value, "file.json");
    const html = reportToHtml(pageOf(read));
    expect(html).not.toMatch(/<xss-element|<\/script><xss/);
    expect(html).toContain("&#60;xss-element onload=&#34;alert(1)&#34;&#62;");
    expect(html).not.toMatch(/[\u009b\u202e\u2066]/);
    for (const text of [resultText(read), resultLine(read)]) expect(text).not.toMatch(OBEYED);
  });
});

describe("a hostile result", () => {
  it.each(KINDS)(
    "%s: is text in a page, in a terminal, in JSON and in a table, and its figures keep their folder",
    async (kind) => {
      const { json } = printed.get(kind) as { json: string };
      const { value, places: count } = hostile(json, HOSTILE);
      expect(count).toBeGreaterThan(3);
      const read = readResult(value, "file.json");

      const html = reportToHtml(pageOf(read));
      expect(html).not.toMatch(/<xss-element|<\/script><xss/);
      expect(html).toContain("&#60;xss-element onload=&#34;alert(1)&#34;&#62;");
      expect(html).not.toContain("unsafe-inline");
      expect(html).not.toMatch(/[\u009b\u202e\u2066]/);

      for (const color of [true, false]) {
        for (const text of [resultText(read, { color }), resultLine(read, { color })]) {
          expect(text.replace(color ? OWN_STYLES : /$^/, "")).not.toMatch(OBEYED);
        }
      }
      const written = [...jsonText(resultFields(read))].join("");
      expect(written).not.toMatch(OBEYED);
      expect(JSON.stringify(JSON.parse(written))).toContain("\u202e"); // nothing is lost

      const path = files.write(`hostile-${kind}.json`, JSON.stringify(value));
      const folder = files.path(`figures-${kind}/inside`);
      await done(["report", path, "-q", "--svg", folder, "--figure-data", folder]);
      expect(readdirSync(files.path(`figures-${kind}`))).toEqual(["inside"]);
      const names = readdirSync(folder);
      expect(names.length).toBeGreaterThan(2);
      for (const name of names) {
        expect(name).toMatch(/^[a-z0-9-]+\.(svg|csv|json)$/);
        const text = readFileSync(`${folder}/${name}`, "utf8");
        if (name.endsWith(".svg")) expect(text).not.toContain("<xss-element");
      }
    },
  );

  it.each(KINDS)("%s: no cell of its tables begins a formula", (kind) => {
    const { value } = hostile((printed.get(kind) as { json: string }).json, FORMULA);
    for (const figure of figuresOf(readResult(value, "file.json"))) {
      for (const line of figureToCsv(figure).split("\n")) {
        for (const cell of line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
          if (/^-?[\d.]+(e[+-]\d+)?$|^-inf$|^$/.test(cell)) continue; // a number
          expect(cell).not.toMatch(/^"?[=+\-@\t\r]/);
        }
      }
    }
  });

  it("is refused where a name becomes a file's or an element's: claims, layers, gates", () => {
    const change = (kind: string, path: readonly string[], text: string) => {
      const value = JSON.parse((printed.get(kind) as { json: string }).json);
      put(value, path, text);
      return () => readResult(value, "file.json");
    };
    expect(change("claims", ["claims", "0", "id"], "../evil")).toThrow(/^file\.json\.claims\.0\.id: letters, digits/);
    expect(change("flow", ["layers", "0", "suffix"], "../evil")).toThrow(/^file\.json\.layers\.0\.suffix: l0/);
    expect(change("flow", ["jacobians", "weights", "0", "gate"], "../evil")).toThrow(/^file\.json\.jacobians\.weights/);
  });

  it("is spelled out in messages: names of files, schemas, what stands in the file", async () => {
    const path = files.write("evil\u001b[2J\u202e.json", JSON.stringify({ schema: HOSTILE }));
    const { code, stderr } = await evanesce(["report", path]);
    expect(code).toBe(2);
    expect(stderr).not.toMatch(OBEYED);
    expect(stderr).toContain("\\u001b[2J\\u202e.json");
  });
});
