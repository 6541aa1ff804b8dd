import type { LossName, LossOptions } from "../catalogue/index.ts";

/** A state of every layer and sample, `[N, B, H]`: of two directions l0, l0 reversed, l1, … */
export interface BatchState {
  readonly h: Float32Array;
  readonly c?: Float32Array;
}

/** The caller's or a task's data for one pass. Axes: B batch · T steps · X inputs · Y outputs. Row-major. */
export interface Batch {
  /** B. */
  readonly batch: number;
  /** T for a sequence; absent for a feed-forward batch. */
  readonly steps?: number;
  /** X. */
  readonly inputSize: number;
  /** Y; absent where there are no targets. */
  readonly outputSize?: number;
  /** `[T, B, X]`, or `[B, X]` without steps; may be empty where `tokens` stand for it. */
  readonly inputs: Float32Array;
  /** `[T, B]` whole numbers below X, for a network with an embedding; one-hot rows of `inputs` say the same. */
  readonly tokens?: Int32Array;
  /**
   * `[B, Y]` or, with a loss at every step, `[T, B, Y]` real values; `[B]` or `[T, B]` class indices for cross-entropy
   * (an Int32Array). Absent: no loss; the pass starts from the sum of the last hidden state over H, averaged over B.
   */
  readonly targets?: Float32Array | Int32Array;
  /**
   * `[B]` steps of each sequence, 1 … T: sequence b is the first `lengths[b]` steps of its inputs and targets, what
   * follows is padding. Absent: all have T.
   */
  readonly lengths?: Int32Array;
  /**
   * The state each sequence begins with, `[N, B, H]` a layer after the other as in `torch.nn`: h, and c where the cell
   * has a cell state. Zero where left out. With it a pass also gives the state behind the last step, and ∂L/∂ of this
   * one.
   */
  readonly state?: BatchState;
  /** Of samples taken from a larger batch: the number of the first one there, by which its dropout masks are drawn. */
  readonly firstSample?: number;
  readonly loss: LossName;
  /** Numbers the loss takes: weights, smoothing, Huber's δ. */
  readonly lossOptions?: LossOptions;
  /** Where a sequence has its loss. */
  readonly lossAt: "last" | "every";
  /** The loss of the best constant or memoryless answer, where it is known (nats or squared error). */
  readonly baseline?: number;
  /**
   * Of a sequence: how many steps before the loss that needs it the information lies, at the farthest and in a typical
   * sample. Where the task knows.
   */
  readonly information?: { readonly farthest: number; readonly typical: number };
  /** `[X]` names of the columns, where the data have some. */
  readonly columns?: readonly string[];
  /** What was assumed in reading the caller's data, a sentence each. */
  readonly notes?: readonly string[];
  /** The task's name, for reports: `adding`, `text`, `arrays` … */
  readonly name: string;
}
