import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { Layer, padded, panelBytes } from "../records/pass";
import {
  sigmoid, sigmoidRoot, sigmoidSlope, tanh, tanhOctaves, tanhPower, tanhRest, tanhScale, tanhSlope,
} from "./gates";

/**
 * LSTM with peepholes (Gers and Schmidhuber 2000; Graves 2013, equations 7 to 11)
 *
 *     i, f = σ(a_i + w_ci c_{t−1}), σ(a_f + w_cf c_{t−1})    g = tanh(a_g)    c_t = f ⊙ c_{t−1} + i ⊙ g
 *     o = σ(a_o + w_co c_t)                                  h_t = o ⊙ tanh(c_t)
 *
 *     γ_t = d_{t+1} ⊙ γ_{t+1} + q ⊙ δ_t,  q = ∂h/∂c = o sech² c_t + w_co [σ'(a_o) tanh c_t]      (in the time loop)
 *     ∂a_i = [σ'(a_i) g] γ    ∂a_f = [σ'(a_f) c_{t−1}] γ    ∂a_g = [sech² a_g · i] γ    ∂a_o = [σ'(a_o) tanh c_t] δ
 *     δ_{t−1} ← W_hhᵀ ∂a      γ_{t−1} ← d ⊙ γ,  d = f + w_ci [σ'(a_i) g] + w_cf [σ'(a_f) c_{t−1}]
 *     ∂w_ci = ∂a_i c_{t−1}    ∂w_cf = ∂a_f c_{t−1}          ∂w_co = ∂a_o c_t
 *
 * State: h, c. Vectors [H₄]: w_ci, w_cf, w_co. Tape: the four brackets in the order of the gates i, f, g, o; f; q; d.
 * ∂a: the gates, then ∂w of each sample. Carry: δ, γ.
 */
@unmanaged export class Peephole {
  @inline stateSlabs(): i32 { return 2; }
  @inline tapeSlabs(): i32 { return 7; }
  @inline deltaSlabs(): i32 { return 7; }
  @inline carrySlabs(): i32 { return 2; }
  @inline vectorSlabs(): i32 { return 3; }

  @inline forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    const slab = panelBytes(padded(layer.hidden)), vector = <usize>padded(layer.hidden) << 2;
    panelProduct<FromBias>(
      layer.lanes, tape, layer.bias, layer.forwardTiles, x, layer.inputs, h, layer.hidden, layer.rows >> 2,
    );
    let tg = tape + 2 * slab, tf = tape + 4 * slab, td = tape + 6 * slab, row: usize = 0;
    for (
      const end = tape + panelBytes(layer.hidden); tape < end;
      tape += 16, tg += 16, tf += 16, td += 16, previous += 16, next += 16
    ) {
      const w = layer.vectors + (row >> 5 << 2), wi = v128.load32_splat(w), wf = v128.load32_splat(w + vector);
      const wo = v128.load32_splat(w + 2 * vector);
      row += 16;
      const before = v128.load(previous + slab);
      const si = sigmoidRoot(f32x4.add(v128.load(tape), f32x4.mul(wi, before))), i = sigmoid(si);
      const sf = sigmoidRoot(f32x4.add(v128.load(tape + slab), f32x4.mul(wf, before))), f = sigmoid(sf);
      const ag = v128.load(tg), ng = tanhOctaves(ag), wg = tanhPower(ng), ug = tanhRest(ag, ng, wg);
      const rg = tanhScale(wg, ug);
      const g = tanh(ag, wg, ug, rg);
      const c = f32x4.add(f32x4.mul(f, before), f32x4.mul(i, g));
      const so = sigmoidRoot(f32x4.add(v128.load(tg + slab), f32x4.mul(wo, c))), o = sigmoid(so);
      const nc = tanhOctaves(c), wc = tanhPower(nc), uc = tanhRest(c, nc, wc), rc = tanhScale(wc, uc);
      const tanhC = tanh(c, wc, uc, rc);
      const ofI = f32x4.mul(sigmoidSlope(si, i), g), ofF = f32x4.mul(sigmoidSlope(sf, f), before);
      const ofO = f32x4.mul(sigmoidSlope(so, o), tanhC);
      v128.store(next, f32x4.mul(o, tanhC));
      v128.store(next + slab, c);
      v128.store(tape, ofI);
      v128.store(tape + slab, ofF);
      v128.store(tg, f32x4.mul(tanhSlope(wg, ug, rg), i));
      v128.store(tg + slab, ofO);
      v128.store(tf, f);
      v128.store(tf + slab, f32x4.add(f32x4.mul(o, tanhSlope(wc, uc, rc)), f32x4.mul(wo, ofO)));
      v128.store(td, f32x4.add(f, f32x4.add(f32x4.mul(wi, ofI), f32x4.mul(wf, ofF))));
    }
  }

  /**
   * @param carry δ_t, then γ_t, [H₄][8] each, multiplied by `scales` [8] on their way; becomes what goes to step t − 1
   */
  @inline backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    const slab = panelBytes(padded(layer.hidden));
    let to = da, toG = da + 2 * slab, toW = da + 4 * slab, toO = da + 6 * slab, tg = tape + 2 * slab;
    let td = tape + 6 * slab, from = carry;
    let lanes: usize = 0;
    for (const end = da + panelBytes(layer.hidden); to < end; to += 16, toG += 16, toW += 16, toO += 16) {
      const scale = v128.load(scales + lanes), delta = f32x4.mul(v128.load(from), scale);
      const gamma = f32x4.mul(v128.load(from + slab), scale);
      const before = v128.load(previous + slab);
      const i = f32x4.mul(v128.load(tape), gamma), f = f32x4.mul(v128.load(tape + slab), gamma);
      const o = f32x4.mul(v128.load(tg + slab), delta);
      v128.store(to, i);
      v128.store(to + slab, f);
      v128.store(toG, f32x4.mul(v128.load(tg), gamma));
      v128.store(toG + slab, o);
      v128.store(toW, f32x4.mul(i, before));
      v128.store(toW + slab, f32x4.mul(f, before));
      v128.store(toO, f32x4.mul(o, v128.load(next + slab)));
      v128.store(from + slab, f32x4.mul(v128.load(td), gamma));
      tape += 16; tg += 16; td += 16; from += 16; previous += 16; next += 16;
      lanes ^= 16;
    }
    panelProduct<FromZero>(layer.lanes, carry, 0, layer.hiddenTiles, da, layer.rows, 0, 0, padded(layer.hidden) >> 2);
  }
}
