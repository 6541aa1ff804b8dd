import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { Layer, padded, panelBytes } from "../records/pass";
import { hasUsualActivations, sweepLstm } from "./activated";
import {
  sigmoid, sigmoidRoot, sigmoidSlope, tanh, tanhOctaves, tanhPower, tanhRest, tanhScale, tanhSlope,
} from "./gates";

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; forget gate of Gers et al. 2000; PyTorch's nn.LSTM)
 *
 *     i, f, o = σ(a_i), σ(a_f), σ(a_o)    g = tanh(a_g)    a = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh
 *     c_t = f ⊙ c_{t−1} + i ⊙ g           h_t = o ⊙ tanh(c_t)
 *
 *     γ_t = f_{t+1} ⊙ γ_{t+1} + q ⊙ δ_t,  q = o ⊙ sech² c_t      (the time loop's)
 *     ∂a_i = [σ'(a_i) g] γ    ∂a_f = [σ'(a_f) c_{t−1}] γ    ∂a_g = [sech² a_g · i] γ    ∂a_o = [σ'(a_o) tanh c_t] δ
 *     δ_{t−1} ← W_hhᵀ ∂a      γ_{t−1} ← f ⊙ γ
 *
 * State: h, c. Tape, [H₄][8] each: the four brackets in the order of the gates i, f, g, o; f; q. Carry: δ, γ.
 * Another inner activation than tanh, or gate than σ: `activated.ts`.
 */
@unmanaged export class Lstm {
  @inline stateSlabs(): i32 { return 2; }
  @inline tapeSlabs(): i32 { return 6; }
  @inline deltaSlabs(): i32 { return 4; }
  @inline carrySlabs(): i32 { return 2; }
  @inline vectorSlabs(): i32 { return 0; }

  // what `Normed` must know
  @inline slabs(): i32 { return 4; }
  @inline deltaOf(slab: i32): i32 { return slab; }
  @inline preactivation(next: usize, tape: usize): usize { return tape; }

  product(layer: Layer, x: usize, h: usize, next: usize, tape: usize): void {
    panelProduct<FromBias>(
      layer.lanes, tape, layer.bias, layer.forwardTiles, x, layer.inputs, h, layer.outputs, layer.rows >> 2,
    );
  }

  sweep(layer: Layer, previous: usize, next: usize, tape: usize): void {
    if (!hasUsualActivations(layer)) return sweepLstm(layer, previous, next, tape);
    const slab = panelBytes(padded(layer.hidden)), bytes = panelBytes(layer.hidden);
    // c first, then tanh c: the processor works on the next rows' gates while these instructions wait for one another
    let tg = tape + 2 * slab, tf = tape + 4 * slab, cell = next + slab, before = previous + slab;
    for (const end = tape + bytes; tape < end; tape += 16, tg += 16, tf += 16, before += 16, cell += 16) {
      const si = sigmoidRoot(v128.load(tape)), i = sigmoid(si);
      const sf = sigmoidRoot(v128.load(tape + slab)), f = sigmoid(sf);
      const ag = v128.load(tg), ng = tanhOctaves(ag), wg = tanhPower(ng), ug = tanhRest(ag, ng, wg);
      const rg = tanhScale(wg, ug);
      const g = tanh(ag, wg, ug, rg);
      const kept = v128.load(before);
      v128.store(cell, f32x4.add(f32x4.mul(f, kept), f32x4.mul(i, g)));
      v128.store(tape, f32x4.mul(sigmoidSlope(si, i), g));
      v128.store(tape + slab, f32x4.mul(sigmoidSlope(sf, f), kept));
      v128.store(tg, f32x4.mul(tanhSlope(wg, ug, rg), i));
      v128.store(tf, f);
    }
    tf += slab - bytes; tg += slab - bytes;
    for (const end = next + bytes; next < end; next += 16, tg += 16, tf += 16) {
      const c = v128.load(next + slab);
      const so = sigmoidRoot(v128.load(tg)), o = sigmoid(so);
      const nc = tanhOctaves(c), wc = tanhPower(nc), uc = tanhRest(c, nc, wc), rc = tanhScale(wc, uc);
      const tanhC = tanh(c, wc, uc, rc);
      v128.store(next, f32x4.mul(o, tanhC));
      v128.store(tg, f32x4.mul(sigmoidSlope(so, o), tanhC));
      v128.store(tf, f32x4.mul(o, tanhSlope(wc, uc, rc)));
    }
  }

  /**
   * @param carry δ_t, then γ_t, [H₄][8] each, multiplied by `scales` [8] on their way; becomes what goes to step t − 1
   */
  slopes(layer: Layer, carry: usize, scales: usize, tape: usize, da: usize): void {
    const slab = panelBytes(padded(layer.hidden)), s0 = v128.load(scales), s1 = v128.load(scales, 16);
    let to = da, toG = da + 2 * slab, tg = tape + 2 * slab, tf = tape + 4 * slab, from = carry;
    for (
      const end = da + panelBytes(layer.hidden); to < end;
      to += 32, toG += 32, tape += 32, tg += 32, tf += 32, from += 32
    ) {
      const delta0 = f32x4.mul(v128.load(from), s0), delta1 = f32x4.mul(v128.load(from, 16), s1);
      const gamma0 = f32x4.mul(v128.load(from + slab), s0), gamma1 = f32x4.mul(v128.load(from + slab, 16), s1);
      v128.store(to, f32x4.mul(v128.load(tape), gamma0));
      v128.store(to, f32x4.mul(v128.load(tape, 16), gamma1), 16);
      v128.store(to + slab, f32x4.mul(v128.load(tape + slab), gamma0));
      v128.store(to + slab, f32x4.mul(v128.load(tape + slab, 16), gamma1), 16);
      v128.store(toG, f32x4.mul(v128.load(tg), gamma0));
      v128.store(toG, f32x4.mul(v128.load(tg, 16), gamma1), 16);
      v128.store(toG + slab, f32x4.mul(v128.load(tg + slab), delta0));
      v128.store(toG + slab, f32x4.mul(v128.load(tg + slab, 16), delta1), 16);
      v128.store(from + slab, f32x4.mul(v128.load(tf), gamma0));
      v128.store(from + slab, f32x4.mul(v128.load(tf, 16), gamma1), 16);
    }
  }

  hand(layer: Layer, carry: usize, da: usize): void {
    panelProduct<FromZero>(layer.lanes, carry, 0, layer.hiddenTiles, da, layer.rows, 0, 0, padded(layer.hidden) >> 2);
  }
}
