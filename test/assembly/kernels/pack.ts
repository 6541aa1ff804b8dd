import { beforeAll, describe, expect, it } from "vitest";
import type { Kernels } from "../../setup/compile.ts";
import { privateKernels } from "../../setup/kernels.ts";
import { integers, SIZES } from "../../setup/numbers.ts";
import type { Workbench } from "../../setup/workbench.ts";

let kernels: Kernels;
let bench: Workbench;

beforeAll(async () => {
  ({ kernels, bench } = await privateKernels());
});

const UNTOUCHED = -12345;

describe("packRows", () => {
  it("puts element (i, j) at tiles[i/4][at + j][i mod 4], rows past m as zero, and leaves the rest alone", () => {
    for (const m of SIZES) {
      for (const k of SIZES) {
        for (const transposed of [false, true]) {
          bench.clear();
          const [stride, at] = [k + 5, 2];
          const tileCount = Math.ceil(m / 4);
          const a = bench.f32(integers(m * k, m + k).map((value) => value + 20)); // no zero among them
          const tiles = bench.f32(new Float32Array(tileCount * stride * 4).fill(UNTOUCHED));
          const [rowStride, columnStride] = transposed ? [1, m] : [k, 1];
          kernels.call.packRows(tiles.at, stride, at, a.at, m, k, rowStride, columnStride);
          const want = new Float32Array(tileCount * stride * 4).fill(UNTOUCHED);
          for (let i = 0; i < tileCount * 4; i++) {
            for (let j = 0; j < k; j++) {
              want[((i >> 2) * stride + at + j) * 4 + (i & 3)] = i < m ? a.view[i * rowStride + j * columnStride] : 0;
            }
          }
          expect(tiles.view).toEqual(want);
          expect(bench.intact).toBe(true);
        }
      }
    }
  });
});

describe("packBatch", () => {
  it("puts value (s, b, i) at panels[b/8][s][i][b mod 8], lanes past the batch as its last sample", () => {
    const S = 3;
    for (const B of SIZES) {
      for (const N of SIZES) {
        bench.clear();
        const [P, between] = [Math.ceil(B / 8), 5]; // panels are parts of longer ones
        const values = bench.f32(integers(S * B * N, B + N));
        const panels = bench.f32(new Float32Array(P * (S * N * 8 + between * 8)).fill(UNTOUCHED));
        const stride = S * N * 8 + between * 8;
        kernels.call.packBatch(panels.at, stride * 4, values.at, S, B, N);
        const want = new Float32Array(panels.view.length).fill(UNTOUCHED);
        for (let p = 0; p < P; p++) {
          for (let s = 0; s < S; s++) {
            for (let i = 0; i < N * 8; i++) {
              const b = Math.min(B - 1, p * 8 + (i & 7));
              want[p * stride + s * N * 8 + i] = values.view[(s * B + b) * N + (i >> 3)];
            }
          }
        }
        expect(panels.view, `B ${B}, N ${N}`).toEqual(want);
        expect(bench.intact).toBe(true);
      }
    }
  });
});

describe("packAligned", () => {
  it("puts step s of a sample of n steps at panel step T − n + s, in the given order, zero ahead of it, in any parts", () => {
    const [T, N] = [5, 3];
    for (const B of SIZES) {
      for (const steps of [1, 2, T]) {
        bench.clear();
        const P = Math.ceil(B / 8);
        const lengths = Int32Array.from({ length: B }, (_, b) => T - Math.floor((b * T) / B)); // the longest first
        const order = Int32Array.from({ length: B }, (_, b) => (b + 1) % B);
        const lane = (i: number) => Math.min(i, B - 1);
        const [orders, n] = [order, lengths].map((of) =>
          bench.i32(Int32Array.from({ length: P * 8 }, (_, i) => of[lane(i)])),
        );
        const values = integers(T * B * N, B);
        const panels = bench.f32(new Float32Array(P * T * N * 8).fill(UNTOUCHED));
        for (let t = 0; t < T; t += steps) {
          const count = Math.min(steps, T - t);
          const part = bench.f32(values.slice(t * B * N, (t + count) * B * N));
          kernels.call.packAligned(panels.at, T, part.at, t, count, B, N, orders.at, n.at);
        }
        const want = panels.view.map((_, at) => {
          const [i, s, p] = [Math.floor(at / 8) % N, Math.floor(at / (8 * N)) % T, Math.floor(at / (8 * N * T))];
          const b = lane(p * 8 + (at % 8));
          const step = s - (T - lengths[b]);
          return step < 0 ? 0 : values[(step * B + order[b]) * N + i];
        });
        expect(panels.view, `B ${B}, ${steps} steps at once`).toEqual(want);
        expect(bench.intact).toBe(true);
      }
    }
  });
});

