import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { activate } from "../layers/activations";
import { Layer, padded, panelBytes } from "../records/pass";
import { activateSample } from "./sample";

/**
 * Elman's cell (Elman 1990; PyTorch's nn.RNN)
 *
 *     a_t = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh      h_t = φ(a_t)
 *     δa_t = φ'(a_t) ⊙ δ_t                             δ_{t−1} ← W_hhᵀ δa_t
 *
 * State: h [H₄][8]. Tape: φ'(a_t) [H₄][8].
 */
@unmanaged export class Elman {
  @inline stateSlabs(): i32 { return 1; }
  @inline tapeSlabs(): i32 { return 1; }
  @inline deltaSlabs(): i32 { return 1; }
  @inline carrySlabs(): i32 { return 1; }
  @inline vectorSlabs(): i32 { return 0; }

  // what `Normed` must know
  @inline slabs(): i32 { return 1; }
  @inline deltaOf(slab: i32): i32 { return slab; }
  @inline preactivation(next: usize, tape: usize): usize { return next; }

  product(layer: Layer, x: usize, h: usize, next: usize, tape: usize): void {
    panelProduct<FromBias>(
      layer.lanes, next, layer.bias, layer.forwardTiles, x, layer.inputs, h, layer.hidden, layer.rows >> 2,
    );
  }

  sweep(layer: Layer, previous: usize, next: usize, tape: usize): void {
    if (layer.lanes == 1) activateSample(layer.activation, next, next, tape, layer.hidden);
    else activate(layer.activation, next, next, tape, layer.hidden << 3);
  }

  /** @param carry δ_t [H₄][8], multiplied by `scales` [8] on its way; becomes δ_{t−1} */
  slopes(layer: Layer, carry: usize, scales: usize, tape: usize, da: usize): void {
    const s0 = v128.load(scales), s1 = v128.load(scales, 16);
    // from the last row to the first: the pass reads the tape backward in time, and a prefetcher follows a single
    // direction
    const bytes = panelBytes(layer.hidden);
    let delta = carry + bytes, slope = tape + bytes;
    for (let to = da + bytes; to > da;) {
      to -= 32; delta -= 32; slope -= 32;
      v128.store(to, f32x4.mul(v128.load(slope), f32x4.mul(v128.load(delta), s0)));
      v128.store(to, f32x4.mul(v128.load(slope, 16), f32x4.mul(v128.load(delta, 16), s1)), 16);
    }
  }

  hand(layer: Layer, carry: usize, da: usize): void {
    panelProduct<FromZero>(layer.lanes, carry, 0, layer.hiddenTiles, da, layer.rows, 0, 0, padded(layer.hidden) >> 2);
  }
}
