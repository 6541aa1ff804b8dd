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
import { Ugrnn } from "./ugrnn";

/*
 * One step of a layer, of whichever cell it has. The choice is made at every step, nanoseconds beside its products, so
 * that the loops over time are compiled once and not once a cell. What else they must know of a cell stands in its
 * Layer record.
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
}

/**
 * One step forward. Pointers 16-byte aligned.
 *
 * @param x        [X][8]
 * @param previous [state rows][8], the state the step follows on
 * @param next     [state rows][8], the state it leaves
 * @param tape     [tape rows][8], what its backward step will read
 */
export function stepForward(layer: Layer, x: usize, previous: usize, next: usize, tape: usize): void {
  switch (layer.cell) {
    case CellKind.Elman: return changetype<Parted<Elman>>(0).forward(layer, x, previous, next, tape);
    case CellKind.Lstm: return changetype<Parted<Lstm>>(0).forward(layer, x, previous, next, tape);
    case CellKind.Gru: return changetype<Parted<Gru>>(0).forward(layer, x, previous, next, tape);
    case CellKind.Peephole: return changetype<Peephole>(0).forward(layer, x, previous, next, tape);
    case CellKind.Coupled: return changetype<Coupled>(0).forward(layer, x, previous, next, tape);
    case CellKind.Mgu: return changetype<Mgu>(0).forward(layer, x, previous, next, tape);
    case CellKind.Ugrnn: return changetype<Ugrnn>(0).forward(layer, x, previous, next, tape);
    case CellKind.Leaky: return changetype<Leaky>(0).forward(layer, x, previous, next, tape);
    case CellKind.Independent: return changetype<Independent>(0).forward(layer, x, previous, next, tape);
    case CellKind.NormedElman: return changetype<Normed<Elman>>(0).forward(layer, x, previous, next, tape);
    case CellKind.NormedLstm: return changetype<Normed<Lstm>>(0).forward(layer, x, previous, next, tape);
    case CellKind.NormedGru: return changetype<Normed<Gru>>(0).forward(layer, x, previous, next, tape);
    case CellKind.Minimal: return changetype<Minimal>(0).forward(layer, x, previous, next, tape);
    default: unreachable();
  }
}

/**
 * The adjoint of that step.
 *
 * @param carry  [carry rows][8]: δ_t, and ∂L/∂c_t where there is a cell state, multiplied by `scales` [8] on their way;
 * becomes what goes to
 *               the step before, by the weights and then by the direct route
 * @param da     [delta rows][8] ← ∂L/∂a
 */
export function stepBackward(layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize): void {
  switch (layer.cell) {
    case CellKind.Elman: return changetype<Parted<Elman>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.Lstm: return changetype<Parted<Lstm>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.Gru: return changetype<Parted<Gru>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.Peephole: return changetype<Peephole>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.Coupled: return changetype<Coupled>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.Mgu: return changetype<Mgu>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.Ugrnn: return changetype<Ugrnn>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.Leaky: return changetype<Leaky>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.Independent: return changetype<Independent>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.NormedElman: return changetype<Normed<Elman>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.NormedLstm: return changetype<Normed<Lstm>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.NormedGru: return changetype<Normed<Gru>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case CellKind.Minimal: return changetype<Minimal>(0).backward(layer, carry, scales, tape, previous, next, da);
    default: unreachable();
  }
}
