import { Layer } from "../records/pass";

/**
 * A cell in the parts that `Normed` puts a normalization between:
 *
 *     product   a = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh    sweep   the gates and the new state, element by element
 *     slopes    ∂L/∂a, and the direct route                      hand    W_hhᵀ ∂L/∂a
 */
@unmanaged export class Parted<Cell> {
  @inline stateSlabs(): i32 { return changetype<Cell>(0).stateSlabs(); }
  @inline tapeSlabs(): i32 { return changetype<Cell>(0).tapeSlabs(); }
  @inline deltaSlabs(): i32 { return changetype<Cell>(0).deltaSlabs(); }
  @inline carrySlabs(): i32 { return changetype<Cell>(0).carrySlabs(); }
  @inline vectorSlabs(): i32 { return changetype<Cell>(0).vectorSlabs(); }

  @inline forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    changetype<Cell>(0).product(layer, x, h, next, tape);
    changetype<Cell>(0).sweep(layer, previous, next, tape);
  }

  @inline backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    changetype<Cell>(0).slopes(layer, carry, scales, tape, da);
    changetype<Cell>(0).hand(layer, carry, da);
  }
}
