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

/** Which cell a layer has: the numbers of `src/wasm/cells.ts`. */
export const enum Kind {
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
    case Kind.Elman: return changetype<Parted<Elman>>(0).forward(layer, x, previous, next, tape);
    case Kind.Lstm: return changetype<Parted<Lstm>>(0).forward(layer, x, previous, next, tape);
    case Kind.Gru: return changetype<Parted<Gru>>(0).forward(layer, x, previous, next, tape);
    case Kind.Peephole: return changetype<Peephole>(0).forward(layer, x, previous, next, tape);
    case Kind.Coupled: return changetype<Coupled>(0).forward(layer, x, previous, next, tape);
    case Kind.Mgu: return changetype<Mgu>(0).forward(layer, x, previous, next, tape);
    case Kind.Ugrnn: return changetype<Ugrnn>(0).forward(layer, x, previous, next, tape);
    case Kind.Leaky: return changetype<Leaky>(0).forward(layer, x, previous, next, tape);
    case Kind.Independent: return changetype<Independent>(0).forward(layer, x, previous, next, tape);
    case Kind.NormedElman: return changetype<Normed<Elman>>(0).forward(layer, x, previous, next, tape);
    case Kind.NormedLstm: return changetype<Normed<Lstm>>(0).forward(layer, x, previous, next, tape);
    case Kind.NormedGru: return changetype<Normed<Gru>>(0).forward(layer, x, previous, next, tape);
    case Kind.Minimal: return changetype<Minimal>(0).forward(layer, x, previous, next, tape);
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
    case Kind.Elman: return changetype<Parted<Elman>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.Lstm: return changetype<Parted<Lstm>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.Gru: return changetype<Parted<Gru>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.Peephole: return changetype<Peephole>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.Coupled: return changetype<Coupled>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.Mgu: return changetype<Mgu>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.Ugrnn: return changetype<Ugrnn>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.Leaky: return changetype<Leaky>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.Independent: return changetype<Independent>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.NormedElman: return changetype<Normed<Elman>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.NormedLstm: return changetype<Normed<Lstm>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.NormedGru: return changetype<Normed<Gru>>(0).backward(layer, carry, scales, tape, previous, next, da);
    case Kind.Minimal: return changetype<Minimal>(0).backward(layer, carry, scales, tape, previous, next, da);
    default: unreachable();
  }
}
