import type { OptimizerInput } from "../catalogue/optimizers/index.ts";
import type { NetworkOptions } from "../network/create.ts";
import type { NetworkInput } from "../spec/index.ts";
import type { TaskInput } from "../tasks/index.ts";

/** Options of `taskCost`. */
export interface TaskCostOptions {
  readonly network: NetworkInput;
  /** Default `adding` for a recurrent network, with a loss at the last step; `teacher` for a feed-forward one. */
  readonly task?: TaskInput | undefined;
  /** Batch size; default 32. */
  readonly batch?: number | undefined;
  /** Updates of each training; default 1000. */
  readonly updates?: number | undefined;
  /**
   * Default Adam at the better one of two learning rates, 1e-2 and 3e-3 for a recurrent network, 1e-2 and 1e-3 for a
   * feed-forward network. The gradient's norm is clipped at 1.
   */
  readonly optimizer?: OptimizerInput | undefined;
  readonly seed?: number | undefined;
  readonly engine?: NetworkOptions["engine"];
  readonly signal?: AbortSignal | undefined;
}

/** An event with the share of the updates that are done. */
export interface TaskCostEvent {
  readonly kind: "progress";
  readonly share: number;
}