describe("packColumns and unpackColumns", () => {
  it("put element (i, j) at panels[j/8][i][j mod 8], columns past n as zero, and back, or add it", () => {
    for (const k of SIZES) {
      for (const n of SIZES) {
        bench.clear();
        const panelCount = Math.ceil(n / 8);
        const b = bench.f32(integers(k * n, k + n).map((value) => value + 20));
        const panels = bench.f32(new Float32Array(panelCount * k * 8).fill(UNTOUCHED));
        const c = bench.f32(new Float32Array(k * n).fill(1));
        kernels.call.packColumns(panels.at, b.at, k, n, n, 1);
        panels.view.forEach((value, at) => {
          const [panel, i, j] = [Math.floor(at / (k * 8)), Math.floor(at / 8) % k, at % 8];
          if (value !== (panel * 8 + j < n ? b.view[i * n + panel * 8 + j] : 0))
            expect.fail(`k ${k}, n ${n}, at ${at}`);
        });
        for (const accumulate of [1, 0]) {
          for (let j = 0; j < n; j += 8) {
            kernels.call.unpackColumns(c.at + j * 4, panels.at + j * k * 4, k, Math.min(8, n - j), n, accumulate);
          }
          expect(c.view).toEqual(b.view.map((value) => value + accumulate));
        }
        expect(bench.intact).toBe(true);
      }
    }
  });
});

describe("transpose4", () => {
  it.each([16, 32, 48, 256])("turns four scaled rows into four columns %i bytes apart, and sums each row", (step) => {
    bench.clear();
    const from = bench.f32(integers(32, 1)); // [4][8], the left half read
    const scale = bench.f32([1, 0.5, 2 ** -126, 0]);
    const to = bench.f32(new Float32Array((3 * step) / 4 + 4).fill(UNTOUCHED));
    const sum = bench.f32(new Float32Array(4));
    kernels.call.transpose(to.at, step, from.at, scale.at, sum.at);
    const scaled = (row: number, column: number) => Math.fround(from.view[row * 8 + column] * scale.view[column]);
    to.view.forEach((value, at) => {
      const [column, row] = [Math.floor((at * 4) / step), at % (step / 4)];
      expect(value).toBe(row < 4 ? scaled(row, column) : UNTOUCHED);
    });
    sum.view.forEach((value, row) => {
      expect(value).toBe(Math.fround(scaled(row, 0) + scaled(row, 1) + (scaled(row, 2) + scaled(row, 3))));
    });
    expect(bench.intact).toBe(true);
  });

  it("keeps NaN and the sign of infinities", () => {
    bench.clear();
    const rows = new Float32Array(32);
    rows[1] = Number.NaN;
    rows[8] = Number.POSITIVE_INFINITY;
    rows[19] = Number.NEGATIVE_INFINITY;
    const [from, scale] = [bench.f32(rows), bench.f32([1, 1, 1, 1])];
    const [to, sum] = [bench.f32(new Float32Array(16)), bench.f32(new Float32Array(4))];
    kernels.call.transpose(to.at, 16, from.at, scale.at, sum.at);
    const [N, P, M] = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    expect([...to.view]).toEqual([0, P, 0, 0, N, 0, 0, 0, 0, 0, 0, 0, 0, 0, M, 0]);
    expect([...sum.view]).toEqual([N, P, M, 0]);
  });
});
