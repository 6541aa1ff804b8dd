import { beforeAll, describe, expect, it } from "vitest";
import { Engine } from "../../../src/wasm/engine.ts";
import { MIB, PlanBuilder } from "../../../src/wasm/plan.ts";
import { EPSILON, integers, normals, SIZES } from "../../setup/numbers.ts";
import { Workbench } from "../../setup/workbench.ts";

const VARIANTS = ["matmulNN", "matmulNT", "matmulTN"] as const;
type Variant = (typeof VARIANTS)[number];

const engine = new Engine();
let bench: Workbench;

beforeAll(() => {
  const plan = new PlanBuilder();
  plan.add("bench", "working", [4 * MIB]);
  const arena = engine.reserve(plan.done(), 64 * MIB, "");
  bench = new Workbench(engine.core.memory, arena.address("bench"));
});

/**
 * C by the kernel, from operands in the layout of `variant`; all guard bands and both operands must stay unchanged.
 */
function multiply(variant: Variant, a: Float32Array, b: Float32Array, m: number, n: number, k: number): Float32Array {
  bench.clear();
  const A = bench.f32(a);
  const B = bench.f32(b);
  const C = bench.f32(new Float32Array(m * n).fill(-12345));
  const scratch = bench.f32(new Float32Array(engine.core.matmulScratch(m, n, k) / 4).fill(Number.NaN));
  engine.core[variant](C.at, A.at, B.at, m, n, k, scratch.at);
  const where = `${variant} m ${m}, n ${n}, k ${k}`;
  if (!bench.intact) expect.fail(`${where} wrote outside c or its scratch`);
  if (!same(A.view, a) || !same(B.view, b)) expect.fail(`${where} changed an operand`);
  return C.view.slice();
}

const same = (a: Float32Array, b: Float32Array) => a.every((value, i) => Object.is(value, b[i]));

/** C and Σ|a||b| in float64: element (i, p) of A and (p, j) of B where `variant` stores them. */
function reference(variant: Variant, a: Float32Array, b: Float32Array, m: number, n: number, k: number) {
  const c = new Float64Array(m * n);
  const size = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let p = 0; p < k; p++) {
        const term =
          a[variant === "matmulTN" ? p * m + i : i * k + p] * b[variant === "matmulNT" ? j * k + p : p * n + j];
        c[i * n + j] += term;
        size[i * n + j] += Math.abs(term);
      }
    }
  }
  return { c, size };
}

describe.each(VARIANTS)("%s", (variant) => {
  it("is exact on whole numbers over every remainder of m, n and k", () => {
    for (const k of [1, 2, 3, 4, 5, 7, 8, 9, 17, 255, 256, 257]) {
      for (const m of SIZES) {
        for (const n of SIZES) {
          const [a, b] = [integers(m * k, m), integers(k * n, n + 100)];
          const got = multiply(variant, a, b, m, n, k);
          const { c } = reference(variant, a, b, m, n, k);
          const wrong = got.findIndex((value, i) => value !== c[i]);
          if (wrong >= 0) expect.fail(`m ${m}, n ${n}, k ${k}: c[${wrong}] = ${got[wrong]}, not ${c[wrong]}`);
        }
      }
    }
  });

  it.each([
    [255, 9, 257],
    [256, 8, 256],
    [257, 17, 255],
    [258, 5, 513],
  ])("is exact across row blocks and several depth blocks: m %i, n %i, k %i", (m, n, k) => {
    const [a, b] = [integers(m * k, 1), integers(k * n, 2)];
    expect(multiply(variant, a, b, m, n, k)).toEqual(Float32Array.from(reference(variant, a, b, m, n, k).c));
  });

  it.each([1, 4, 17, 255, 256, 257, 1000])("k = %i real terms: error at most k + 2 half-ULPs of Σ|a||b|", (k) => {
    const [m, n] = [5, 9];
    const [a, b] = [normals(m * k, 3), normals(k * n, 4)];
    const got = multiply(variant, a, b, m, n, k);
    const { c, size } = reference(variant, a, b, m, n, k);
    got.forEach((value, i) => {
      expect(Math.abs(value - c[i])).toBeLessThanOrEqual((k + 2) * EPSILON * size[i]);
    });
  });

  it("NaN, +∞ and −∞ go where float arithmetic sends them, and nowhere else", () => {
    const [m, n, k] = [5, 9, 257];
    const specials = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3e38];
    for (const special of specials) {
      for (const place of [0, k - 1, 2 * k + 255, m * k - 1]) {
        const a = integers(m * k, 5);
        a[place] = special;
        const b = integers(k * n, 6); // holds zeros: ∞ · 0 = NaN
        const want = Float32Array.from(reference(variant, a, b, m, n, k).c);
        // 3e38 times a whole number overflows to the infinity of its sign; the sums of the rest are exact
        expect(multiply(variant, a, b, m, n, k).map(classOf)).toEqual(want.map(classOf));
      }
      for (const place of [0, k * n - 1]) {
        const a = integers(m * k, 7);
        const b = integers(k * n, 8);
        b[place] = special;
        const want = Float32Array.from(reference(variant, a, b, m, n, k).c);
        expect(multiply(variant, a, b, m, n, k).map(classOf)).toEqual(want.map(classOf));
      }
    }
  });
});

/** The value itself where it is NaN or infinite, 0 where it is finite. */
const classOf = (value: number) => (Number.isFinite(value) ? 0 : value);
