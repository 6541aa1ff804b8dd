export {
  type ClipLedger,
  type Clipped,
  type ClippedTensor,
  type ClipTrace,
  clipByNorm,
  clipByUnit,
  clipByValue,
  type NamedGradient,
  traceClipping,
} from "./clipping.ts";
export { concentration, type Span } from "./concentration.ts";
export { type Crossing, crossing } from "./crossing.ts";
export { gainsFromLast, type WorstGain, worstGain } from "./gains.ts";
export { type MagnitudeHistogram, magnitudeHistogram } from "./histogram.ts";
export { layerName } from "./layer-name.ts";
export { addSample, createMoments, type Moments } from "./moments.ts";
export { type GradientNoise, type GradientStatistics, gradientNoise } from "./noise.ts";
export { passedSteps } from "./passed.ts";
export { type Reach, reach } from "./reach.ts";
export { type UpdateRatio, updateRatios } from "./updates.ts";
