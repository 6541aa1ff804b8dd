import { beforeAll, describe, expect, it } from "vitest";
import type { Kernels } from "../../setup/compile.ts";
import { privateKernels } from "../../setup/kernels.ts";
import { normals, SIZES } from "../../setup/numbers.ts";
import type { Workbench } from "../../setup/workbench.ts";

let kernels: Kernels;
let bench: Workbench;

beforeAll(async () => {
  ({ kernels, bench } = await privateKernels());
});

/** The numbers of a matrix given row-major, in the core's panels [⌈columns/8⌉][stride][8]. */
function doubleNumbers(values: readonly number[], columns: number, unit: number, squares = 0, sum = 0): number[] {
  const rows = values.length / columns;
  const stride = Math.ceil(rows / 4) * 4;
  const panels = Array.from({ length: Math.ceil(columns / 8) * stride * 8 }, () => 1e9); // numbers that must not be counted
  values.forEach((value, k) => {
    const [i, j] = [Math.floor(k / columns), k % columns];
    panels[((j >> 3) * stride + i) * 8 + (j & 7)] = value;
  });
  const at = kernels.call.doubleNumbers(bench.f64(panels).at, rows, columns, stride, unit, squares, sum) as number;
  return [...new Float64Array(kernels.memory.buffer, at, 4)];
}

describe("doubleNumbers finds the largest, Σ x², Σ |x| and exact zeros", () => {
  it("with the bits of a loop over the row-major tensor", () => {
    for (const rows of SIZES) {
      for (const columns of [1, 3, 7, 8, 9, 17]) {
        bench.clear();
        const values = [...normals(rows * columns, rows)].map(
          (value, i) => [value, 0, -0, 1e-300 * value, -value][i % 5],
        );
        const [unit, start] = [1.7, [0.1, 0.2]];
        let [largest, squares, sum] = [0, ...start];
        for (const value of values) {
          largest = Math.max(largest, Math.abs(value));
          squares += (value / unit) * (value / unit);
          sum += Math.abs(value / unit);
        }
        const zeros = values.filter((value) => value === 0).length;
        expect(doubleNumbers(values, columns, unit, ...start)).toEqual([largest, squares, sum, zeros]);
        expect(bench.intact).toBe(true);
      }
    }
  });

  it("NaN and infinities come through and are no zeros", () => {
    for (const [value, want] of [
      [Number.NaN, Number.NaN],
      [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ]) {
      bench.clear();
      expect(doubleNumbers([1, value, 0, 1, 1, 1, 1, 1, 1], 9, 1)).toEqual([want, want, want, 1]);
    }
  });
});
