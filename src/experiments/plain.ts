/** A plain tanh or sigmoid network in float64. It gives outputs and pre-activations, which the core does not return. */

/** A layer's weight `[H, in]`, row-major, and bias `[H]`. */
export interface PlainLayer {
  readonly weight: ArrayLike<number>;
  readonly bias: ArrayLike<number>;
}

/** a = W h + b of every sample: `[B, H]` from h `[B, in]`. */
export function affine({ weight, bias }: PlainLayer, h: Float64Array, batch: number): Float64Array {
  const width = bias.length;
  const fanIn = weight.length / width;
  const a = new Float64Array(batch * width);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < width; i++) {
      let sum = bias[i];
      for (let j = 0; j < fanIn; j++) sum += weight[i * fanIn + j] * h[b * fanIn + j];
      a[b * width + i] = sum;
    }
  }
  return a;
}
