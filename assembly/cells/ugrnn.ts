import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { Layer, padded, panelBytes } from "../records/pass";
import {
  sigmoid, sigmoidComplement, sigmoidRoot, sigmoidSlope, tanh, tanhOctaves, tanhPower, tanhRest, tanhScale, tanhSlope,
} from "./gates";

/**
 * Update-gate RNN (Collins et al. 2017)
 *
 *     u = σ(a_u)    n = tanh(a_n)    a = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh      h_t = u ⊙ h_{t−1} + (1 − u) ⊙ n
 *     ∂a_u = [σ'(a_u) (h_{t−1} − n)] δ    ∂a_n = [sech² a_n · (1 − u)] δ            δ_{t−1} ← W_hhᵀ ∂a + u ⊙ δ
 *
 * State: h. Tape: both brackets in the order of the gates u, n; u. Carry: by the weights; u ⊙ δ.
 */
@unmanaged export class Ugrnn {
  @inline stateSlabs(): i32 { return 1; }
  @inline tapeSlabs(): i32 { return 3; }
  @inline deltaSlabs(): i32 { return 2; }
  @inline carrySlabs(): i32 { return 2; }
  @inline vectorSlabs(): i32 { return 0; }

  @inline forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    const slab = panelBytes(padded(layer.hidden));
    panelProduct<FromBias>(
      layer.lanes, tape, layer.bias, layer.forwardTiles, x, layer.inputs, h, layer.hidden, layer.rows >> 2,
    );
    let tu = tape + 2 * slab;
    for (const end = tape + panelBytes(layer.hidden); tape < end; tape += 16, tu += 16, previous += 16, next += 16) {
      const au = v128.load(tape), su = sigmoidRoot(au), u = sigmoid(su), rest = sigmoidComplement(au, su, u);
      const a = v128.load(tape + slab), k = tanhOctaves(a), w = tanhPower(k), wu = tanhRest(a, k, w);
      const scale = tanhScale(w, wu);
      const n = tanh(a, w, wu, scale), before = v128.load(previous);
      v128.store(next, f32x4.add(f32x4.mul(u, before), f32x4.mul(rest, n)));
      v128.store(tape, f32x4.mul(sigmoidSlope(su, u), f32x4.sub(before, n)));
      v128.store(tape + slab, f32x4.mul(tanhSlope(w, wu, scale), rest));
      v128.store(tu, u);
    }
  }

  /** @param carry δ_t [H₄][8], multiplied by `scales` [8] on its way; becomes both routes to step t − 1 */
  @inline backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    const slab = panelBytes(padded(layer.hidden)), s0 = v128.load(scales), s1 = v128.load(scales, 16);
    let to = da, tu = tape + 2 * slab, from = carry;
    for (const end = da + panelBytes(layer.hidden); to < end; to += 32, tape += 32, tu += 32, from += 32) {
      const delta0 = f32x4.mul(v128.load(from), s0), delta1 = f32x4.mul(v128.load(from, 16), s1);
      v128.store(to, f32x4.mul(v128.load(tape), delta0)); v128.store(to, f32x4.mul(v128.load(tape, 16), delta1), 16);
      v128.store(to + slab, f32x4.mul(v128.load(tape + slab), delta0));
      v128.store(to + slab, f32x4.mul(v128.load(tape + slab, 16), delta1), 16);
      v128.store(from + slab, f32x4.mul(v128.load(tu), delta0));
      v128.store(from + slab, f32x4.mul(v128.load(tu, 16), delta1), 16);
    }
    panelProduct<FromZero>(layer.lanes, carry, 0, layer.hiddenTiles, da, layer.rows, 0, 0, padded(layer.hidden) >> 2);
  }
}
