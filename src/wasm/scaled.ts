/** Parameters by PyTorch's name, row-major. */
export type ParameterMap = ReadonlyMap<string, Float32Array>;

/** A tensor whose true value is `data · 2^exponent`. */
export interface ScaledTensor {
  readonly data: Float64Array;
  readonly exponent: number;
}

/** Sums over the entries of a tensor, in units of its largest entry, see `sumUnit`: none leaves float64's range. */
export interface TensorSums {
  /** The largest magnitude of an entry; NaN where one is. */
  readonly largest: number;
  /** Σ (x/unit)². */
  readonly squares: number;
  /** Σ |x|/unit. */
  readonly magnitudes: number;
  /** How many entries are exactly zero. */
  readonly zeros: number;
  /** How many entries there are. */
  readonly count: number;
}

/** The unit of sums over a tensor whose largest entry is this: 1 if it is zero, infinite or NaN. */
export const sumUnit = (largest: number): number => (largest > 0 && Number.isFinite(largest) ? largest : 1);

/** ln √(square · 4^exponent); −∞ of an exact zero. */
export const lnOf = (square: number, exponent: number): number =>
  square === 0 ? Number.NEGATIVE_INFINITY : 0.5 * Math.log(square) + exponent * Math.LN2;

/**
 * 2^exponent as a product of two factors: the power alone may be outside the range of float64, although its product
 * with a number is not.
 */
export function factorsOf(exponent: number): readonly [number, number] {
  const half = Math.trunc(exponent / 2);
  return [2 ** half, 2 ** (exponent - half)];
}

const isZero = ({ data }: ScaledTensor): boolean => data.every((value) => value === 0);

/** a + b with the larger exponent; the exponent of a tensor of zeros does not count. */
export function addScaled(a: ScaledTensor, b: ScaledTensor): ScaledTensor {
  if (isZero(b)) return a;
  if (isZero(a)) return b;
  const exponent = Math.max(a.exponent, b.exponent);
  const [ofA, ofB] = [2 ** (a.exponent - exponent), 2 ** (b.exponent - exponent)];
  return { data: a.data.map((value, i) => value * ofA + b.data[i] * ofB), exponent };
}
