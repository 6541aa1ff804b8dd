import type { FeedforwardSpec, RecurrentSpec } from "../../../../../src/spec/index.ts";
import type { Edits, Experiment } from "../experiment.ts";
import { type Json, merged } from "../merge-patch.ts";
import type { Whole } from "./control.ts";

/* Functions with which controls read an experiment and make changed copies of it. */

/** The experiment with a patch of its network. */
export const patched = (experiment: Whole, patch: Json): Experiment => ({
  ...experiment,
  network: merged(experiment.network, patch) as Experiment["network"],
});
export const withTask = (experiment: Whole, task: Json): Experiment => ({
  ...experiment,
  task: { ...experiment.task, ...task },
});
export const withEdits = (experiment: Whole, edits: Edits): Experiment => ({
  ...experiment,
  edits: { ...experiment.edits, ...edits },
});
export const recurrentOf = ({ network }: Whole) => network as RecurrentSpec;
export const deepOf = ({ network }: Whole) => network as FeedforwardSpec;
export const isRecurrent = ({ network }: Whole) => network.kind === "recurrent";
export const isDeep = ({ network }: Whole) => network.kind === "feedforward";

/** The factor on the hidden weights, by either of its names. */
export const gainOf = ({ network: { init } }: Whole): number =>
  ("sigmaW" in init ? init.sigmaW : undefined) ?? (typeof init.gain === "number" ? init.gain : 1);

/** The standard deviation of the biases, by either of its names. */
export const biasSpreadOf = ({ network: { init } }: Whole): number =>
  ("sigmaB" in init ? init.sigmaB : undefined) ?? init.biasStd;

/** Values at even distances, both ends included. */
export const steps = (from: number, to: number, by: number): number[] =>
  Array.from({ length: Math.round((to - from) / by) + 1 }, (_, i) => Number((from + i * by).toFixed(6)));

/** Choices whose labels are their names, with spaces. */
export const named = (names: readonly string[]) => names.map((name) => [name, name.replaceAll("_", " ")] as const);
