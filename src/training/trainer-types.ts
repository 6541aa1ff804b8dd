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
  /** The run's updates, for schedules that span it. */
  readonly steps?: number | undefined;
}

/**
 * All that a trainer is beside the network's spec: what a checkpoint holds. Parameters are not in it, they are the
 * network's.
 */
export interface TrainerState {
  readonly schema: "evanesce.trainer/1";
  /** Updates done. */
  readonly updates: number;
  readonly optimizer: string;
  /** Numbers the optimizer and the schedule carry from update to update. */
  readonly carried: Readonly<Record<string, number>>;
  readonly schedule: Readonly<Record<string, number>>;
  /** Of a run whose gradients a loss scaler watches. */
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
   * Forward pass, backward pass, clipping, update: in WASM memory, one batch.
   * @throws EvanesceError where the batch does not fit the network
   */
  step(batch: Batch): StepRecord;
  /**
   * The same with pauses. Where it is left at one, the update has not happened; or, at one that yields `UNDIVIDED`, the
   * whole of it has.
   * With `threads` its passes are split over workers; then it yields promises that its host must await.
   */
  stepInParts(batch: Batch, threads?: AsyncOptions["threads"]): Generator<unknown, StepRecord>;
  /** Copies of everything the next update depends on beside the parameters and the batch. */
  state(): TrainerState;
  /** The same with pauses. No update may be made in between. */
  stateInParts(): Generator<void, TrainerState>;
  /** Continues from a state, bit for bit. @throws EvanesceError where it is another optimizer's or another network's */
  restore(state: TrainerState): void;
  /** The same, with a pause after every tensor. */
  restoreInParts(state: TrainerState): Generator<void, void>;
  /** Gives the network its parameters back and frees the rest. The network lives on. */
  dispose(): void;
}
