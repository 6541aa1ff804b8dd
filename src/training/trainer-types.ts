import type { AsyncOptions, Network } from "../network/create.ts";
import type { Batch } from "../tasks/batch.ts";
import type { ClipOptions } from "./clip.ts";
import type { OptimizerInput } from "../catalogue/optimizers/index.ts";
import type { LossScalerOptions, LossScalerState } from "./loss-scaler.ts";
import type { StepRecord } from "./record.ts";
import type { ScheduleInput } from "./schedules.ts";

/** How updates are made. */
export interface TrainerOptions {
  /** An optimizer's name, or its name and options; default `adam`. */
  readonly optimizer?: OptimizerInput | undefined;
  /** A schedule's name, or its name and options; default `constant`. */
  readonly schedule?: ScheduleInput | undefined;
  /** Default: nothing is clipped. */
  readonly clip?: ClipOptions | undefined;
  /** Watches the gradients as PyTorch's float16 loss scaler would, and changes nothing; default: none. */
  readonly lossScaler?: boolean | LossScalerOptions | undefined;
  /** Parameters that stay as they are, by name; default none. They have no gradient to clip and no state. */
  readonly frozen?: ((name: string) => boolean) | undefined;
  /**
   * Whether the effect of every update is measured; default true. `false` saves a tenth to a fifth of an update that
   * has few steps or samples: `parameters` and `clips` of its record are empty. The updates have the same bits.
   */
  readonly measure?: boolean | undefined;
  /** Number of updates of the run, for schedules over the whole run. */
  readonly steps?: number | undefined;
}

/** The whole state of a trainer, as a checkpoint holds it. It has no parameters, because they belong to the network. */
export interface TrainerState {
  readonly schema: "evanesce.trainer/1";
  /** Updates done. */
  readonly updates: number;
  readonly optimizer: string;
  /** Numbers that the optimizer and the schedule keep from update to update. */
  readonly carried: Readonly<Record<string, number>>;
  readonly schedule: Readonly<Record<string, number>>;
  /** The loss scaler's state, if the run has one. */
  readonly scaler?: LossScalerState;
  /** The optimizer's tensors as `first.NAME`, …, and the start as `start.NAME`; row-major. */
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

/** Trains a network, one update at a time. */
export interface Trainer {
  readonly network: Network;
  /** Names of the parameters that are trained. */
  readonly trained: readonly string[];
  /** Updates done. */
  readonly updates: number;
  /** η of the next update. */
  readonly learningRate: number;
  /**
   * Makes one update with a batch: forward pass, backward pass, clipping, update, all in WASM memory. @throws
   * EvanesceError if the batch does not fit the network
   */
  step(batch: Batch): StepRecord;
  /**
   * `step` with pauses. If the caller stops at a pause, the update has not happened; but at a pause that yields
   * `UNDIVIDED`, the whole update has happened. With `threads`, workers share the passes; then the generator yields
   * promises, and the caller must await them.
   */
  stepInParts(batch: Batch, threads?: AsyncOptions["threads"]): Generator<unknown, StepRecord>;
  /** Copies of everything that the next update depends on, besides the parameters and the batch. */
  state(): TrainerState;
  /** `state` with pauses. The caller must not make an update during a pause. */
  stateInParts(): Generator<void, TrainerState>;
  /**
   * Continues from a state: the next updates give the same bits. @throws EvanesceError if the state belongs to another
   * optimizer or network
   */
  restore(state: TrainerState): void;
  /** `restore` with a pause after every tensor. */
  restoreInParts(state: TrainerState): Generator<void, void>;
  /** Gives the network its parameters back and frees all other memory. The network can still be used. */
  dispose(): void;
}
