/**
 * A journal keeps finished cells: a second run computes the missing ones, a torn line is repaired, a second writer is
 * refused.
 */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { decode, encode } from "../../src/sweeps/encode.ts";
import { parseMap } from "../../src/sweeps/map.ts";
import { cellHash } from "../../src/sweeps/node/hash.ts";
import { Journal, readJournal } from "../../src/sweeps/node/journal.ts";
import { type RunnerOptions, runSweep, type SweptCell } from "../../src/sweeps/run-sweep.ts";

const folder = mkdtempSync(join(tmpdir(), "evanesce-journal-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => join(folder, `${files++}.jsonl`);

const map = (depths: number[], replicates = 2) =>
  parseMap({
    base: { network: { kind: "feedforward", width: 4 }, batch: 4, profile: 3 },
    axes: [{ key: "depth", values: depths }],
    replicates,
  });

async function run(depths: number[], options: RunnerOptions, replicates = 2) {
  const plan = map(depths, replicates);
  const steps = runSweep(cellsOf(plan), plan, options);
  const swept: SweptCell[] = [];
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return { swept, notes: value };
    swept.push(value);
  }
}
const results = (swept: SweptCell[]) => [...swept].sort((a, b) => a.index - b.index).map(({ end }) => end.result);

it("a second run computes nothing, a changed axis only what is new, and the results are the same", async () => {
  const journal = fresh();
  const first = await run([2, 3], { journal });
  expect(first.swept.map(({ kept }) => kept)).toEqual([false, false, false, false]);
  const second = await run([2, 3], { journal });
  expect(second.swept.every(({ kept }) => kept)).toBe(true);
  expect(results(second.swept)).toEqual(results(first.swept));
  const wider = await run([2, 3, 5], { journal });
  expect(wider.swept.filter(({ kept }) => !kept).map(({ cell }) => cell.settings.depth)).toEqual([5, 5]);
  expect(results((await run([2, 3, 5], {})).swept)).toEqual(results(wider.swept));
});

it("threads and shards give the same results", async () => {
  const alone = await run([2, 3, 4], {});
  const threads = await run([2, 3, 4], { threads: 2 });
  expect(results(threads.swept)).toEqual(results(alone.swept));
  const parts = await Promise.all([1, 2].map((part) => run([2, 3, 4], { shard: { part, of: 2 } })));
  expect(results(parts.flatMap(({ swept }) => swept))).toEqual(results(alone.swept));
});

it("a torn last line is removed with a sentence; its cell runs again", async () => {
  const journal = fresh();
  const whole = await run([2, 3], { journal });
  const bytes = readFileSync(journal);
  for (const lost of [1, 20, 100]) {
    writeFileSync(journal, bytes);
    truncateSync(journal, bytes.length - lost);
    const again = await run([2, 3], { journal });
    expect(again.notes).toEqual([expect.stringMatching(/cut off in the middle .* runs again/)]);
    expect(again.swept.filter(({ kept }) => !kept)).toHaveLength(1);
    expect(results(again.swept)).toEqual(results(whole.swept));
    expect(readJournal(journal).notes).toEqual([]);
  }
});

it.each([
  ["no result", (line: string) => line.replace(/"result":\{/, '"other":{')],
  ["a result that is null", (line: string) => line.replace(/"result":.*$/, '"result":null}')],
  ["a number that is a word", (line: string) => line.replace(/"perStation":[^,]+/, '"perStation":"<b>"')],
  ["a reason that is no text", (line: string) => line.replace(/"result":.*$/, '"failed":5}')],
  ["a verdict there is none of", (line: string) => line.replace(/"verdict":"[^"]+"/, '"verdict":"<script>"')],
])("a line with %s is no result: its cell runs again", async (_, change) => {
  const journal = fresh();
  const first = await run([2, 3], { journal });
  const lines = readFileSync(journal, "utf8").split("\n");
  const changed = change(lines[2]);
  expect(changed).not.toBe(lines[2]);
  lines[2] = changed;
  writeFileSync(journal, lines.join("\n"));
  const again = await run([2, 3], { journal });
  expect(again.notes).toEqual([expect.stringMatching(/^the journal's line of the cell .* has no whole result/)]);
  expect(again.swept.filter(({ kept }) => !kept)).toHaveLength(1);
  const results = ({ swept }: typeof first) =>
    [...swept].sort((a, b) => a.index - b.index).map(({ end }) => end.result);
  expect(results(again)).toEqual(results(first));
});

it("a damaged line in the middle costs its cell alone", async () => {
  const journal = fresh();
  await run([2, 3], { journal });
  const lines = readFileSync(journal, "utf8").split("\n");
  lines[2] = `${lines[2].slice(0, 90)}#garbage`;
  writeFileSync(journal, lines.join("\n"));
  const again = await run([2, 3], { journal });
  expect(again.notes).toEqual([expect.stringContaining("line 3: not a line of a journal")]);
  expect(again.swept.filter(({ kept }) => !kept)).toHaveLength(1);
});

describe("two runs on one journal", () => {
  it("the second is told of the first", () => {
    const path = fresh();
    const first = new Journal(path);
    expect(() => new Journal(path)).toThrow(
      `${path}: one run at a time, got "process ${process.pid} on ${hostname()}"`,
    );
    first.close();
    new Journal(path).close();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it("a lock whose process has ended is taken over", () => {
    const path = fresh();
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
    new Journal(path).close();
    writeFileSync(`${path}.lock`, "");
    new Journal(path).close();
  });

  it("a lock of another machine stands", () => {
    const path = fresh();
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: 1, host: "elsewhere" }));
    expect(() => new Journal(path)).toThrow("process 1 on elsewhere");
  });
});

it("a file that is not a journal is left as it is", () => {
  const path = fresh();
  writeFileSync(path, "depth,gain\n1,2\n");
  expect(() => new Journal(path)).toThrow(`${path}: a journal of a sweep`);
  expect(readFileSync(path, "utf8")).toBe("depth,gain\n1,2\n");
  expect(existsSync(`${path}.lock`)).toBe(false);
});

it("a cell that fails is kept with its reason, and tried again only when asked", async () => {
  const journal = fresh();
  let fail = true;
  const runner = async () => ({
    lanes: 2,
    run: async () => {
      if (fail) throw new Error("the worker died");
      throw new Error("died again");
    },
    close: async () => {},
  });
  const first = await run([2], { journal, runner });
  expect(first.swept.map(({ end }) => end.failed)).toEqual(["the worker died", "the worker died"]);
  fail = false;
  const kept = await run([2], { journal, runner });
  expect(kept.swept.map(({ end }) => end.failed)).toEqual(["the worker died", "the worker died"]);
  const retried = await run([2], { journal, retry: true });
  expect(retried.swept.every(({ end, kept }) => end.result !== undefined && !kept)).toBe(true);
  const after = await run([2], { journal });
  expect(after.swept.every(({ end, kept }) => end.result !== undefined && kept)).toBe(true);
});

it("a hash is of what the numbers depend on, and of nothing else", () => {
  const [cell] = cellsOf(map([2]));
  const hash = cellHash(cell);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(cellHash({ ...cell, id: "another name" })).toBe(hash);
  for (const change of [
    { seed: 1 },
    { batch: 5 },
    { task: "parity" },
    { profile: 4 },
    { plan: { steps: 1, optimizer: "sgd" } },
  ] as const) {
    expect(cellHash({ ...cell, ...change }), JSON.stringify(change)).not.toBe(hash);
  }
});

it("lines carry NaN and the infinities", () => {
  const value = { a: [Number.NaN, Infinity, -Infinity, -0.5], b: "text" };
  expect(decode(encode(value))).toEqual(value);
});

it("a journal ends with whole lines whoever wrote last", async () => {
  const journal = fresh();
  await run([2], { journal });
  appendFileSync(journal, '{"hash":"');
  await run([2, 3], { journal });
  const text = readFileSync(journal, "utf8");
  expect(text.endsWith("\n")).toBe(true);
  for (const line of text.trimEnd().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
});
