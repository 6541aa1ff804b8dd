/** Mean-field theory, closed forms and exact laws of gradient flow. All are functions of specs and numbers only. */
export { type Activation, activation, steepestSlope } from "./activations.ts";
export { correlationFixedPoint, correlationMap, correlationSlope, depthScale } from "./correlation-map.ts";
export { type Criticality, type CriticalPoint, criticality, halfStablePoints } from "./critical-line.ts";
export { type LogFactor, logFactor, reluLogFactor, residualLogFactor } from "./finite-width.ts";
export { chronoBiases, lnRetained, type Retention, retention } from "./forget-gate.ts";
export {
  largestSquaredSingularValue,
  meanSingularValue,
  type SpectrumMoments,
  spectrumMoments,
} from "./jacobian-spectrum.ts";
export { rectifierCorrelation } from "./kernels.ts";
export {
  chi1At,
  chiQAt,
  type FixedPoint,
  fixedPoints,
  type LengthLimit,
  lengthLimit,
  lengthMap,
} from "./length-map.ts";
export * from "./moments.ts";
export { batchNormGain, layerNormGain } from "./normalization.ts";
export { predict } from "./predict.ts";
export type { Band, Phase, Prediction, PredictOptions, Regime } from "./prediction.ts";
export { bivariateMean, gaussianMean, type Integrand } from "./quadrature.ts";
export {
  edgeOfChaos,
  largestSingularValue,
  lnLinearGain,
  lnPascanuBound,
  lyapunovExponent,
  type RandomRecurrent,
  randomRecurrent,
  spectralRadius,
} from "./random-recurrent.ts";
export { type ResidualNet, residualTrajectory } from "./residual.ts";
export { type Trajectory, trajectory } from "./trajectory.ts";
export { WEIGHT_LAWS, type WeightLaw } from "./weight-variance.ts";
