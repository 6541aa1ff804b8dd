import { describe, expect, it } from "vitest";
import { quantiles } from "../../src/flow/quantiles.ts";
import { random } from "../../src/base/random.ts";

/** Hyndman and Fan's type 7, of finite numbers. */
function reference(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = q * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return low + (high - low) * (place % 1);
}

/** `[L, S, B]` squares and exponents of random samples, some exactly zero, and each sample's ln norm. */
function draw(L: number, S: number, B: number, zeros = 0) {
  const stream = random(L + 10 * S + 100 * B, "test/quantiles");
  const squares = Float64Array.from({ length: L * S * B }, () =>
    stream.uniform() < zeros ? 0 : stream.uniform() * 1e6,
  );
  const exponents = Int32Array.from({ length: L * S * B }, () => -30_000 + stream.below(40));
  const lnNorms = Array.from({ length: S }, (_, s) =>
    Array.from({ length: B }, (_, b) => {
      let sum = 0;
      for (let l = 0; l < L; l++) sum += squares[(l * S + s) * B + b] * 4 ** (exponents[(l * S + s) * B + b] + 30_000);
      return 0.5 * Math.log(sum) - 30_000 * Math.LN2;
    }),
  );
  return { squares, exponents, lnNorms };
}

describe("quantiles", () => {
  it("equal those of the sorted samples, over batches and layers, far below float64", () => {
    for (const L of [1, 2, 3]) {
      for (const B of [1, 2, 3, 4, 5, 7, 8, 9, 17, 20, 21, 41, 101]) {
        const { squares, exponents, lnNorms } = draw(L, 3, B);
        const got = quantiles(squares, exponents, L, 3, B);
        for (let s = 0; s < 3; s++) {
          expect(got.q05[s]).toBeCloseTo(reference(lnNorms[s], 0.05), 9);
          expect(got.q50[s]).toBeCloseTo(reference(lnNorms[s], 0.5), 9);
          expect(got.q95[s]).toBeCloseTo(reference(lnNorms[s], 0.95), 9);
        }
      }
    }
  });

  it("never leave their order, dead samples among them or not, and are never NaN", () => {
    for (const zeros of [0, 0.03, 0.3, 0.9, 1]) {
      for (const B of [1, 3, 8, 17, 20, 21, 41]) {
        const { squares, exponents } = draw(1, 20, B, zeros);
        const { q05, q50, q95 } = quantiles(squares, exponents, 1, 20, B);
        for (let s = 0; s < 20; s++) {
          expect(q05[s]).toBeLessThanOrEqual(q50[s]);
          expect(q50[s]).toBeLessThanOrEqual(q95[s]);
        }
      }
    }
  });

  it("between a dead sample and a live one lies −∞; on the live one, the live one", () => {
    const at = (squares: number[]) => {
      const { q05, q50, q95 } = quantiles(
        Float64Array.from(squares),
        new Int32Array(squares.length),
        1,
        1,
        squares.length,
      );
      return [q05[0], q50[0], q95[0]];
    };
    expect(at([0, 1])).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(at([0, 1, 1])).toEqual([Number.NEGATIVE_INFINITY, 0, 0]);
    // of 21 samples the quantiles fall on the second, the eleventh and the twentieth
    expect(at([0, ...new Array<number>(20).fill(1)])).toEqual([0, 0, 0]);
    expect(at([0, 0, ...new Array<number>(19).fill(1)])).toEqual([Number.NEGATIVE_INFINITY, 0, 0]);
    expect(at([0, 0])).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });

  it("NaN counts as the largest: it shows above, not below", () => {
    const squares = Float64Array.from([Number.NaN, 1, 1, 1, 1]);
    const { q05, q50, q95 } = quantiles(squares, new Int32Array(5), 1, 1, 5);
    expect([q05[0], q50[0], q95[0]]).toEqual([0, 0, Number.NaN]);
  });

  it("+∞ shows as +∞", () => {
    const squares = Float64Array.from([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1, 1, 1]);
    const { q05, q50, q95 } = quantiles(squares, new Int32Array(5), 1, 1, 5);
    expect([q05[0], q50[0], q95[0]]).toEqual([0, 0, Number.POSITIVE_INFINITY]);
    const all = quantiles(
      new Float64Array(21).fill(1).fill(Number.POSITIVE_INFINITY, 20),
      new Int32Array(21),
      1,
      1,
      21,
    );
    expect([all.q05[0], all.q50[0], all.q95[0]]).toEqual([0, 0, 0]);
  });
});
