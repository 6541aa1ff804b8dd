import type { NetworkSpec } from "../../../../../src/spec/index.ts";
import type { Experiment } from "../experiment.ts";

/** An experiment whose network has all keys, as the worker returns it. */
export interface Whole extends Experiment {
  readonly network: NetworkSpec;
}

interface Shown {
  readonly id: string;
  readonly label: string;
  /** A sentence that the page shows, and a screen reader reads, as the control's help. */
  readonly help: string;
  readonly group: GroupName;
  /** Whether the control applies to the experiment. */
  readonly fits: (experiment: Whole) => boolean;
}

/** A slider over `places`, by number; `even` steps or the listed places. */
export interface RangeControl extends Shown {
  readonly type: "range";
  readonly places: readonly number[];
  readonly read: (experiment: Whole) => number;
  readonly write: (experiment: Whole, value: number) => Experiment;
  readonly text?: (value: number) => string;
}

export interface ChoiceControl extends Shown {
  readonly type: "choice";
  readonly choices: (experiment: Whole) => readonly (readonly [value: string, label: string])[];
  readonly read: (experiment: Whole) => string;
  readonly write: (experiment: Whole, value: string) => Experiment;
}

export interface SwitchControl extends Shown {
  readonly type: "switch";
  readonly read: (experiment: Whole) => boolean;
  readonly write: (experiment: Whole, value: boolean) => Experiment;
}

export type Control = RangeControl | ChoiceControl | SwitchControl;

export const GROUPS = ["Network", "First weights", "Shortcuts and norms", "Data", "Faults to plant"] as const;
export type GroupName = (typeof GROUPS)[number];

/** The place nearest to a value: where a slider's thumb stands. */
export function placeOf(places: readonly number[], value: number): number {
  let best = 0;
  for (let i = 1; i < places.length; i++) {
    if (Math.abs(places[i] - value) < Math.abs(places[best] - value)) best = i;
  }
  return best;
}
