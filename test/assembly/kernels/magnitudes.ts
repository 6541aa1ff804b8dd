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

describe("magnitudeSums adds Σ |x| and counts exact zeros", () => {
  const naive = (values: readonly number[]) => [
    values.reduce((sum, value) => sum + Math.abs(value), 0),
    values.filter((value) => value === 0).length,
  ];

  it("over every remainder of eight, subnormals and both zeros among the values", () => {
    for (let n = 0; n <= 33; n++) {
      bench.clear();
      const values = [...normals(n, n)].map((value, i) => Math.fround([value, 0, -0, 1e-44 * value, -value][i % 5]));
      const [x, out] = [bench.f32(values), bench.f64([0.5, 3])];
      kernels.call.magnitudeSums(out.at, x.at, n);
      const [sum, zeros] = naive(values);
      expect(Math.abs(out.view[0] - 0.5 - sum)).toBeLessThanOrEqual(1e-14 * (sum + 0.5));
      expect(out.view[1]).toBe(3 + zeros);
      expect(bench.intact).toBe(true);
    }
  });

  it("of panels: only the matrix's own rows and columns", () => {
    for (const rows of SIZES) {
      for (const columns of [1, 3, 7, 8, 9, 17]) {
        bench.clear();
        const stride = Math.ceil(rows / 4) * 4;
        const panels = Array.from({ length: Math.ceil(columns / 8) * stride * 8 }, () => 1e9); // numbers that must not be counted
        const values = [...normals(rows * columns, rows)].map((value, i) => Math.fround(i % 3 === 0 ? 0 : value));
        values.forEach((value, k) => {
          const [i, j] = [Math.floor(k / columns), k % columns];
          panels[((j >> 3) * stride + i) * 8 + (j & 7)] = value;
        });
        const [x, out] = [bench.f32(panels), bench.f64([0, 0])];
        kernels.call.panelMagnitudeSums(out.at, x.at, rows, columns, stride);
        const [sum, zeros] = naive(values);
        expect(Math.abs(out.view[0] - sum)).toBeLessThanOrEqual(1e-13 * sum);
        expect(out.view[1]).toBe(zeros);
      }
    }
  });

  it("NaN and infinities come through and are no zeros", () => {
    for (const [value, want] of [
      [Number.NaN, Number.NaN],
      [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ]) {
      bench.clear();
      const [x, out] = [bench.f32([1, value, 0, 1, 1, 1, 1, 1, 1]), bench.f64([0, 0])];
      kernels.call.magnitudeSums(out.at, x.at, 9);
      expect([...out.view]).toEqual([want, 1]);
    }
  });
});
