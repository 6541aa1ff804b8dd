import type { LossName, LossOptions } from "../catalogue/index.ts";

/** A state of every layer and sample, `[N, B, H]`. With two directions, N counts l0, l0 reversed, l1, … */
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
  /** Y; absent if there are no targets. */
  readonly outputSize?: number;
  /** `[T, B, X]`, or `[B, X]` without steps; may be empty if there are `tokens`. */
  readonly inputs: Float32Array;
  /**
   * `[T, B]` whole numbers below X, for a network with an embedding; the same information as one-hot rows of `inputs`.
   */
  readonly tokens?: Int32Array;
  /**
   * `[B, Y]` or, with a loss at every step, `[T, B, Y]` real values; `[B]` or `[T, B]` class indices for cross-entropy
   * (an Int32Array). Absent: no loss; the pass starts from the sum of the last hidden state over H, averaged over B.
   */
  readonly targets?: Float32Array | Int32Array;
  /**
   * `[B]` number of steps of each sequence, 1 … T: sequence b is the first `lengths[b]` steps of its inputs and
   * targets, and the rest is padding. Absent: all have T.
   */
  readonly lengths?: Int32Array;
  /**
   * The initial state of each sequence, `[N, B, H]` in the order of layers as in `torch.nn`: h, and c if the cell has a
   * cell state. Absent: zero. With it, a pass also returns the state after the last step, and ∂L/∂ of the initial
   * state.
   */
  readonly state?: BatchState;
  /** For a part of a larger batch: the number of its first sample there, because dropout masks depend on it. */
  readonly firstSample?: number;
  readonly loss: LossName;
  /** Options of the loss: weights, smoothing, Huber's δ. */
  readonly lossOptions?: LossOptions;
  /** The steps at which a sequence has a loss. */
  readonly lossAt: "last" | "every";
  /**
   * D, for an encoder and a decoder: the steps at the end of a sequence that are the decoder's. With a loss at every
   * step, the targets before them are ignored.
   */
  readonly decoderSteps?: number;
  /** The loss of the best constant or memoryless answer, if known (nats or squared error). */
  readonly baseline?: number;
  /** The loss of the best linear answer, if it was requested (squared error). */
  readonly linearBaseline?: number;
  /**
   * For a sequence, if the task knows it: the number of steps between the information and the loss that needs it, at
   * most and in a typical sample.
   */
  readonly information?: { readonly farthest: number; readonly typical: number };
  /** `[X]` names of the columns, if the data have names. */
  readonly columns?: readonly string[];
  /** Assumptions in reading the caller's data; each is a sentence. */
  readonly notes?: readonly string[];
  /** The task's name, for reports: `adding`, `text`, `arrays` … */
  readonly name: string;
}
