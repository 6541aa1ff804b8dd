/**
 * The pass alone, imported as `evanesce/core`: networks, forward and backward passes, measurements of their gradients.
 * It is about half the code of `evanesce`: it has no diagnosis, theory, training or sweeps, and none of the tasks that
 * read tables. The functions are those of `evanesce` and give the same bits.
 */
export { EvanesceError } from "./base/errors.ts";
export {
  gradientStatistics,
  gradientStatisticsAsync,
  gradientStatisticsInParts,
  histograms,
} from "./measure/statistics.ts";
export { ready } from "./measure/ready.ts";
export {
  clipByNorm,
  clipByUnit,
  clipByValue,
  magnitudeHistogram,
  traceClipping,
  updateRatios,
} from "./metrics/index.ts";
export { createNetwork } from "./network/create.ts";
export { createEngine } from "./wasm/builds.ts";
export {
  jacobians,
  jacobiansAsync,
  propagate,
  propagateAsync,
  propagateBinned,
  propagateBinnedAsync,
  propagateMany,
  propagateManyAsync,
  taskBatch,
} from "./measure/without-tables.ts";

// types of these functions
export type { RunOptions, TurnOptions } from "./base/cooperative-work.ts";
export type * from "./flow/index.ts";
export type { ProfileBins } from "./flow/bins.ts";
export type { BinnedFlow, BinnedInput } from "./measure/given-tasks/propagate-binned.ts";
export type { ManyFlows, ManyInput } from "./measure/given-tasks/propagate-many.ts";
export type { PropagateInput } from "./measure/given-tasks/propagate.ts";
export type { ParameterHistograms } from "./measure/statistics.ts";
export type {
  ClipLedger,
  Clipped,
  ClipTrace,
  GradientNoise,
  GradientStatistics,
  MagnitudeHistogram,
  NamedGradient,
  UpdateRatio,
} from "./metrics/index.ts";
export type {
  AsyncOptions,
  GradientStore,
  MeasureOptions,
  Network,
  NetworkEvents,
  NetworkListener,
  NetworkOptions,
  OwnArrays,
  ParameterStore,
} from "./network/create.ts";
export type {
  Jacobians,
  JacobiansInput,
  LyapunovSpectrum,
  PascanuBound,
  SingularSpectrum,
  WeightSpectrum,
} from "./network/jacobians/index.ts";
export type { NetworkInput, NetworkSpec } from "./spec/index.ts";
export type { Batch } from "./tasks/batch.ts";
export type { TaskBatchInput, TaskInput } from "./tasks/registry.ts";
export type { BuildChoice } from "./wasm/builds.ts";
export type { Build, Engine } from "./wasm/engine.ts";
