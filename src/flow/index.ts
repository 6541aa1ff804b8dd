export { fitDecay } from "./decay.ts";
export { type Direction, direction, type Scaled } from "./direction.ts";
export {
  lnNorm,
  lnTensorNorm,
  lnTensorNormInParts,
  lnTogether,
  type TensorNumbers,
  tensorNumbers,
  tensorNumbersInParts,
} from "./log-norm.ts";
export type * from "./half/types.ts";
export type { HalfName } from "./half/formats.ts";
export type { HalfShares } from "./half/magnitudes.ts";
export type * from "./types/index.ts";
export { nonfiniteLayer } from "./nonfinite-place.ts";
