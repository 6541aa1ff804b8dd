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

const isZero = ({ data }: ScaledTensor): boolean => data.every((value) => value === 0);

/** a + b in the frame of the larger exponent; a tensor of zeros has no frame. */
export function addScaled(a: ScaledTensor, b: ScaledTensor): ScaledTensor {
  if (isZero(b)) return a;
  if (isZero(a)) return b;
  const exponent = Math.max(a.exponent, b.exponent);
  const [ofA, ofB] = [2 ** (a.exponent - exponent), 2 ** (b.exponent - exponent)];
  return { data: a.data.map((value, i) => value * ofA + b.data[i] * ofB), exponent };
}
