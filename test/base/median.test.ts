import { expect, it } from "vitest";
import { median } from "../../src/base/median.ts";

it("the median of an odd and of an even number of values", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median(Float64Array.of(4, 1, 3, 2))).toBe(2.5);
  expect(median([10, 9, -1])).toBe(9); // numbers, not their digits, are ordered
});

it("leaves NaN out, and keeps infinities apart", () => {
  expect(median([Number.NaN, 5, Number.NaN])).toBe(5);
  expect(median([Number.NaN])).toBeNaN();
  expect(median([])).toBeNaN();
  expect(median([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 1])).toBe(Number.NEGATIVE_INFINITY);
  expect(median([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
  expect(median([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])).toBeNaN();
});
