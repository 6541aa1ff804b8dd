/** The forward signal's variance is no float64 from this layer on: the prediction ends there, in words. */
export class BeyondFloat64 extends Error {
  readonly layer: number;

  constructor(layer: number) {
    super(`variance beyond float64 at layer ${layer}`);
    this.layer = layer;
  }
}

/** The variance at a layer. @throws BeyondFloat64 where it is no finite number */
export function inFloat64(variance: number, layer: number): number {
  if (Number.isFinite(variance)) return variance;
  throw new BeyondFloat64(layer);
}
