import { afterEach, describe, expect, it } from "vitest";
import { Engine } from "../../../src/wasm/engine.ts";
import { Chain } from "../../../src/wasm/jacobian/chain.ts";
import { SIZES } from "../../setup/numbers.ts";
import { digamma, trigamma } from "./digamma.ts";
import {
  gaussian,
  identity,
  type Matrix,
  orthogonal,
  singularValues,
  times,
  transpose,
  widestGap,
  widestRatio,
} from "./reference.ts";

const engine = new Engine();
const open: Chain[] = [];
afterEach(() => {
  for (const chain of open.splice(0)) chain.dispose();
});

function chainOf(rows: number, columns: number): Chain {
  const chain = new Chain(engine, { rows, columns, product: true }, 2 ** 30);
  open.push(chain);
  chain.startFromIdentity();
  chain.startProduct();
  return chain;
}

/** Columns at an address, as a matrix [rows][columns]. */
function read(chain: Chain, at: number, rows: number): Matrix {
  const all = new Float64Array(engine.core.memory.buffer, at, chain.live * chain.lead);
  return Array.from({ length: rows }, (_, i) =>
    Float64Array.from({ length: chain.live }, (_, j) => all[j * chain.lead + i]),
  );
}

/** Takes J through the chain, J Q computed here in float64. */
function advance(chain: Chain, J: Matrix): void {
  const product = times(J, read(chain, chain.q, J[0].length));
  const a = new Float64Array(engine.core.memory.buffer, chain.a, chain.live * chain.lead).fill(0);
  product.forEach((row, i) => {
    row.forEach((x, j) => {
      a[j * chain.lead + i] = x;
    });
  });
  chain.advance(J.length, true);
}

function valuesOf(chain: Chain): Float64Array {
  const { values, exponent } = chain.singularValues();
  return values.map((x) => x * 2 ** exponent);
}

const diagonal = (values: ArrayLike<number>): Matrix =>
  identity(values.length).map((row, i) => row.map((x) => x * values[i]));

describe("a chain of Jacobians by QR", () => {
  it.each([...SIZES, 31, 32, 33, 64, 67])("keeps Q orthonormal and the product's singular values, n = %i", (n) => {
    const chain = chainOf(n, n);
    let product = identity(n);
    for (let s = 0; s < 3; s++) {
      const J = gaussian(n, n, 10 * n + s, 1 / Math.sqrt(n));
      advance(chain, J);
      product = times(J, product);
      const Q = read(chain, chain.q, n);
      const gram = times(transpose(Q), Q);
      expect(
        widestGap(
          gram.flatMap((row) => [...row]),
          identity(n),
        ),
      ).toBeLessThan(1e-14);
    }
    expect(widestRatio(Array.from(valuesOf(chain)), singularValues(product), 1e-4)).toBeLessThan(1e-8);
  });

  it.each([[[5, 9, 3, 8]], [[17, 4, 4, 33]], [[40, 36, 3]], [[1, 7, 2]]])("goes through widths %j", (widths) => {
    const chain = chainOf(Math.max(...widths), widths[0]);
    let product = identity(widths[0]);
    for (let l = 1; l < widths.length; l++) {
      const J = gaussian(widths[l], widths[l - 1], 7 + l);
      advance(chain, J);
      product = times(J, product);
    }
    const expected = singularValues(product).slice(0, Math.min(...widths));
    expect(widestRatio(Array.from(valuesOf(chain)), expected)).toBeLessThan(1e-7);
  });

  it("resolves values 1e-30 below the largest to nine digits, where a plain product has lost them", () => {
    // J_s = U_s D U_{s−1}ᵀ, so that the product's singular values are the entries of D^W
    const [n, W] = [24, 30];
    const D = Float64Array.from({ length: n }, (_, i) => 10 ** (-i / (n - 1)));
    const frames = Array.from({ length: W + 1 }, (_, s) => orthogonal(n, s + 1));
    const chain = chainOf(n, n);
    for (let s = 0; s < W; s++) advance(chain, times(times(frames[s + 1], diagonal(D)), transpose(frames[s])));
    expect(widestRatio(Array.from(valuesOf(chain)).slice(0, 14), D.map((x) => x ** W).slice(0, 14))).toBeLessThan(1e-9);
  });

  it("keeps products that no float64 holds", () => {
    const n = 9;
    for (const [scale, W] of [
      [1e-30, 40],
      [1e30, 40],
    ]) {
      const chain = chainOf(n, n);
      const rotation = orthogonal(n, 3);
      for (let s = 0; s < W; s++)
        advance(
          chain,
          rotation.map((row) => row.map((x) => x * scale)),
        );
      const { values, exponent } = chain.singularValues();
      for (const x of values) {
        expect(Math.abs(Math.log(x) + exponent * Math.LN2 - W * Math.log(scale))).toBeLessThan(1e-9);
      }
    }
  });

  it("gives a singular factor exact zeros on its diagonal, and the rank of the product", () => {
    const [n, rank] = [20, 7];
    const chain = chainOf(n, n);
    const J = times(gaussian(n, rank, 1), gaussian(rank, n, 2));
    advance(chain, J);
    expect(Array.from(chain.diagonal).filter((x) => x === 0)).toHaveLength(n - rank);
    advance(chain, gaussian(n, n, 3));
    const values = valuesOf(chain);
    const expected = singularValues(times(gaussian(n, n, 3), J));
    expect(widestRatio(Array.from(values).slice(0, rank), expected.slice(0, rank))).toBeLessThan(1e-9);
    expect(Math.max(...values.slice(rank))).toBeLessThan(1e-13 * values[0]);
  });

  it("is all zero after a zero factor, and NaN after a NaN", () => {
    const chain = chainOf(5, 5);
    advance(chain, gaussian(5, 5, 1));
    advance(chain, gaussian(5, 5, 1, 0));
    advance(chain, gaussian(5, 5, 2));
    expect(Array.from(valuesOf(chain))).toEqual([0, 0, 0, 0, 0]);
    const broken = chainOf(5, 5);
    advance(broken, gaussian(5, 5, 1, Number.NaN));
    expect(Array.from(valuesOf(broken)).every(Number.isNaN)).toBe(true);
  });

  it("follows random frames: the volume of all directions shrinks by |det J|", () => {
    const n = 12;
    const chain = chainOf(n, n);
    chain.startAtRandom(1, n);
    const J = gaussian(n, n, 5);
    const lnDeterminant = singularValues(J).reduce((sum, s) => sum + Math.log(s), 0);
    advance(chain, J);
    expect(chain.diagonal.reduce((sum, r) => sum + Math.log(r), 0)).toBeCloseTo(lnDeterminant, 8);
  });

  it("has the exponents of Gaussian factors, λ_i = ½ (ψ((n − i + 1)/2) + ln(2/n)) (Newman 1986)", () => {
    const [n, steps] = [8, 1500];
    const chain = chainOf(n, n);
    chain.startAtRandom(1, n);
    const sums = new Float64Array(n);
    for (let s = 0; s < steps; s++) {
      advance(chain, gaussian(n, n, s, 1 / Math.sqrt(n)));
      for (const [i, r] of chain.diagonal.entries()) sums[i] += Math.log(r) / steps;
    }
    for (const [i, lambda] of sums.entries()) {
      const k = n - i;
      const spread = Math.sqrt(trigamma(k / 2) / 4 / steps);
      expect(Math.abs(lambda - 0.5 * (digamma(k / 2) + Math.log(2 / n))) / spread, `λ_${i + 1}`).toBeLessThan(4);
    }
  });
});
