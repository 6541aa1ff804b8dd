import { describe, expect, it } from "vitest";
import { binEdges, binProfile } from "../../src/flow/bins.ts";
import { type BinnedInput, propagate, propagateBinned, propagateBinnedAsync } from "../../src/index.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import { Engine } from "../../src/wasm/engine.ts";
import { MIB } from "../../src/wasm/plan.ts";
import { planRecurrent } from "../../src/wasm/recurrent/plan.ts";

const deep = { kind: "feedforward", depth: 6, width: 7 } as const;
const recurrent = { kind: "recurrent", hidden: 5 } as const;

const ROWS: readonly (readonly [string, BinnedInput, number])[] = [
  ["steps", { network: recurrent, task: { name: "adding", steps: 103 }, batch: 2, seed: 3, bins: 10 }, 10],
  ["fewer layers than bins", { network: deep, seed: 1, bins: 20 }, 6],
  ["one bin", { network: { ...recurrent, cell: "lstm" }, task: { name: "copy", steps: 9 }, bins: 1 }, 1],
  ["dropout's other draw", { network: { ...deep, dropout: 0.5 }, masks: 3, bins: 2 }, 2],
  ["a gradient that is lost", { network: { ...deep, activation: "linear", init: { gain: 1e-30 } }, bins: 3 }, 3],
];

describe("propagateBinned bins the profile of propagate", () => {
  it.each(ROWS)("%s", async (_, input, bins) => {
    const { bins: __, ...rest } = input;
    const whole = propagate(rest);
    const binned = propagateBinned(input);
    const { edges, lnRootMeanSquare, lnLeast, lnMost } = binned;
    expect(edges).toHaveLength(bins + 1);
    expect([edges[0], edges.at(-1), binned.stations]).toEqual([
      0,
      whole.lnGradientNorm.length,
      whole.lnGradientNorm.length,
    ]);
    for (let i = 0; i < bins; i++) {
      const norms = [...whole.lnGradientNorm.subarray(edges[i], edges[i + 1])];
      expect(lnLeast[i]).toBe(Math.min(...norms));
      expect(lnMost[i]).toBe(Math.max(...norms));
      const meanSquare = norms.reduce((sum, ln) => sum + Math.exp(2 * (ln - lnMost[i])), 0) / norms.length;
      expect(lnRootMeanSquare[i]).toBeCloseTo(lnMost[i] + 0.5 * Math.log(meanSquare), 12);
    }
    expect(binned).toMatchObject({ loss: whole.loss, decay: whole.decay, outcome: whole.outcome });
    const norms = whole.parameters.map(({ name, lnGradientNorm }) => [name, lnGradientNorm]);
    expect(binned.lnParameterNorms).toEqual(Object.fromEntries(norms));
    const shares: number[] = [];
    const later = await propagateBinnedAsync(input, { onProgress: (share) => shares.push(share) });
    expect(later).toEqual(binned);
    expect(shares.at(-1)).toBe(1);
  });
});

it("keeps −∞, +∞ and NaN apart", () => {
  const [zero, infinite] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const norms = Float64Array.of(zero, zero, zero, 2, 1, infinite, Number.NaN, 3, -2000, -2000);
  const { edges, lnRootMeanSquare, lnLeast, lnMost } = binProfile(norms, binEdges(norms.length, 5));
  expect(edges).toEqual([0, 2, 4, 6, 8, 10]);
  expect([...lnLeast]).toEqual([zero, zero, 1, Number.NaN, -2000]);
  expect([...lnMost]).toEqual([zero, 2, infinite, Number.NaN, -2000]);
  expect([...lnRootMeanSquare]).toEqual([zero, 2 - 0.5 * Math.LN2, infinite, Number.NaN, -2000]);
});

it("refuses a measurement it does not make, and an invalid number of bins", () => {
  expect(() => propagateBinned({ network: deep, bins: 0 })).toThrow("bins: a whole number ≥ 1, got 0");
  expect(() => propagateBinned({ network: deep, ledger: true } as BinnedInput)).toThrow(/propagateBinned.*ledger/s);
});

it("a plan of 10,000,000 steps fits into 600 MiB at B = 1, H = 64", () => {
  const sizes = { inputs: 2, outputs: 1 };
  const spec = parseSpec({ kind: "recurrent", hidden: 64, ...sizes }) as RecurrentSpec;
  const plan = (options: { readonly ledger: boolean; readonly inputGradient: boolean }) => {
    const measured = { probe: false, contributions: false, lastStep: false, ...options };
    const shape = { spec, sizes, B: 1, T: 10_000_000, loss: "mse", lossEvery: false, options: measured } as const;
    return planRecurrent(new Engine(), shape, 0).plan.bytes;
  };
  expect(plan({ ledger: false, inputGradient: false })).toBeLessThan(240 * MIB);
  expect(plan({ ledger: true, inputGradient: true })).toBeLessThan(600 * MIB);
});
