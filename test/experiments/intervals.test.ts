/** Intervals against published values and against their definition: 95 of 100 cover the true value. */
import { describe, expect, it } from "vitest";
import { line, overSeeds, rankCorrelation, ranks, share } from "../../src/experiments/intervals.ts";
import { random } from "../../src/base/random.ts";

describe("Student's interval", () => {
  it("of 1, 2, 3, 4, 5 is 3 ± 2.776 √(2.5/5)", () => {
    const { value, low, high, n } = overSeeds("x", [1, 2, 3, 4, 5], "");
    expect([value, n]).toEqual([3, 5]);
    expect(high - value).toBeCloseTo(2.776 * Math.sqrt(0.5), 12);
    expect(value - low).toBeCloseTo(high - value, 12);
  });

  it("covers the mean of a normal distribution in 95 of 100, also beyond the table", () => {
    const stream = random(1, "coverage");
    for (const n of [5, 40]) {
      let covered = 0;
      const trials = 4000;
      for (let i = 0; i < trials; i++) {
        const { low, high } = overSeeds(
          "x",
          Array.from({ length: n }, () => 7 + 2 * stream.normal()),
          "",
        );
        if (low < 7 && 7 < high) covered++;
      }
      expect(Math.abs(covered / trials - 0.95)).toBeLessThan(0.014); // four standard errors of a share of 4,000
    }
  });

  it("passes NaN on", () => {
    expect(overSeeds("x", [1, Number.NaN, 2], "").low).toBeNaN();
  });
});

it("Wilson's interval of 0 in 10 and 9 in 10 as tables give it, inside [0, 1]", () => {
  const none = share("x", 0, 10);
  expect(none.low).toBeCloseTo(0, 12);
  expect(none.high).toBeCloseTo(0.2775, 3);
  const most = share("x", 9, 10);
  expect([most.low, most.high].map((x) => Number(x.toFixed(3)))).toEqual([0.596, 0.982]);
});

describe("rank correlation", () => {
  it("is 1 for any rising relation, −1 for any falling one", () => {
    const x = [1, 2, 3, 4, 5, 6];
    expect(rankCorrelation("r", x, x.map(Math.exp)).value).toBeCloseTo(1, 12);
    expect(
      rankCorrelation(
        "r",
        x,
        x.map((v) => -(v ** 3)),
      ).value,
    ).toBeCloseTo(-1, 12);
  });

  it("has an interval that widens as pairs get fewer", () => {
    const stream = random(2, "pairs");
    const pairs = (n: number) => {
      const x = Array.from({ length: n }, () => stream.normal());
      const { low, high } = rankCorrelation(
        "r",
        x,
        x.map((v) => v + stream.normal()),
      );
      return high - low;
    };
    expect(pairs(20)).toBeGreaterThan(pairs(500));
  });

  it("gives ties their mean rank and NaN the last", () => {
    expect(ranks([3, 1, 3, Number.NaN])).toEqual([2.5, 1, 2.5, 4]);
  });
});

it("a straight line is found exactly", () => {
  const { slope, intercept, rSquared } = line([0, 1, 2, 3], [1, 3, 5, 7]);
  expect([slope, intercept, rSquared]).toEqual([2, 1, 1]);
});
