import { FromBias, FromOutput, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { Layer, padded, panelBytes } from "../records/pass";
import { hasUsualActivations, mixGru, sweepReset } from "./activated";
import {
  sigmoid, sigmoidComplement, sigmoidRoot, sigmoidSlope, tanh, tanhOctaves, tanhPower, tanhRest, tanhScale, tanhSlope,
} from "./gates";

/**
 * Gated recurrent unit, its reset gate before the product (Cho et al. 2014, equations 5 to 8; Keras's
 * reset_after=False)
 *
 *     r, z = σ(a_r), σ(a_z)     a = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh
 *     n = tanh(a_n)             a_n = W_in x_t + b_in + W_hn u + b_hn    u = r ⊙ h_{t−1}
 *     h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}
 *
 *     ∂a_n = [sech² a_n · (1 − z)] δ    w = W_hnᵀ ∂a_n    ∂a_r = [σ'(a_r) h_{t−1}] w
 *     ∂a_z = [σ'(a_z) (h_{t−1} − n)] δ
 *     δ_{t−1} ← W_hrᵀ ∂a_r + W_hzᵀ ∂a_z + r ⊙ w, and z ⊙ δ        ∂L/∂W_hn = ∂a_n uᵀ
 *
 * State: h. Forward product: r, z, then n. Tape: the brackets of ∂a_r, ∂a_z, ∂a_n; r; z; u, the operand of W_hn.
 * ∂a: r, z, n. Carry: by the weights; z ⊙ δ.
 * Another inner activation than tanh, or gate than σ: `activated.ts`.
 */
@unmanaged export class ResetBefore {
  @inline stateSlabs(): i32 { return 1; }
  @inline tapeSlabs(): i32 { return 6; }
  @inline deltaSlabs(): i32 { return 3; }
  @inline carrySlabs(): i32 { return 2; }
  @inline vectorSlabs(): i32 { return 0; }

  @inline forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    const H4 = padded(layer.hidden), slab = panelBytes(H4), X = layer.inputs, H = layer.hidden, tiles = H4 >> 2;
    const candidate = layer.forwardTiles + (<usize>(2 * H4) * <usize>(X + H) << 2);
    panelProduct<FromBias>(layer.lanes, tape, layer.bias, layer.forwardTiles, x, X, h, H, 2 * tiles);
    if (hasUsualActivations(layer)) this.reset(layer, h, tape);
    else sweepReset(layer, h, tape);
    panelProduct<FromBias>(
      layer.lanes, tape + 2 * slab, layer.bias + (<usize>(2 * H4) << 2), candidate, x, X, tape + 5 * slab, H, tiles,
    );
    if (hasUsualActivations(layer)) this.mix(layer, previous, next, tape);
    else mixGru(layer, previous, next, tape);
  }

  private reset(layer: Layer, h: usize, tape: usize): void {
    const slab = panelBytes(padded(layer.hidden)), bytes = panelBytes(layer.hidden);
    let tr = tape + 3 * slab;
    for (let i: usize = 0; i < bytes; i += 16, tr += 16) {
      const sr = sigmoidRoot(v128.load(tape + i)), r = sigmoid(sr), past = v128.load(h + i);
      v128.store(tape + i, f32x4.mul(sigmoidSlope(sr, r), past));
      v128.store(tr, r);
      v128.store(tr + 2 * slab, f32x4.mul(r, past));
    }
  }

  private mix(layer: Layer, previous: usize, next: usize, tape: usize): void {
    const slab = panelBytes(padded(layer.hidden)), bytes = panelBytes(layer.hidden);
    let tz = tape + slab;
    for (const end = tz + bytes; tz < end; tz += 16, previous += 16, next += 16) {
      const az = v128.load(tz), sz = sigmoidRoot(az), z = sigmoid(sz), rest = sigmoidComplement(az, sz, z);
      const a = v128.load(tz + slab), k = tanhOctaves(a), w = tanhPower(k), u = tanhRest(a, k, w);
      const scale = tanhScale(w, u);
      const n = tanh(a, w, u, scale), before = v128.load(previous);
      v128.store(next, f32x4.add(f32x4.mul(rest, n), f32x4.mul(z, before)));
      v128.store(tz, f32x4.mul(sigmoidSlope(sz, z), f32x4.sub(before, n)));
      v128.store(tz + slab, f32x4.mul(tanhSlope(w, u, scale), rest));
      v128.store(tz + 3 * slab, z);
    }
  }

  /** @param carry δ_t [H₄][8], multiplied by `scales` [8] on its way; becomes both routes to step t − 1 */
  @inline backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    const H4 = padded(layer.hidden), slab = panelBytes(H4), bytes = panelBytes(layer.hidden), tiles = H4 >> 2;
    let lanes: usize = 0;
    for (let i: usize = 0; i < bytes; i += 16) {
      const delta = f32x4.mul(v128.load(carry + i), v128.load(scales + lanes)), t = tape + slab + i;
      v128.store(da + slab + i, f32x4.mul(v128.load(t), delta));
      v128.store(da + 2 * slab + i, f32x4.mul(v128.load(t + slab), delta));
      v128.store(carry + slab + i, f32x4.mul(v128.load(t + 3 * slab), delta));
      lanes ^= 16;
    }
    panelProduct<FromZero>(layer.lanes, da, 0, layer.innerTiles, da + 2 * slab, H4, 0, 0, tiles);
    for (let i: usize = 0; i < bytes; i += 16) {
      const w = v128.load(da + i);
      v128.store(da + i, f32x4.mul(v128.load(tape + i), w));
      v128.store(carry + i, f32x4.mul(v128.load(tape + 3 * slab + i), w));
    }
    // both products also write the rows of padding: a NaN there would stay for the next pass
    memory.fill(da + bytes, 0, slab - bytes);
    memory.fill(carry + bytes, 0, slab - bytes);
    // W_hn's rows are zero in these tiles: its operand is u, not h
    panelProduct<FromOutput>(layer.lanes, carry, 0, layer.hiddenTiles, da, layer.rows, 0, 0, tiles);
  }
}
