import type { ActivationName } from "../../../src/catalogue/index.ts";
import { ACTIVATION } from "../../../test/oracle/activations.ts";

/** Plain float64 arithmetic over `[B, n]` arrays; matrices are row-major `[m, n]`. */

/** Y = X Wᵀ + b, `[B, m]`. */
export function affine(X: Float64Array, W: Float64Array, b: Float64Array | null, m: number): Float64Array {
  const n = W.length / m;
  const B = X.length / n;
  const Y = new Float64Array(B * m);
  for (let r = 0; r < B; r++) {
    for (let i = 0; i < m; i++) {
      let sum = b === null ? 0 : b[i];
      for (let j = 0; j < n; j++) sum += W[i * n + j] * X[r * n + j];
      Y[r * m + i] = sum;
    }
  }
  return Y;
}

/** U = V W, `[B, n]`. */
export function adjoint(V: Float64Array, W: Float64Array, m: number): Float64Array {
  const n = W.length / m;
  const B = V.length / m;
  const U = new Float64Array(B * n);
  for (let r = 0; r < B; r++) {
    for (let i = 0; i < m; i++) {
      const v = V[r * m + i];
      if (v !== 0) for (let j = 0; j < n; j++) U[r * n + j] += W[i * n + j] * v;
    }
  }
  return U;
}

export const activation = (name: ActivationName) => {
  if (name === "prelu") throw new Error("prelu's slope is a parameter");
  return ACTIVATION[name];
};

/** `[B]` Σ v². */
export function squares(V: Float64Array, B: number): Float64Array {
  const n = V.length / B;
  const out = new Float64Array(B);
  for (let r = 0; r < B; r++) for (let i = r * n; i < (r + 1) * n; i++) out[r] += V[i] * V[i];
  return out;
}

/**
 * A backward signal `[B, n]` with ln of a scale for every sample, so that no chain leaves float64. Samples that meet (batch norm)
 * share one scale.
 */
export class Signal {
  readonly lnScale: Float64Array;
  readonly #shared: boolean;
  constructor(B: number, shared: boolean) {
    this.lnScale = new Float64Array(B);
    this.#shared = shared;
  }

  /** The true ln Σ v² `[B]`; `parts` whose norm is far from 1 are then scaled to norm 1. */
  settle(...parts: Float64Array[]): Float64Array {
    const B = this.lnScale.length;
    const sums = new Float64Array(B);
    for (const part of parts)
      squares(part, B).forEach((square, b) => {
        sums[b] += square;
      });
    const ln = sums.map((square, b) => Math.log(square) + 2 * this.lnScale[b]);
    const most = Math.max(...sums);
    for (let b = 0; b < B; b++) {
      const square = this.#shared ? most : sums[b];
      if (square === 0 || (square > 1e-60 && square < 1e60) || !Number.isFinite(square)) continue;
      const norm = Math.sqrt(square);
      for (const part of parts) {
        const n = part.length / B;
        for (let i = b * n; i < (b + 1) * n; i++) part[i] /= norm;
      }
      this.lnScale[b] += Math.log(norm);
    }
    return ln;
  }
}
