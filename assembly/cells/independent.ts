import { FromBias } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { activate } from "../layers/activations";
import { Layer, padded, panelBytes } from "../records/pass";

/**
 * Each unit reads its own past alone (Li et al. 2018, IndRNN; with φ the identity, Orvieto et al. 2023's real LRU)
 *
 *     a = W_ih x_t + b_ih + u ⊙ h_{t−1}      h_t = φ(a)
 *     ∂a = φ'(a) ⊙ δ_t                       δ_{t−1} ← u ⊙ ∂a      ∂L/∂u = ∂a ⊙ h_{t−1}
 *
 * State: h. Vector [H₄]: u. Tape: φ'(a). ∂a: ∂a, then ∂L/∂u of each sample.
 */
@unmanaged export class Independent {
  @inline stateSlabs(): i32 { return 1; }
  @inline tapeSlabs(): i32 { return 1; }
  @inline deltaSlabs(): i32 { return 2; }
  @inline carrySlabs(): i32 { return 1; }
  @inline vectorSlabs(): i32 { return 1; }

  @inline forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    panelProduct<FromBias>(layer.lanes, next, layer.bias, layer.forwardTiles, x, layer.inputs, 0, 0, layer.rows >> 2);
    let u = layer.vectors, to = next;
    for (const end = next + panelBytes(layer.hidden); to < end; to += 32, previous += 32, u += 4) {
      const w = v128.load32_splat(u);
      v128.store(to, f32x4.add(v128.load(to), f32x4.mul(w, v128.load(previous))));
      v128.store(to, f32x4.add(v128.load(to, 16), f32x4.mul(w, v128.load(previous, 16))), 16);
    }
    activate(layer.activation, next, next, tape, layer.hidden << 3);
  }

  /** @param carry δ_t [H₄][8], multiplied by `scales` [8] on its way; becomes δ_{t−1} */
  @inline backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    const slab = panelBytes(padded(layer.hidden)), s0 = v128.load(scales), s1 = v128.load(scales, 16);
    let u = layer.vectors;
    for (
      const end = da + panelBytes(layer.hidden); da < end;
      da += 32, carry += 32, tape += 32, previous += 32, u += 4
    ) {
      const w = v128.load32_splat(u);
      const a0 = f32x4.mul(v128.load(tape), f32x4.mul(v128.load(carry), s0));
      const a1 = f32x4.mul(v128.load(tape, 16), f32x4.mul(v128.load(carry, 16), s1));
      v128.store(da, a0); v128.store(da, a1, 16);
      v128.store(da + slab, f32x4.mul(a0, v128.load(previous)));
      v128.store(da + slab, f32x4.mul(a1, v128.load(previous, 16)), 16);
      v128.store(carry, f32x4.mul(w, a0)); v128.store(carry, f32x4.mul(w, a1), 16);
    }
  }
}
