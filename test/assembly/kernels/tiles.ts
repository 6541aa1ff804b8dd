import { beforeAll, describe, expect, it } from "vitest";
import type { Kernels } from "../../setup/compile.ts";
import { privateKernels, relaxedKernels, wideKernels } from "../../setup/kernels.ts";
import { integers } from "../../setup/numbers.ts";
import type { Workbench } from "../../setup/workbench.ts";

const DEPTHS = [0, 1, 3, 4, 5, 8, 17];

const STARTS = ["FromBias", "FromZero", "FromOutput"] as const;
const BUILDS = { simd: privateKernels, relaxed: relaxedKernels, wide: wideKernels };
const CASES = STARTS.flatMap((start) => (["simd", "relaxed", "wide"] as const).map((build) => ({ start, build })));

describe.each(CASES)("tileProduct<$start>, $build", ({ start, build }) => {
  let kernels: Kernels;
  let bench: Workbench;
  beforeAll(async () => {
    ({ kernels, bench } = await BUILDS[build]());
  });

  /** out[4·tiles][8] = start + Σ a·x + Σ a'·h, a in tiles [tiles][kx + kh][4]. */
  function run(a: Float32Array, x: Float32Array, h: Float32Array, tiles: number) {
    const [kx, kh] = [x.length / 8, h.length / 8];
    bench.clear();
    const bias = bench.f32(integers(tiles * 4, 4));
    const before = integers(tiles * 32, 5);
    const out = bench.f32(before);
    const [A, X, H] = [bench.f32(a), bench.f32(x), bench.f32(h)];
    kernels.call[`tileProduct${start}`](out.at, bias.at, A.at, X.at, kx, H.at, kh, tiles);
    expect(bench.intact).toBe(true);
    const want = Float64Array.from({ length: tiles * 32 }, (_, at) => {
      const [row, column] = [at >> 3, at & 7];
      const weight = (p: number) => a[((row >> 2) * (kx + kh) + p) * 4 + (row & 3)];
      let sum = start === "FromBias" ? bias.view[row] : start === "FromOutput" ? before[at] : 0;
      for (let p = 0; p < kx; p++) sum += weight(p) * x[p * 8 + column];
      for (let p = 0; p < kh; p++) sum += weight(kx + p) * h[p * 8 + column];
      return sum;
    });
    return { out: out.view.slice(), want: Float32Array.from(want) };
  }

  it("is exact on whole numbers for one to seven tiles, of which the relaxed build takes three at once and the wide one two, and every pair of depths, zero among them", () => {
    for (const tiles of [1, 2, 3, 4, 5, 6, 7]) {
      for (const kx of DEPTHS) {
        for (const kh of DEPTHS) {
          const { out, want } = run(
            integers(tiles * 4 * (kx + kh), 1),
            integers(kx * 8, 2),
            integers(kh * 8, 3),
            tiles,
          );
          expect(out, `tiles ${tiles}, kx ${kx}, kh ${kh}`).toEqual(want);
        }
      }
    }
  });

  it("sends NaN and infinities of either operand where float arithmetic does", () => {
    for (const special of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const [a, x, h] = [integers(5 * 4 * 8, 6), integers(3 * 8, 7), integers(5 * 8, 8)];
      for (const operand of [a, x, h]) {
        const kept = operand[9];
        operand[9] = special;
        const { out, want } = run(a, x, h, 5);
        expect(out).toEqual(want);
        operand[9] = kept;
      }
    }
  });
});

it.each(STARTS)("tileProduct<%s> of the wide build has the bits of the SIMD build", async (start) => {
  const bits = async (build: typeof privateKernels) => {
    const { kernels, bench } = await build();
    const wave = (n: number, step: number) => bench.f32(Float32Array.from({ length: n }, (_, i) => Math.sin(step * i)));
    const out = wave(5 * 32, 1);
    const [bias, a, x, h] = [wave(20, 2), wave(20 * 14, 3), wave(5 * 8, 4), wave(9 * 8, 5)];
    kernels.call[`tileProduct${start}`](out.at, bias.at, a.at, x.at, 5, h.at, 9, 5);
    return new Int32Array(out.view.slice().buffer);
  };
  expect(await bits(wideKernels)).toEqual(await bits(privateKernels));
});
