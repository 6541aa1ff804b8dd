import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { Layer, padded, panelBytes } from "../records/pass";
import {
  sigmoid, sigmoidComplement, sigmoidRoot, sigmoidSlope, tanh, tanhOctaves, tanhPower, tanhRest, tanhScale, tanhSlope,
} from "./gates";

/**
 * LSTM with coupled input and forget gate (Greff et al. 2017, CIFG)
 *
 *     f, o = σ(a_f), σ(a_o)    g = tanh(a_g)    a = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh
 *     c_t = f ⊙ c_{t−1} + (1 − f) ⊙ g           h_t = o ⊙ tanh(c_t)
 *
 *     γ_t = f_{t+1} ⊙ γ_{t+1} + q ⊙ δ_t,  q = o ⊙ sech² c_t      (the time loop's)
 *     ∂a_f = [σ'(a_f) (c_{t−1} − g)] γ    ∂a_g = [sech² a_g · (1 − f)] γ    ∂a_o = [σ'(a_o) tanh c_t] δ
 *     δ_{t−1} ← W_hhᵀ ∂a                  γ_{t−1} ← f ⊙ γ
 *
 * State: h, c. Tape: the three brackets in the order of the gates f, g, o; f; q. Carry: δ, γ.
 */
@unmanaged export class Coupled {
  @inline stateSlabs(): i32 { return 2; }
  @inline tapeSlabs(): i32 { return 5; }
  @inline deltaSlabs(): i32 { return 3; }
  @inline carrySlabs(): i32 { return 2; }
  @inline vectorSlabs(): i32 { return 0; }

  @inline forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    const slab = panelBytes(padded(layer.hidden));
    panelProduct<FromBias>(
      layer.lanes, tape, layer.bias, layer.forwardTiles, x, layer.inputs, h, layer.hidden, layer.rows >> 2,
    );
    let to = tape + 2 * slab, tq = tape + 4 * slab;
    for (
      const end = tape + panelBytes(layer.hidden); tape < end;
      tape += 16, to += 16, tq += 16, previous += 16, next += 16
    ) {
      const af = v128.load(tape), sf = sigmoidRoot(af), f = sigmoid(sf), rest = sigmoidComplement(af, sf, f);
      const ag = v128.load(tape + slab), ng = tanhOctaves(ag), wg = tanhPower(ng), ug = tanhRest(ag, ng, wg);
      const rg = tanhScale(wg, ug);
      const g = tanh(ag, wg, ug, rg);
      const so = sigmoidRoot(v128.load(to)), o = sigmoid(so);
      const before = v128.load(previous + slab);
      const c = f32x4.add(f32x4.mul(f, before), f32x4.mul(rest, g));
      const nc = tanhOctaves(c), wc = tanhPower(nc), uc = tanhRest(c, nc, wc), rc = tanhScale(wc, uc);
      const tanhC = tanh(c, wc, uc, rc);
      v128.store(next, f32x4.mul(o, tanhC));
      v128.store(next + slab, c);
      v128.store(tape, f32x4.mul(sigmoidSlope(sf, f), f32x4.sub(before, g)));
      v128.store(tape + slab, f32x4.mul(tanhSlope(wg, ug, rg), rest));
      v128.store(to, f32x4.mul(sigmoidSlope(so, o), tanhC));
      v128.store(to + slab, f);
      v128.store(tq, f32x4.mul(o, tanhSlope(wc, uc, rc)));
    }
  }

  /**
   * @param carry δ_t, then γ_t, [H₄][8] each, multiplied by `scales` [8] on their way; becomes what goes to step t − 1
   */
  @inline backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    const slab = panelBytes(padded(layer.hidden));
    let to = da, toO = da + 2 * slab, tO = tape + 2 * slab, from = carry, lanes: usize = 0;
    for (const end = da + panelBytes(layer.hidden); to < end; to += 16, toO += 16, tape += 16, tO += 16, from += 16) {
      const scale = v128.load(scales + lanes), delta = f32x4.mul(v128.load(from), scale);
      const gamma = f32x4.mul(v128.load(from + slab), scale);
      v128.store(to, f32x4.mul(v128.load(tape), gamma));
      v128.store(to + slab, f32x4.mul(v128.load(tape + slab), gamma));
      v128.store(toO, f32x4.mul(v128.load(tO), delta));
      v128.store(from + slab, f32x4.mul(v128.load(tO + slab), gamma));
      lanes ^= 16;
    }
    panelProduct<FromZero>(layer.lanes, carry, 0, layer.hiddenTiles, da, layer.rows, 0, 0, padded(layer.hidden) >> 2);
  }
}
