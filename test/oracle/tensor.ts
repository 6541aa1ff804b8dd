/** A row-major array with its shape. */
export interface Tensor {
  readonly shape: number[];
  readonly data: Float64Array;
}

/** Tensors under PyTorch's names: a network's parameters, or their gradients. */
export type Parameters = Record<string, Tensor>;

/** One sample's values at one place of the network, e.g. `h // [H]`. */
export type Vector = number[];

export const tensor = (shape: number[], data?: ArrayLike<number>): Tensor => ({
  shape,
  data: data === undefined ? new Float64Array(shape.reduce((product, n) => product * n, 1)) : Float64Array.from(data),
});

/** Zero tensors of the same names and shapes, for gradients to be summed into. */
export const zerosLike = (parameters: Parameters): Parameters =>
  Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, tensor([...shape])]));

/** The tensor of that name. @throws Error if there is none */
export function named(parameters: Parameters, name: string): Tensor {
  const found = parameters[name];
  if (found === undefined) throw new Error(`oracle: no parameter ${name}, only ${Object.keys(parameters).join(", ")}`);
  return found;
}

/** `[N, n]` flat → N vectors of n. */
export const rows = (flat: ArrayLike<number>, n: number): Vector[] =>
  Array.from({ length: flat.length / n }, (_, row) => Array.from({ length: n }, (_, i) => flat[row * n + i]));

/** N vectors of n → `[N, n]` flat. */
export const flatten = (vectors: readonly Vector[]): Float64Array => Float64Array.from(vectors.flat());
