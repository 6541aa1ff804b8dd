/**
 * The cells of a map: ids name the keys that are set, seeds follow from ids, and a wrong key is refused before a cell
 * runs.
 */
import { describe, expect, it } from "vitest";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { mapJsonSchema, parseMap } from "../../src/sweeps/map.ts";

const BASE = { network: { kind: "feedforward", width: 8, depth: 5 } } as const;
const cells = (map: object) => cellsOf(parseMap({ base: BASE, ...map }));

it("axes multiply, the last fastest, then plans, then replicates", () => {
  const all = cells({
    axes: [
      { key: "depth", values: [2, 4] },
      { key: "init.gain", values: [1, 2] },
    ],
    plans: { sgd: { steps: 10, optimizer: "sgd" }, adam: { steps: 10 } },
    replicates: 2,
  });
  expect(all).toHaveLength(16);
  expect(all.slice(0, 3).map(({ id }) => id)).toEqual([
    "depth 2, init.gain 1 | sgd | 0",
    "depth 2, init.gain 1 | sgd | 1",
    "depth 2, init.gain 1 | adam | 0",
  ]);
  expect(all.at(-1)).toMatchObject({ network: { depth: 4, init: { gain: 2 } }, planName: "adam", replicate: 1 });
});

it("adding a value, an axis' neighbor or a plan changes no other cell's seed", () => {
  const few = cells({ axes: [{ key: "depth", values: [2, 4] }], replicates: 2 });
  const more = cells({ axes: [{ key: "depth", values: [2, 3, 4, 8] }], replicates: 3 });
  const seeds = new Map(more.map(({ id, seed }) => [id, seed]));
  for (const { id, seed } of few) expect(seeds.get(id)).toBe(seed);
  expect(new Set(more.map(({ seed }) => seed)).size).toBe(more.length);
});

it("paired: a replicate has the same draws in every cell", () => {
  const all = cells({ axes: [{ key: "depth", values: [2, 4] }], replicates: 2, seeds: "paired" });
  expect(all[0].seed).toBe(all[2].seed);
  expect(all[0].seed).not.toBe(all[1].seed);
});

it("keys lead into the spec, the task, the plan and the batch", () => {
  const [cell] = cells({
    base: { ...BASE, task: "parity", plan: { steps: 5, optimizer: "sgd" } },
    axes: [
      { key: "network.activation", values: ["relu"] },
      { key: "task.bits", values: [4] },
      { key: "plan.optimizer.learningRate", values: [0.25] },
      { key: "batch", values: [7] },
    ],
  });
  expect(cell).toMatchObject({
    network: { activation: "relu" },
    task: { name: "parity", bits: 4 },
    plan: { steps: 5, optimizer: { name: "sgd", learningRate: 0.25 } },
    batch: 7,
  });
});

it("an axis under a condition is varied only where it matches; `only` keeps what matches", () => {
  const all = cells({
    base: { network: { kind: "recurrent", hidden: 4 }, task: { name: "adding", steps: 5 } },
    axes: [
      { key: "cell", values: ["tanh", "lstm"] },
      { key: "init.forgetBias", values: [0, 1, 2], when: { cell: "lstm" } },
    ],
  });
  expect(all.map(({ id }) => id)).toEqual([
    "cell tanh | 0",
    "cell lstm, init.forgetBias 0 | 0",
    "cell lstm, init.forgetBias 1 | 0",
    "cell lstm, init.forgetBias 2 | 0",
  ]);
  const some = cells({
    axes: [{ key: "depth", from: 1, to: 9, count: 9 }],
    only: [{ depth: { most: 2 } }, { depth: 9 }],
  });
  expect(some.map(({ settings }) => settings.depth)).toEqual([1, 2, 9]);
});

describe("a wrong map", () => {
  it.each([
    [{ axes: [{ key: "depht", values: [1] }] }, "map (depht 1).depht: a key of the schema"],
    [{ axes: [{ key: "depth", values: [0] }] }, "map (depth 0).depth: at least 1, got 0"],
    [
      {
        axes: [
          { key: "depth", values: [1] },
          { key: "depth", values: [2] },
        ],
      },
      "map.axes.1: every key on one axis",
    ],
    [{ axes: [{ keys: "depth", values: [1] }] }, "map.axes.0: one of key, zip, random, sobol"],
    [
      { axes: [{ key: "depth", valeus: [1] }] },
      'map.axes.0.valeus: a key of the schema, got "valeus"; did you mean values?',
    ],
    [{ axes: [{ key: "plan.steps", values: [1] }] }, "map.axes: a plan for its keys"],
    [{ replicats: 3 }, "map.replicats: a key of the schema"],
    [{ replicates: 0 }, "map.replicates: at least 1"],
    [{ seeds: "pared" }, "map.seeds: one of derived, paired"],
    [{ base: {} }, "map.base.network"],
  ])("%j is told where and how to mend it", (map, message) => {
    expect(() => cells(map)).toThrow(message);
  });
});

it("the schema describes every key", () => {
  const schema = mapJsonSchema() as { properties: Record<string, { description?: string }> };
  expect(Object.keys(schema.properties)).toEqual(
    expect.arrayContaining(["base", "axes", "replicates", "seed", "plans"]),
  );
  for (const [key, { description }] of Object.entries(schema.properties))
    if (key !== "base") expect(description, key).toMatch(/\w/);
});
