import { describe, expect, it } from "vitest";
import { type ManyInput, propagate, propagateMany, propagateManyAsync } from "../../src/index.ts";

const deep = { kind: "feedforward", depth: 6, width: 7 } as const;
const recurrent = { kind: "recurrent", hidden: 5 } as const;
const adding = { name: "adding", steps: 15 } as const;

const ROWS: readonly (readonly [string, ManyInput])[] = [
  ["seeds of a deep network", { network: deep, seed: [3, 1, 2] }],
  ["seeds of a recurrent network", { network: recurrent, task: adding, batch: 5, seed: [3, 1, 2] }],
  ["networks of one seed", { network: [deep, { ...deep, init: { gain: 2 } }, { ...deep, depth: 3 }], seed: 4 }],
  ["pairs", { network: [{ ...recurrent, cell: "lstm" }, recurrent], task: adding, seed: [7, 8] }],
  ["both kinds, each with its own task", { network: [deep, { ...recurrent, hidden: 2 }], batch: 2 }],
  ["one network", { network: deep }],
  ["dropout, and its other draw", { network: { ...deep, dropout: 0.5 }, seed: [1, 2], masks: 3 }],
  ["sequences of different lengths", { network: recurrent, task: adding, batch: 3, lengths: [15, 4, 9], seed: [1, 2] }],
  ["a run that diverges", { network: { ...deep, activation: "linear", init: { gain: 1e30 } }, seed: [1, 2] }],
];

describe("propagateMany gives the numbers of propagate, bit for bit", () => {
  it.each(ROWS)("%s", async (_, input) => {
    const many = propagateMany(input);
    const { network, seed = 0, ...rest } = input;
    const alone = Array.from({ length: many.count }, (_, i) =>
      propagate({
        ...rest,
        network: (Array.isArray(network) ? network[i] : network) as typeof deep,
        seed: typeof seed === "number" ? seed : seed[i],
      }),
    );
    expect(many.lnGradientNorm).toStrictEqual(alone.map((flow) => flow.lnGradientNorm));
    expect(many.decay).toStrictEqual(alone.map((flow) => flow.decay));
    expect(many.outcome).toStrictEqual(alone.map((flow) => flow.outcome));
    expect([...many.loss]).toStrictEqual(alone.map((flow) => flow.loss ?? Number.NaN));
    expect([...many]).toStrictEqual(alone.map((flow) => ({ ...flow })));
    const shares: number[] = [];
    const later = await propagateManyAsync(input, { onProgress: (share) => shares.push(share) });
    expect(later.lnGradientNorm).toStrictEqual(many.lnGradientNorm);
    expect(shares.at(-1)).toBe(1);
  });
});

it("counts networks, or seeds where there is one spec", () => {
  expect(propagateMany({ network: deep, seed: [] }).count).toBe(0);
  expect(propagateMany({ network: [deep, deep, deep], seed: 1 }).count).toBe(3);
});

it.each([
  [{ network: [deep, deep], seed: [1] }, "seed: 2 of them, one for each network, got 1; give one seed for all"],
  [{ network: deep, seed: "1" }, 'seed: a whole number, or a list of them, got "1"; give [1, 2, 3]'],
  [{ network: deep, seed: [1, -1] }, "seed: "],
  [{ network: [deep, { ...deep, depth: 0 }] }, "network[1].depth: "],
  [{ network: deep, sed: [1] }, "propagateMany.sed: "],
])("refuses %j", (input, message) => {
  expect(() => propagateMany(input as ManyInput)).toThrow(message);
});

it("refuses an unknown network", () => {
  const many = propagateMany({ network: deep, seed: [1, 2] });
  expect(() => many.flow(2)).toThrow("flow: a whole number from 0 to 1, got 2; there are 2 networks");
});

it("stops between two networks", async () => {
  const stop = new AbortController();
  const seed = Array.from({ length: 1000 }, (_, i) => i);
  const run = propagateManyAsync({ network: deep, seed }, { signal: stop.signal, onProgress: () => stop.abort() });
  await expect(run).rejects.toThrow(/abort/i);
});
