import { Layer } from "../records/pass";
import { Coupled } from "./coupled";
import { Elman } from "./elman";
import { Gru } from "./gru";
import { Independent } from "./independent";
import { Leaky } from "./leaky";
import { Lstm } from "./lstm";
import { Mgu } from "./mgu";
import { Minimal } from "./minimal";
import { Normed } from "./normed";
import { Parted } from "./parted";
import { Peephole } from "./peephole";
import { Projected } from "./projected";
import { ResetBefore } from "./reset-before";
import { Ugrnn } from "./ugrnn";

/*
 * One step of a layer with any cell. Every step chooses the cell anew. That costs nanoseconds, and the loops over time
 * are compiled once, not once for each cell. Everything else that the loops must know of a cell stands in its Layer
 * record.
 *
 * A cell is one class without fields in a file of its own. It declares its sizes in slabs [H₄][8], where H₄ is H padded
 * to whole tiles of four rows:
 *
 *   stateSlabs   the state a step hands on: h, then c
 *   tapeSlabs    kept for the backward step
 *   deltaSlabs   ∂L/∂a, then the gradients of the vectors
 *   carrySlabs   the gradient a step sends back: by the weights, then by the direct route
 *   vectorSlabs  vectors [H₄] the cell multiplies unit by unit
 *
 * and `forward` and `backward` with the parameters of `stepForward` and `stepBackward` below. The build exports the
 * sizes to `src/wasm/generated/cell-sizes.ts`. It compares them, and the layout that the catalogue gives, with the
 * memory a step touches.
 */

/** The cell of a layer: `Layer.cell`. */
export const enum CellKind {
  Elman,
  Lstm,
  Gru,
  Peephole,
  Coupled,
  Mgu,
  Ugrnn,
  Leaky,
  Independent,
  NormedElman,
  NormedLstm,
  NormedGru,
  Minimal,
  ResetBefore,
  Projected,
}

/** The table of cells: runs Task.run<Cell> of the layer's cell. */
@inline export function withCell<Task>(layer: Layer, a: usize, b: usize, c: usize, d: usize, e: usize, f: usize): void {
  const task = changetype<Task>(0);
  switch (layer.cell) {
    case CellKind.Elman: return task.run<Parted<Elman>>(layer, a, b, c, d, e, f);
    case CellKind.Lstm: return task.run<Parted<Lstm>>(layer, a, b, c, d, e, f);
    case CellKind.Gru: return task.run<Parted<Gru>>(layer, a, b, c, d, e, f);
    case CellKind.Peephole: return task.run<Peephole>(layer, a, b, c, d, e, f);
    case CellKind.Coupled: return task.run<Coupled>(layer, a, b, c, d, e, f);
    case CellKind.Mgu: return task.run<Mgu>(layer, a, b, c, d, e, f);
    case CellKind.Ugrnn: return task.run<Ugrnn>(layer, a, b, c, d, e, f);
    case CellKind.Leaky: return task.run<Leaky>(layer, a, b, c, d, e, f);
    case CellKind.Independent: return task.run<Independent>(layer, a, b, c, d, e, f);
    case CellKind.NormedElman: return task.run<Normed<Elman>>(layer, a, b, c, d, e, f);
    case CellKind.NormedLstm: return task.run<Normed<Lstm>>(layer, a, b, c, d, e, f);
    case CellKind.NormedGru: return task.run<Normed<Gru>>(layer, a, b, c, d, e, f);
    case CellKind.Minimal: return task.run<Minimal>(layer, a, b, c, d, e, f);
    case CellKind.ResetBefore: return task.run<ResetBefore>(layer, a, b, c, d, e, f);
    case CellKind.Projected: return task.run<Projected>(layer, a, b, c, d, e, f);
    default: unreachable();
  }
}

/**
 * One step forward. Pointers 16-byte aligned.
 *
 * @param x        [X][8]
 * @param h        [H][8], [P][8] behind a projection, what W_hh multiplies: h of `previous`, or what dropout leaves of
 * it
 * @param previous [state rows][8], the state before the step
 * @param next     [state rows][8], the state it leaves
 * @param tape     [tape rows][8], the numbers that the backward step reads
 */
export function stepForward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
  withCell<Forward>(layer, x, h, previous, next, tape, 0);
}

@unmanaged class Forward {
  @inline run<Cell>(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize, _f: usize): void {
    changetype<Cell>(0).forward(layer, x, h, previous, next, tape);
  }
}

/**
 * The adjoint of that step.
 *
 * @param carry [carry rows][8]: δ_t, and ∂L/∂c_t where there is a cell state, multiplied by `scales` [8] on their way;
 *              becomes what goes to the step before, by the weights and then by the direct route
 * @param da    [delta rows][8] ← ∂L/∂a
 */
export function stepBackward(
  layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
): void {
  withCell<Backward>(layer, carry, scales, tape, previous, next, da);
}

@unmanaged class Backward {
  @inline run<Cell>(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    changetype<Cell>(0).backward(layer, carry, scales, tape, previous, next, da);
  }
}
