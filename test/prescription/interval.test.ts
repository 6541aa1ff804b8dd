import { describe, expect, it } from "vitest";
import { random } from "../../src/base/random.ts";
import { interval, tQuantile } from "../../src/prescription/interval.ts";

describe("Student's quantile", () => {
  // R's qt(.975, ν), eight digits
  it.each([
    [1, 12.706205],
    [2, 4.3026527],
    [3, 3.1824463],
    [4, 2.7764451],
    [5, 2.5705818],
    [9, 2.2621572],
    [30, 2.0422725],
    [999, 1.9623415],
  ])("of 0.975 with %i degrees of freedom is %f", (nu, expected) => {
    expect(tQuantile(0.975, nu) / expected).toBeCloseTo(1, 7);
  });
});

describe("an interval over seeds", () => {
  it("is mean ± t s/√n", () => {
    const { mean, low, high, law } = interval([1, 2, 3, 4, 5]);
    const half = 2.7764451 * Math.sqrt(2.5 / 5);
    expect({ mean, law }).toEqual({ mean: 3, law: "t" });
    expect(low).toBeCloseTo(3 - half, 6);
    expect(high).toBeCloseTo(3 + half, 6);
  });

  it("covers the mean of normal draws 19 times in 20", () => {
    const { normal } = random(1, "test/interval");
    let covered = 0;
    for (let i = 0; i < 4000; i++) {
      const { low, high } = interval(Array.from({ length: 5 }, () => normal()));
      if (low <= 0 && 0 <= high) covered++;
    }
    expect(covered / 4000).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / 4000));
    expect(covered / 4000).toBeLessThan(0.95 + 4 * Math.sqrt((0.95 * 0.05) / 4000));
  });

  it("tells infinite values as a range, not as NaN", () => {
    expect(interval([Number.NEGATIVE_INFINITY, -3, Number.NEGATIVE_INFINITY])).toEqual({
      mean: Number.NEGATIVE_INFINITY,
      low: Number.NEGATIVE_INFINITY,
      high: -3,
      law: "range",
    });
  });
});
