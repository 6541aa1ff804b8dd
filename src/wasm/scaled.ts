/** Parameters by PyTorch's name, row-major. */
export type ParameterMap = ReadonlyMap<string, Float32Array>;

/** A tensor whose true value is `data · 2^exponent`. */
export interface ScaledTensor {
  readonly data: Float64Array;
  readonly exponent: number;
}
