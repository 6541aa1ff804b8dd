import type { Tensor, Vector } from "./tensor.ts";

/** y = W x: y_i = Σ_j W_ij x_j, with W `[m, n]`. */
export function times(W: Tensor, x: Vector): Vector {
  const [m, n] = W.shape;
  const y = zeros(m);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) y[i] += W.data[i * n + j] * x[j];
  return y;
}

/** x = Wᵀ y: x_j = Σ_i W_ij y_i, with W `[m, n]`. */
export function transposedTimes(W: Tensor, y: Vector): Vector {
  const [m, n] = W.shape;
  const x = zeros(n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) x[j] += W.data[i * n + j] * y[i];
  return x;
}

/** G_ij += y_i x_j, with G `[m, n]`. */
export function addOuter(G: Tensor, y: Vector, x: Vector): void {
  const n = x.length;
  for (let i = 0; i < y.length; i++) for (let j = 0; j < n; j++) G.data[i * n + j] += y[i] * x[j];
}

/** g_i += y_i. */
export function addInto(g: Tensor, y: Vector): void {
  for (let i = 0; i < y.length; i++) g.data[i] += y[i];
}

export const zeros = (n: number): Vector => new Array<number>(n).fill(0);

export const sum = (...vectors: Vector[]): Vector =>
  vectors[0].map((_, i) => vectors.reduce((total, vector) => total + vector[i], 0));

/** x ⊙ y. */
export const product = (x: Vector, y: Vector): Vector => x.map((value, i) => value * y[i]);

export const scaled = (x: Vector, factor: number): Vector => x.map((value) => value * factor);

/** ‖·‖_F of a batch of vectors. */
export function norm(vectors: readonly ArrayLike<number>[]): number {
  let squares = 0;
  for (const vector of vectors) for (let i = 0; i < vector.length; i++) squares += vector[i] * vector[i];
  return Math.sqrt(squares);
}
