import { describe, expect, it } from "vitest";
import { lnFrobenius, lnNorm, lnTensorNorm, lnTogether } from "../../src/flow/log-norm.ts";

const [DEAD, NAN, INFINITY] = [Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY];
const relative = (got: number, want: number) => Math.abs(got / want - 1);

describe("lnTensorNorm", () => {
  it("holds over all of float64 and far beyond it with an exponent", () => {
    for (const scale of [1e-320, 1e-308, 1e-200, 1e-30, 1, 1e30, 1e200, 1e307]) {
      const data = [3 * scale, -4 * scale];
      for (const exponent of [0, -30_000, 30_000]) {
        const want = Math.log(data[1] / -4) + Math.log(5) + exponent * Math.LN2;
        expect(relative(lnTensorNorm(data, exponent), want)).toBeLessThan(scale < 1e-310 ? 1e-5 : 1e-13);
      }
    }
  });

  it("takes any length and type", () => {
    for (const length of [1, 3, 4, 5, 17, 1000]) {
      for (const Type of [Float32Array, Float64Array]) {
        expect(lnTensorNorm(new Type(length).fill(2))).toBeCloseTo(Math.log(2) + 0.5 * Math.log(length), 13);
      }
    }
  });

  it("zero, empty, NaN and infinities are told apart", () => {
    expect(lnTensorNorm([0, -0, 0], 500)).toBe(DEAD);
    expect(lnTensorNorm([])).toBe(DEAD);
    expect(lnTensorNorm([1, DEAD, 2])).toBe(INFINITY);
    expect(lnTensorNorm([1, NAN, 2])).toBeNaN();
    expect(lnTensorNorm([NAN, 5])).toBeNaN();
    expect(lnTensorNorm([5, NAN, INFINITY])).toBeNaN();
    expect(lnTensorNorm([INFINITY, NAN])).toBeNaN();
  });
});

describe("lnNorm", () => {
  it("ln √(square · 4^exponent), −∞ for zero whatever the exponent", () => {
    expect(lnNorm(9, 0)).toBeCloseTo(Math.log(3), 15);
    expect(lnNorm(9, -100_000)).toBeCloseTo(Math.log(3) - 100_000 * Math.LN2, 9);
    expect(lnNorm(0, 2 ** 30)).toBe(DEAD);
    expect(lnNorm(INFINITY, -5)).toBe(INFINITY);
    expect(lnNorm(NAN, 0)).toBeNaN();
  });
});

describe("lnFrobenius", () => {
  const of = (squares: number[], exponents: number[], start = 0, count = squares.length) =>
    lnFrobenius(Float64Array.from(squares), Int32Array.from(exponents), start, count);

  it("sums samples of different frames", () => {
    expect(of([9, 16], [0, 0])).toBeCloseTo(Math.log(5), 14);
    expect(of([9, 4], [-7000, -6999])).toBeCloseTo(Math.log(5) - 7000 * Math.LN2, 9);
    expect(of([1, 9, 16, 1], [0, 3, 3, 0], 1, 2)).toBeCloseTo(Math.log(5) + 3 * Math.LN2, 13);
  });

  it("a sample 10,000 orders below changes nothing; a zero one's frame counts for nothing", () => {
    expect(of([9, 1], [0, -10_000])).toBe(of([9], [0]));
    expect(of([9, 0], [-5000, 77])).toBe(of([9], [-5000]));
    expect(of([0, 0], [3, 4])).toBe(DEAD);
    expect(of([], [])).toBe(DEAD);
  });

  it("NaN and +∞ of any sample show", () => {
    expect(of([1, NAN], [0, -3])).toBeNaN();
    expect(of([1, NAN], [0, -(2 ** 30)])).toBeNaN();
    expect(of([1, INFINITY], [0, -3])).toBe(INFINITY);
    expect(of([1, INFINITY], [0, -5000])).toBe(INFINITY);
  });
});

describe("lnTogether", () => {
  it("is ln of the norm of parts, at any level", () => {
    for (const level of [0, -1e5, 1e5]) {
      expect(lnTogether([Math.log(3) + level, Math.log(4) + level])).toBeCloseTo(Math.log(5) + level, 9);
    }
    expect(lnTogether([-7])).toBe(-7);
    expect(lnTogether([-7, DEAD])).toBe(-7);
    expect(lnTogether([0, -1e6])).toBe(0);
  });

  it("no part, zero parts, NaN and +∞ are told apart", () => {
    expect(lnTogether([])).toBe(DEAD);
    expect(lnTogether([DEAD, DEAD])).toBe(DEAD);
    expect(lnTogether([DEAD, INFINITY])).toBe(INFINITY);
    expect(lnTogether([NAN, INFINITY])).toBeNaN();
    expect(lnTogether([0, NAN])).toBeNaN();
  });
});
