import type { Batch } from "../tasks/batch.ts";
import type { PaddingFlow } from "./types/index.ts";

/** The order of a batch's samples in a pass: the longest first. */
interface Order {
  readonly lengths: Int32Array;
  readonly steps: number;
  readonly having: Int32Array;
}

/** The padding of a batch of sequences of different lengths. */
export function readPadding({ batch: B, steps }: Batch, order: Order): PaddingFlow {
  return {
    share: 1 - order.steps / (B * (steps as number)),
    shortest: order.lengths[B - 1],
    longest: order.lengths[0],
    samples: order.having.slice(),
  };
}
