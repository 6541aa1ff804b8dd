import type { Decay } from "../flow/index.ts";
import type { Diagnosis } from "../diagnosis/index.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { TaskInput } from "../tasks/index.ts";
import type { Trained, TrainingPlan } from "../training/short-training.ts";

/** A value of an axis. */
export type Setting = number | string | boolean | null | readonly Setting[];

/** A file that cells read: its path and its contents. */
export interface DataFile {
  /** The option of the task that gets the bytes: `bytes`, `images`, `labels`. */
  readonly option: string;
  readonly path: string;
  /** SHA-256 of the contents, in hexadecimal, so that a cell with other data is another cell. */
  readonly sha256: string;
}

/** A model file whose weights cells take, by its path and its contents. */
export interface WeightsFile {
  readonly path: string;
  /** SHA-256 of the contents, in hexadecimal. */
  readonly sha256: string;
}

/**
 * One network of a sweep that is measured once: plain JSON data with everything that its numbers depend on. Every
 * process with the same code computes the same result from it.
 */
export interface CellPlan {
  /** Identifies the cell: settings, plan and replicate. */
  readonly id: string;
  /** Seed of initialization, batch and probe. */
  readonly seed: number;
  readonly network: NetworkSpec;
  readonly task: TaskInput;
  /** Files of the task. Their options are left out of `task`. */
  readonly data?: readonly DataFile[];
  /** Its initial parameters; default drawn from the seed. */
  readonly weights?: WeightsFile;
  /** B of the pass; default 32. */
  readonly batch?: number;
  /** The training after the pass. */
  readonly plan?: TrainingPlan;
  /** Whether the largest Lyapunov exponent is also measured; recurrent networks only. */
  readonly lyapunov?: boolean;
  /** Whether the size of activations is measured, and that of their change by training; feed-forward networks only. */
  readonly coordinates?: boolean;
  /** Number of evenly spread stations of the profile to keep; none if left out. */
  readonly profile?: number;
}

/** A cell with its place on the axes. */
export interface PlacedCell extends CellPlan {
  /** The value of every axis, by its key. */
  readonly settings: Readonly<Record<string, Setting>>;
  readonly taskName: string;
  readonly planName: string | null;
  readonly replicate: number;
}

/** The measurements of the pass at the start: the decay of the path (from the probe), the loss, the diagnosis. */
export interface CellStart {
  readonly outcome: "finite" | "nonfinite";
  readonly loss: number | null;
  readonly decay: Decay | null;
  readonly verdict: Diagnosis["verdict"];
}

/**
 * ln of √(mean of squares) over a batch: of the last hidden layer's activations and of the outputs at the start, and of
 * their change by training; NaN without a training, or if it diverged.
 */
export interface Coordinates {
  readonly lnHidden: number;
  readonly lnOutput: number;
  readonly lnHiddenChange: number;
  readonly lnOutputChange: number;
}

/** The result of a cell. Plain data. */
export interface CellResult {
  readonly start: CellStart;
  /** The main cause of the diagnosis; null if there is none. */
  readonly cause: string | null;
  /** The training after the pass; null without a plan. */
  readonly trained: Trained | null;
  /** Largest Lyapunov exponent in nats a step; −∞ if the state forgets everything at once. */
  readonly lyapunov?: number;
  readonly coordinates?: Coordinates;
  /** ln ‖δ_s‖ of the probe at `profile` stations; index 0 is farthest from the loss. */
  readonly profile?: readonly number[];
  /** ln ‖∂L/∂W‖ of the first and of the last matrix of the path. */
  readonly lnFirstWeightGradient: number;
  readonly lnLastWeightGradient: number;
}

/** The end of a cell: its result, or the reason why there is none. */
export type CellEnd<Result = CellResult> =
  | { readonly result: Result; readonly failed?: never }
  | { readonly failed: string; readonly result?: never };
