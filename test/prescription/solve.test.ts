import { describe, expect, it } from "vitest";
import { solveGain } from "../../src/prescription/solve.ts";

/** Drives a search over a known gain; also how many factors it tried. */
function solve(gainAt: (factor: number) => number) {
  const search = solveGain();
  let tried = 0;
  let step = search.next();
  while (!step.done) {
    tried++;
    step = search.next(gainAt(step.value));
  }
  return { ...step.value, tried };
}

describe("the search for a level gain", () => {
  it.each([0.02, 0.3, 1, 1.9, 11])("finds a root at %f times the weights over a path of a thousand", (root) => {
    const { factor, gain, tried } = solve((f) => 1000 * Math.log(f / root));
    expect(Math.abs(gain)).toBeLessThanOrEqual(0.5);
    expect(Math.log(factor / root)).toBeCloseTo(0, 3);
    expect(tried).toBeLessThanOrEqual(13 + 12);
  });

  it("takes an overflow for a gain too large", () => {
    expect(solve((f) => (f > 1.5 ? Number.NaN : 100 * Math.log(f / 1.2))).factor).toBeCloseTo(1.2, 2);
  });

  it("gives the nearest where a path that saturates is never level", () => {
    const { factor, gain } = solve((f) => -5 - Math.log2(f) ** 2);
    expect({ factor, gain }).toEqual({ factor: 1, gain: -5 });
  });
});
