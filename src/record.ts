/**
 * Recorders of training runs, imported as `evanesce/record`: they write a record of a model that a page or a program
 * trains.
 */
export { type ModelRecorder, type RecordModelOptions, recordModel } from "./records/tensorflow.ts";

// types that the types above mention
export type { RecordedModel, RecordedOptimizer, TensorLike, WeightLike } from "./records/tensorflow.ts";
