/**
 * Recorders of training runs, imported as `evanesce/record`: what a page or a program trains is written as a record.
 */
export { type ModelRecorder, type RecordModelOptions, recordModel } from "./records/tensorflow.ts";

// what the types above mention
export type { RecordedModel, RecordedOptimizer, TensorLike, WeightLike } from "./records/tensorflow.ts";
