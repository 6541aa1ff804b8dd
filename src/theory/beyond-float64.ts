/** From this layer on, the variance of the forward signal is no finite float64, so there is no prediction. */
export class BeyondFloat64 extends Error {
  readonly layer: number;

  constructor(layer: number) {
    super(`variance beyond float64 at layer ${layer}`);
    this.layer = layer;
  }
}

/** The variance at a layer. @throws BeyondFloat64 if it is not finite */
export function inFloat64(variance: number, layer: number): number {
  if (Number.isFinite(variance)) return variance;
  throw new BeyondFloat64(layer);
}
