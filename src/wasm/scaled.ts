/** Parameters by PyTorch's name, row-major. */
export type ParameterMap = ReadonlyMap<string, Float32Array>;

/** A tensor whose true value is `data · 2^exponent`. */
export interface ScaledTensor {
  readonly data: Float64Array;
  readonly exponent: number;
}

/** ln √(square · 4^exponent); −∞ of an exact zero. */
export const lnOf = (square: number, exponent: number): number =>
  square === 0 ? Number.NEGATIVE_INFINITY : 0.5 * Math.log(square) + exponent * Math.LN2;

/** 2^exponent as a product of two factors: alone it may lie outside float64 where a number times it does not. */
export function factorsOf(exponent: number): readonly [number, number] {
  const half = Math.trunc(exponent / 2);
  return [2 ** half, 2 ** (exponent - half)];
}
