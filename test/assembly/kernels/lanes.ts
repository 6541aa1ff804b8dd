import { beforeAll, describe, expect, it } from "vitest";
import { random } from "../../../src/base/random.ts";
import type { Kernels } from "../../setup/compile.ts";
import { privateKernels } from "../../setup/kernels.ts";
import { normals, SIZES } from "../../setup/numbers.ts";
import type { Workbench } from "../../setup/workbench.ts";

let kernels: Kernels;
let bench: Workbench;

beforeAll(async () => {
  ({ kernels, bench } = await privateKernels());
});

const [NAN, INFINITY] = [Number.NaN, Number.POSITIVE_INFINITY];

describe("powers of two", () => {
  it("powerOfTwo: exact from 2^−126 to 2^127, zero below, 2^127 above", () => {
    for (let e = -126; e <= 127; e++) expect(kernels.call.two(e)).toBe(2 ** e);
    for (const e of [-127, -149, -1000, kernels.call.dead()]) expect(kernels.call.two(e)).toBe(0);
    for (const e of [128, 1000, 2 ** 30]) expect(kernels.call.two(e)).toBe(2 ** 127);
  });

  it("powersOfTwo: the same for four lanes up to 2^127", () => {
    const exponents = [...Array.from({ length: 254 }, (_, i) => i - 126), -127, -128, -1000, -(2 ** 30), -(2 ** 31), 0];
    for (let i = 0; i < exponents.length; i += 4) {
      bench.clear();
      const [e, out] = [bench.i32(exponents.slice(i, i + 4)), bench.f32([1, 1, 1, 1])];
      kernels.call.twos(out.at, e.at);
      expect([...out.view]).toEqual([...e.view].map((exponent) => (exponent < -126 ? 0 : 2 ** exponent)));
    }
  });

  it("powerOfFour: exact from 4^−511 to 4^511, zero below, 4^511 above", () => {
    for (let e = -511; e <= 511; e++) expect(kernels.call.four(e)).toBe(4 ** e);
    expect(kernels.call.four(-512)).toBe(0);
    expect(kernels.call.four(kernels.call.dead())).toBe(0);
    expect(kernels.call.four(512)).toBe(4 ** 511);
  });
});

describe("dropSmall", () => {
  it("sets to zero what is smaller than the limit, and nothing else", () => {
    for (const rows of SIZES) {
      bench.clear();
      const least = 2 ** -86;
      const kept = [least, -least, 1, -3e38, NAN, INFINITY, -INFINITY, 2 ** -85];
      const small = [least * (1 - 2 ** -24), -(2 ** -87), 0, -0, 2 ** -126, 1e-45, -1e-45, -(2 ** -100)];
      const values = Array.from({ length: rows * 8 }, (_, i) => (i % 3 === 0 ? kept : small)[(i + (i >> 3)) % 8]);
      const panel = bench.f32([...values, 1e-45]);
      kernels.call.dropSmall(panel.at, least, rows);
      values.forEach((value, i) => {
        expect(panel.view[i]).toBe(Math.abs(value) < least ? 0 : Math.fround(value));
      });
      expect(panel.view[rows * 8]).toBe(Math.fround(1e-45)); // behind the panel
    }
  });
});

describe("laneSquares", () => {
  it("sums each lane's squares in float64 over any number of rows, from the smallest float32 to the largest", () => {
    for (const rows of SIZES) {
      bench.clear();
      const scale = [1, 1e-45, 3e38, 1e-30, 1e30, 0, 1, -1];
      const values = normals(rows * 8, rows).map((value, i) => Math.sign(value) * scale[i & 7]);
      const [panel, out] = [bench.f32(values), bench.f64(new Float64Array(8).fill(-1))];
      kernels.call.laneSquares(out.at, panel.at, rows);
      out.view.forEach((square, lane) => {
        const want = values.reduce((sum, value, i) => ((i & 7) === lane ? sum + value * value : sum), 0);
        if (want === 0) expect(square).toBe(0);
        else expect(Math.abs(square / want - 1)).toBeLessThan(1e-14);
      });
      expect(bench.intact).toBe(true);
    }
  });

  it("NaN makes its own lane NaN, an infinity makes it +∞, no other lane changes", () => {
    bench.clear();
    const values = new Float32Array(24).fill(1);
    values[8 + 2] = NAN;
    values[16 + 5] = Number.NEGATIVE_INFINITY;
    values[7] = INFINITY;
    const [panel, out] = [bench.f32(values), bench.f64(new Float64Array(8))];
    kernels.call.laneSquares(out.at, panel.at, 3);
    expect([...out.view]).toEqual([3, 3, NAN, 3, 3, INFINITY, 3, INFINITY]);
  });
});

