import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { Layer, padded, panelBytes } from "../records/pass";
import { hasUsualActivations, sweepGru } from "./activated";
import {
  sigmoid, sigmoidComplement, sigmoidRoot, sigmoidSlope, tanh, tanhOctaves, tanhPower, tanhRest, tanhScale, tanhSlope,
} from "./gates";

/**
 * Gated recurrent unit (Cho et al. 2014, with the reset gate after the product; PyTorch's nn.GRU)
 *
 *     r, z = σ(a_r), σ(a_z)               a = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh
 *     n = tanh(n_x + r ⊙ n_h)             n_x = W_in x_t + b_in    n_h = W_hn h_{t−1} + b_hn
 *     h_t = (1 − z) ⊙ n + z ⊙ h_{t−1}
 *
 *     ∂n_x = [sech² a_n · (1 − z)] δ    ∂a_r = [σ'(a_r) n_h] ∂n_x    ∂a_z = [σ'(a_z) (h_{t−1} − n)] δ    ∂n_h = r ∂n_x
 *     δ_{t−1} ← W_hhᵀ (∂a_r, ∂a_z, ∂n_h) + z ⊙ δ
 *
 * State: h. Forward product: r, z, n_x, n_h. Tape, [H₄][8] each: the brackets of ∂a_r, ∂a_z, ∂n_x; r; z.
 * ∂a: n_x, r, z, n_h, so that the gates of x are slabs 0 to 2 and those of h slabs 1 to 3. Carry: by the weights; z ⊙
 * δ. Another inner activation than tanh, or gate than σ: `activated.ts`.
 */
@unmanaged export class Gru {
  @inline stateSlabs(): i32 { return 1; }
  @inline tapeSlabs(): i32 { return 5; }
  @inline deltaSlabs(): i32 { return 4; }
  @inline carrySlabs(): i32 { return 2; }
  @inline vectorSlabs(): i32 { return 0; }

  // what `Normed` must know
  @inline slabs(): i32 { return 4; }
  @inline deltaOf(slab: i32): i32 { return slab == 3 ? 3 : (slab + 1) % 3; }
  @inline preactivation(next: usize, tape: usize): usize { return tape; }

  product(layer: Layer, x: usize, h: usize, next: usize, tape: usize): void {
    const H4 = padded(layer.hidden), slab = panelBytes(H4), X = layer.inputs, H = layer.hidden, tiles = H4 >> 2;
    const inputTiles = layer.forwardTiles + (<usize>(2 * H4) * <usize>(X + H) << 2);
    const hiddenTiles = inputTiles + (<usize>H4 * <usize>X << 2);
    panelProduct<FromBias>(layer.lanes, tape, layer.bias, layer.forwardTiles, x, X, h, H, 2 * tiles);
    panelProduct<FromBias>(
      layer.lanes, tape + 2 * slab, layer.bias + (<usize>(2 * H4) << 2), inputTiles, x, X, 0, 0, tiles,
    );
    panelProduct<FromBias>(
      layer.lanes, tape + 3 * slab, layer.bias + (<usize>(3 * H4) << 2), hiddenTiles, h, H, 0, 0, tiles,
    );
  }

  sweep(layer: Layer, previous: usize, next: usize, tape: usize): void {
    if (!hasUsualActivations(layer)) return sweepGru(layer, previous, next, tape);
    const slab = panelBytes(padded(layer.hidden)), bytes = panelBytes(layer.hidden);
    // r first, then the numbers that wait for r: the processor works on the next rows' r meanwhile
    let tn = tape + 2 * slab;
    for (const end = tape + bytes; tape < end; tape += 16, tn += 16) {
      const sr = sigmoidRoot(v128.load(tape)), r = sigmoid(sr), nh = v128.load(tn + slab);
      v128.store(tape, f32x4.mul(sigmoidSlope(sr, r), nh));
      v128.store(tn, f32x4.add(v128.load(tn), f32x4.mul(r, nh)));
      v128.store(tn + slab, r);
    }
    tape += slab - bytes; tn -= bytes;
    for (const end = next + bytes; next < end; tape += 16, tn += 16, previous += 16, next += 16) {
      const az = v128.load(tape), sz = sigmoidRoot(az), z = sigmoid(sz), rest = sigmoidComplement(az, sz, z);
      const a = v128.load(tn);
      const k = tanhOctaves(a), w = tanhPower(k), u = tanhRest(a, k, w), scale = tanhScale(w, u);
      const n = tanh(a, w, u, scale);
      const before = v128.load(previous);
      v128.store(next, f32x4.add(f32x4.mul(rest, n), f32x4.mul(z, before)));
      v128.store(tape, f32x4.mul(sigmoidSlope(sz, z), f32x4.sub(before, n)));
      v128.store(tn, f32x4.mul(tanhSlope(w, u, scale), rest));
      v128.store(tn + 2 * slab, z);
    }
  }

  /** @param carry δ_t [H₄][8], multiplied by `scales` [8] on its way; becomes both routes to step t − 1 */
  slopes(layer: Layer, carry: usize, scales: usize, tape: usize, da: usize): void {
    const slab = panelBytes(padded(layer.hidden)), s0 = v128.load(scales), s1 = v128.load(scales, 16);
    let to = da, toZ = da + 2 * slab, tn = tape + 2 * slab, tz = tape + 4 * slab, from = carry;
    for (
      const end = da + panelBytes(layer.hidden); to < end;
      to += 32, toZ += 32, tape += 32, tn += 32, tz += 32, from += 32
    ) {
      const delta0 = f32x4.mul(v128.load(from), s0), delta1 = f32x4.mul(v128.load(from, 16), s1);
      const n0 = f32x4.mul(v128.load(tn), delta0), n1 = f32x4.mul(v128.load(tn, 16), delta1);
      v128.store(to, n0); v128.store(to, n1, 16);
      v128.store(to + slab, f32x4.mul(v128.load(tape), n0));
      v128.store(to + slab, f32x4.mul(v128.load(tape, 16), n1), 16);
      v128.store(toZ, f32x4.mul(v128.load(tape + slab), delta0));
      v128.store(toZ, f32x4.mul(v128.load(tape + slab, 16), delta1), 16);
      v128.store(toZ + slab, f32x4.mul(v128.load(tn + slab), n0));
      v128.store(toZ + slab, f32x4.mul(v128.load(tn + slab, 16), n1), 16);
      v128.store(from + slab, f32x4.mul(v128.load(tz), delta0));
      v128.store(from + slab, f32x4.mul(v128.load(tz, 16), delta1), 16);
    }
  }

  hand(layer: Layer, carry: usize, da: usize): void {
    panelProduct<FromZero>(
      layer.lanes, carry, 0, layer.hiddenTiles, da + panelBytes(padded(layer.hidden)), layer.rows, 0, 0,
      padded(layer.hidden) >> 2,
    );
  }
}
