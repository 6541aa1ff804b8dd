import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { Layer, padded, panelBytes } from "../records/pass";
import {
  sigmoid, sigmoidComplement, sigmoidRoot, sigmoidSlope, tanh, tanhOctaves, tanhPower, tanhRest, tanhScale, tanhSlope,
} from "./gates";

/**
 * Minimal gated unit (Zhou et al. 2016). Here the gate multiplies the product, as in PyTorch's GRU. The paper has
 * W_hn (f ⊙ h_{t−1}).
 *
 *     f = σ(a_f)                          a = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh
 *     n = tanh(n_x + f ⊙ n_h)             n_x = W_in x_t + b_in    n_h = W_hn h_{t−1} + b_hn
 *     h_t = (1 − f) ⊙ h_{t−1} + f ⊙ n
 *
 *     ∂n_x = [sech² a_n · f] δ    ∂a_f = [σ'(a_f) (n − h_{t−1})] δ + [σ'(a_f) n_h] ∂n_x    ∂n_h = f ∂n_x
 *     δ_{t−1} ← W_hhᵀ (∂a_f, ∂n_h) + (1 − f) ⊙ δ
 *
 * State: h. Forward product: f, n_x, n_h. Tape: the brackets of ∂a_f in δ, of ∂n_x, of ∂a_f in ∂n_x; f; 1 − f.
 * ∂a: n_x, f, n_h, so that the gates of x are slabs 0 and 1 and those of h slabs 1 and 2. Carry: by the weights; (1 −
 * f) ⊙ δ.
 */
@unmanaged export class Mgu {
  @inline stateSlabs(): i32 { return 1; }
  @inline tapeSlabs(): i32 { return 5; }
  @inline deltaSlabs(): i32 { return 3; }
  @inline carrySlabs(): i32 { return 2; }
  @inline vectorSlabs(): i32 { return 0; }

  @inline forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    const H4 = padded(layer.hidden), slab = panelBytes(H4), X = layer.inputs, H = layer.hidden, tiles = H4 >> 2;
    const inputTiles = layer.forwardTiles + (<usize>H4 * <usize>(X + H) << 2);
    const hiddenTiles = inputTiles + (<usize>H4 * <usize>X << 2);
    panelProduct<FromBias>(layer.lanes, tape, layer.bias, layer.forwardTiles, x, X, h, H, tiles);
    panelProduct<FromBias>(layer.lanes, tape + slab, layer.bias + (<usize>H4 << 2), inputTiles, x, X, 0, 0, tiles);
    panelProduct<FromBias>(
      layer.lanes, tape + 2 * slab, layer.bias + (<usize>(2 * H4) << 2), hiddenTiles, h, H, 0, 0, tiles,
    );
    let th = tape + 2 * slab, tr = tape + 4 * slab;
    for (const end = tape + panelBytes(H); tape < end; tape += 16, th += 16, tr += 16, previous += 16, next += 16) {
      const af = v128.load(tape), sf = sigmoidRoot(af), f = sigmoid(sf), rest = sigmoidComplement(af, sf, f);
      const slope = sigmoidSlope(sf, f);
      const nh = v128.load(th), a = f32x4.add(v128.load(tape + slab), f32x4.mul(f, nh));
      const k = tanhOctaves(a), w = tanhPower(k), wu = tanhRest(a, k, w), scale = tanhScale(w, wu);
      const n = tanh(a, w, wu, scale);
      const before = v128.load(previous);
      v128.store(next, f32x4.add(f32x4.mul(rest, before), f32x4.mul(f, n)));
      v128.store(tape, f32x4.mul(slope, f32x4.sub(n, before)));
      v128.store(tape + slab, f32x4.mul(tanhSlope(w, wu, scale), f));
      v128.store(th, f32x4.mul(slope, nh));
      v128.store(th + slab, f);
      v128.store(tr, rest);
    }
  }

  /** @param carry δ_t [H₄][8], multiplied by `scales` [8] on its way; becomes both routes to step t − 1 */
  @inline backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    const slab = panelBytes(padded(layer.hidden));
    let to = da, toH = da + 2 * slab, th = tape + 2 * slab, tr = tape + 4 * slab, from = carry, lanes: usize = 0;
    for (
      const end = da + panelBytes(layer.hidden); to < end;
      to += 16, toH += 16, tape += 16, th += 16, tr += 16, from += 16
    ) {
      const delta = f32x4.mul(v128.load(from), v128.load(scales + lanes)), n = f32x4.mul(v128.load(tape + slab), delta);
      v128.store(to, n);
      v128.store(to + slab, f32x4.add(f32x4.mul(v128.load(tape), delta), f32x4.mul(v128.load(th), n)));
      v128.store(toH, f32x4.mul(v128.load(th + slab), n));
      v128.store(from + slab, f32x4.mul(v128.load(tr), delta));
      lanes ^= 16;
    }
    panelProduct<FromZero>(
      layer.lanes, carry, 0, layer.hiddenTiles, da + slab, layer.rows, 0, 0, padded(layer.hidden) >> 2,
    );
  }
}