describe("mergeLanes", () => {
  const { fround } = Math;
  /** A power of two as the kernel computes it: zero below the normal range. */
  const power = (e: number) => (e < -126 ? 0 : 2 ** e);

  function merge(a: Float32Array, ea: number[], b: Float32Array, eb: number[], alias: "none" | "a" | "b") {
    bench.clear();
    const [A, EA, B, EB] = [bench.f32(a), bench.i32(ea), bench.f32(b), bench.i32(eb)];
    const fresh = { out: bench.f32(new Float32Array(a.length)), exponents: bench.i32(new Int32Array(8)) };
    const target = { none: fresh, a: { out: A, exponents: EA }, b: { out: B, exponents: EB } }[alias];
    kernels.call.mergeLanes(target.out.at, target.exponents.at, A.at, EA.at, B.at, EB.at, a.length / 8);
    expect(bench.intact).toBe(true);
    return { out: target.out.view.slice(), exponents: [...target.exponents.view] };
  }

  it.each(["none", "a", "b"] as const)(
    "adds in the larger frame of each lane, rounded once a term (output is %s)",
    (alias) => {
      const stream = random(1, "test/exponents");
      for (const rows of SIZES) {
        const [a, b] = [normals(rows * 8, rows), normals(rows * 8, rows + 50)];
        const ea = Array.from({ length: 8 }, () => stream.below(600) - 300);
        const eb = ea.map((e) => e + stream.below(300) - 150);
        const { out, exponents } = merge(a, ea, b, eb, alias);
        expect(exponents).toEqual(ea.map((e, lane) => Math.max(e, eb[lane])));
        out.forEach((value, i) => {
          const e = exponents[i & 7];
          expect(value).toBe(fround(fround(a[i] * power(ea[i & 7] - e)) + fround(b[i] * power(eb[i & 7] - e))));
        });
      }
    },
  );

  it("a gap of 126 binary orders is kept, one of 127 is lost, a dead side takes the other's frame", () => {
    const dead = kernels.call.dead();
    const [a, b] = [new Float32Array(8).fill(3), new Float32Array(8).fill(2 ** 100)];
    a[3] = a[4] = 0; // a dead lane is zero
    const { out, exponents } = merge(
      a,
      [0, 0, -5, dead, dead, 7, 7, 7],
      b,
      [-126, -127, -200, 3, dead, 133, 134, -7000],
      "none",
    );
    expect(exponents).toEqual([0, 0, -5, 3, dead, 133, 134, 7]);
    const [b0] = b;
    expect([...out]).toEqual([fround(3 + 2 ** -26), 3, 3, b0, b0, b0, b0, 3]);
  });

  it("NaN survives from the lost side too; an infinity of the kept side survives", () => {
    const dead = kernels.call.dead();
    const [a, b] = [new Float32Array(8).fill(1), new Float32Array(8).fill(1)];
    a[0] = a[1] = a[2] = NAN;
    b[4] = INFINITY;
    b[5] = Number.NEGATIVE_INFINITY;
    const { out } = merge(a, [0, -500, dead, 0, 0, 0, 0, 0], b, new Array<number>(8).fill(0), "none");
    expect([...out]).toEqual([NAN, NAN, NAN, 2, INFINITY, Number.NEGATIVE_INFINITY, 2, 2]);
  });
});

describe("normalizers", () => {
  function normalize(squares: number[], exponents: number[]) {
    bench.clear();
    const [S, E, scales] = [bench.f64(squares), bench.i32(exponents), bench.f32(new Float32Array(8))];
    kernels.call.normalizers(scales.at, E.at, S.at);
    expect(bench.intact).toBe(true);
    return { scales: [...scales.view], exponents: [...E.view] };
  }

  it("brings any norm from 2^−86 to the largest to [2^40, 2^42) by a power of two, and moves the exponent as much", () => {
    expect(kernels.call.headroom()).toBe(40);
    for (let binary = -86; binary <= 132; binary += 0.25) {
      const norms = Array.from({ length: 8 }, (_, lane) => 2 ** binary * (1 + lane / 32));
      const { scales, exponents } = normalize(
        norms.map((norm) => norm * norm),
        norms.map((_, lane) => lane * 1000 - 4000),
      );
      norms.forEach((norm, lane) => {
        const shift = Math.log2(scales[lane]);
        expect(Number.isInteger(shift)).toBe(true);
        expect(norm * scales[lane]).toBeGreaterThanOrEqual(2 ** 40);
        expect(norm * scales[lane]).toBeLessThan(2 ** 42);
        expect(exponents[lane]).toBe(lane * 1000 - 4000 - shift);
      });
    }
  });

  it("raises a smaller norm, down to the least float32, by 2^127: two steps bring it home", () => {
    for (const norm of [2 ** -149, 3 * 2 ** -149, 2 ** -126, 2 ** -88]) {
      const { scales, exponents } = normalize(new Array<number>(8).fill(norm * norm), new Array<number>(8).fill(-9));
      expect(scales[0]).toBe(2 ** 127);
      expect(exponents[0]).toBe(-9 - 127);
      const again = normalize(new Array<number>(8).fill((norm * 2 ** 127) ** 2), exponents);
      expect(norm * 2 ** 127 * again.scales[0]).toBeGreaterThanOrEqual(2 ** 40);
      expect(norm * 2 ** 127 * again.scales[0]).toBeLessThan(2 ** 42);
    }
  });

  it("a zero lane is dead; NaN and +∞ keep their frame", () => {
    const dead = kernels.call.dead();
    const { scales, exponents } = normalize([0, NAN, INFINITY, 0, 1, 1, 1, 1], [5, 6, 7, dead, 0, 0, 0, 0]);
    expect(scales.slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect(exponents.slice(0, 4)).toEqual([dead, 6, 7, dead]);
  });
});

describe("scaleLanes", () => {
  it("multiplies lane by lane, in place too", () => {
    for (const rows of SIZES) {
      bench.clear();
      const values = normals(rows * 8, rows);
      values[0] = NAN;
      values[1] = INFINITY;
      const scales = bench.f32([1, 2, 2 ** -126, 2 ** 127, 0, -1, 0.5, 3]);
      const [a, out] = [bench.f32(values), bench.f32(new Float32Array(rows * 8))];
      const want = values.map((value, i) => value * scales.view[i & 7]);
      kernels.call.scaleLanes(out.at, a.at, scales.at, rows);
      expect(out.view).toEqual(want);
      kernels.call.scaleLanes(a.at, a.at, scales.at, rows);
      expect(a.view).toEqual(want);
      expect(bench.intact).toBe(true);
    }
  });
});
