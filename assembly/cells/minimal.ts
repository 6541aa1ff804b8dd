import { FromBias, FromOutput, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { activate } from "../layers/activations";
import { Layer, padded, panelBytes } from "../records/pass";
import { sigmoid, sigmoidComplement, sigmoidRoot, sigmoidSlope } from "./gates";

/**
 * minimalRNN (Chen 2018, equations 1 to 3), its Φ one dense layer with tanh
 *
 *     z = φ(a_z)    a_z = W_ih x_t + b_ih
 *     u = σ(a_u)    a_u = W_hh h_{t−1} + W_zh z + b_hh      h_t = u ⊙ h_{t−1} + (1 − u) ⊙ z
 *
 *     ∂a_u = [σ'(a_u) (h_{t−1} − z)] δ     ∂a_z = φ'(a_z) ⊙ ((1 − u) ⊙ δ + W_zhᵀ ∂a_u)
 *     δ_{t−1} ← W_hhᵀ ∂a_u + u ⊙ δ         ∂L/∂W_zh = ∂a_u zᵀ
 *
 * State: h. Tape: z, which is the inner matrix's operand; the bracket; φ'(a_z); 1 − u; u. ∂a: z, u. Carry: by the
 * weights; u ⊙ δ.
 */
@unmanaged export class Minimal {
  @inline stateSlabs(): i32 { return 1; }
  @inline tapeSlabs(): i32 { return 5; }
  @inline deltaSlabs(): i32 { return 2; }
  @inline carrySlabs(): i32 { return 2; }
  @inline vectorSlabs(): i32 { return 0; }

  @inline forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    const H4 = padded(layer.hidden), slab = panelBytes(H4), X = layer.inputs, H = layer.hidden, tiles = H4 >> 2;
    panelProduct<FromBias>(layer.lanes, tape, layer.bias, layer.forwardTiles, x, X, 0, 0, tiles);
    activate(layer.activation, tape, tape, tape + 2 * slab, H << 3);
    const gateTiles = layer.forwardTiles + (<usize>H4 * <usize>X << 2);
    panelProduct<FromBias>(
      layer.lanes, tape + slab, layer.bias + (<usize>H4 << 2), gateTiles, tape, H, h, H, tiles,
    );
    let tr = tape + 3 * slab;
    for (const end = tape + panelBytes(H); tape < end; tape += 16, tr += 16, previous += 16, next += 16) {
      const au = v128.load(tape + slab), su = sigmoidRoot(au), u = sigmoid(su), rest = sigmoidComplement(au, su, u);
      const z = v128.load(tape), before = v128.load(previous);
      v128.store(next, f32x4.add(f32x4.mul(u, before), f32x4.mul(rest, z)));
      v128.store(tape + slab, f32x4.mul(sigmoidSlope(su, u), f32x4.sub(before, z)));
      v128.store(tr, rest);
      v128.store(tr + slab, u);
    }
  }

  /** @param carry δ_t [H₄][8], multiplied by `scales` [8] on its way; becomes both routes to step t − 1 */
  @inline backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    const slab = panelBytes(padded(layer.hidden)), bytes = panelBytes(layer.hidden), tiles = padded(layer.hidden) >> 2;
    const slopes = tape + 2 * slab;
    let from = carry, to = da, tr = tape + 3 * slab, lanes: usize = 0;
    for (const end = da + bytes; to < end; to += 16, from += 16, tape += 16, tr += 16) {
      const delta = f32x4.mul(v128.load(from), v128.load(scales + lanes));
      v128.store(to, f32x4.mul(v128.load(tr), delta));
      v128.store(to + slab, f32x4.mul(v128.load(tape + slab), delta));
      v128.store(from + slab, f32x4.mul(v128.load(tr + slab), delta));
      lanes ^= 16;
    }
    panelProduct<FromOutput>(layer.lanes, da, 0, layer.innerTiles, da + slab, layer.rows, 0, 0, tiles);
    for (let i: usize = 0; i < bytes; i += 16) v128.store(da + i, f32x4.mul(v128.load(da + i), v128.load(slopes + i)));
    // the product also added to the rows of padding: a NaN there would stay for the next pass
    memory.fill(da + bytes, 0, slab - bytes);
    panelProduct<FromZero>(layer.lanes, carry, 0, layer.hiddenTiles, da + slab, layer.rows, 0, 0, tiles);
  }
}
