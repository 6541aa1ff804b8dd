import { EvanesceError } from "../base/errors.ts";
import type { GradientFlow } from "../flow/index.ts";
import type { ParameterShape } from "../spec/parameters.ts";
import type { Batch, BatchState } from "../tasks/batch.ts";
import type { Engine } from "../wasm/engine.ts";
import type { ParameterValues, View } from "./values.ts";

/**
 * The interface between a trainer and a network. Parameters and gradients stay in WASM memory; only scalars come out.
 */
export interface TrainingPort {
  readonly engine: Engine;
  readonly memoryLimit: number;
  readonly table: readonly ParameterShape[];
  /**
   * Moves the named parameters into the trainer's memory, with pauses. @throws EvanesceError if another trainer has
   * them
   */
  lend(names: readonly string[], view: View): Generator<void, void>;
  /** Moves them back. */
  takeBack(): void;
  /** A view of a parameter's numbers; growth of the memory detaches it. */
  value(name: string): Float32Array;
  /** Tells the network and its listeners that these lent parameters have changed. */
  changed(names: readonly string[]): void;
  /**
   * Draws the random numbers of the passes of update 1, 2, …: the blocks that stochastic depth keeps (Huang et al.
   * 2016). Null is for passes between updates, in which every block has its expected strength.
   */
  draw(update: number | null): void;
  /**
   * One forward and backward pass that measures nothing, with pauses; returns the mean loss, and the share of right
   * answers of a loss with classes. Dropout is on in the passes of an update, and off between updates, unless `masks`
   * names a draw of its masks. With `threads`, workers run the pass if it can be split, with the same bits; it then
   * yields promises that its host must await.
   */
  run(
    batch: Batch,
    masks?: number,
    threads?: number | "auto" | undefined,
  ): Generator<Promise<void> | undefined, { readonly loss: number; readonly accuracy: number | null }>;
  /** The state after the last step of the last pass, if its batch has a first state. */
  finalState(): BatchState | undefined;
  /**
   * Writes the last pass's ∂L/∂name to byte address `to` as in a float32 framework, row-major, with n rounded up to
   * whole vectors: numbers below float32's range become zero. Returns ln of the true norm, which may lie outside that
   * range.
   */
  gather(name: string, to: number): number;
  /** The place of the first number of the last pass that is not finite; undefined if all are finite. */
  origin(batch: Batch): GradientFlow["nonfinite"];
}

/** The part of a port that all networks share. */
export function borrowing(
  values: ParameterValues,
  requireNoPassRunning: () => void,
  moved: () => void,
): Pick<TrainingPort, "lend" | "takeBack"> {
  return {
    *lend(names, view) {
      const requireOwn = () => {
        requireNoPassRunning();
        if (!values.isLent) return;
        throw new EvanesceError("network", "one trainer at a time", "a second", "dispose of the first one before");
      };
      requireOwn();
      for (const _ of values.lend(names, view)) {
        yield;
        requireOwn();
      }
      moved();
    },
    takeBack() {
      requireNoPassRunning();
      values.takeBack();
      moved();
    },
  };
}
