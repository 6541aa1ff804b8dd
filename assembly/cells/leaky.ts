import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { activate } from "../layers/activations";
import { Layer, padded, panelBytes } from "../records/pass";

/**
 * A cell that adds to its state: leaky integrator (Jaeger et al. 2007), residual, antisymmetric (Chang et al. 2019)
 *
 *     a = W_ih x_t + b_ih + W_hh h_{t−1} + b_hh      h_t = κ ⊙ h_{t−1} + λ ⊙ φ(a)
 *     ∂a = [λ φ'(a)] δ_t                             δ_{t−1} ← W_hhᵀ ∂a + κ ⊙ δ_t
 *     with κ = 1 − λ:  ∂L/∂λ = (φ(a) − h_{t−1}) ⊙ δ_t
 *
 * State: h. Vectors [H₄]: κ, λ. Tape: the bracket; φ(a) − h_{t−1}. ∂a: ∂a, then ∂L/∂λ of each sample. Carry: by the
 * weights; κ ⊙ δ.
 */
@unmanaged export class Leaky {
  @inline stateSlabs(): i32 { return 1; }
  @inline tapeSlabs(): i32 { return 2; }
  @inline deltaSlabs(): i32 { return 2; }
  @inline carrySlabs(): i32 { return 2; }
  @inline vectorSlabs(): i32 { return 2; }

  @inline forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    const H4 = padded(layer.hidden), slab = panelBytes(H4);
    panelProduct<FromBias>(
      layer.lanes, next, layer.bias, layer.forwardTiles, x, layer.inputs, h, layer.hidden, layer.rows >> 2,
    );
    activate(layer.activation, next, next, tape, layer.hidden << 3);
    let kappa = layer.vectors, lambda = kappa + (<usize>H4 << 2);
    for (const end = tape + panelBytes(layer.hidden); tape < end; kappa += 4, lambda += 4) {
      const k = v128.load32_splat(kappa), m = v128.load32_splat(lambda);
      for (let half = 0; half < 2; half++, tape += 16, previous += 16, next += 16) {
        const before = v128.load(previous), phi = v128.load(next);
        v128.store(next, f32x4.add(f32x4.mul(k, before), f32x4.mul(m, phi)));
        v128.store(tape, f32x4.mul(m, v128.load(tape)));
        v128.store(tape + slab, f32x4.sub(phi, before));
      }
    }
  }

  /** @param carry δ_t [H₄][8], multiplied by `scales` [8] on its way; becomes both routes to step t − 1 */
  @inline backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    const slab = panelBytes(padded(layer.hidden)), s0 = v128.load(scales), s1 = v128.load(scales, 16);
    let kappa = layer.vectors, from = carry, to = da;
    for (const end = da + panelBytes(layer.hidden); to < end; to += 32, from += 32, tape += 32, kappa += 4) {
      const k = v128.load32_splat(kappa);
      const delta0 = f32x4.mul(v128.load(from), s0), delta1 = f32x4.mul(v128.load(from, 16), s1);
      v128.store(to, f32x4.mul(v128.load(tape), delta0)); v128.store(to, f32x4.mul(v128.load(tape, 16), delta1), 16);
      v128.store(to + slab, f32x4.mul(v128.load(tape + slab), delta0));
      v128.store(to + slab, f32x4.mul(v128.load(tape + slab, 16), delta1), 16);
      v128.store(from + slab, f32x4.mul(k, delta0)); v128.store(from + slab, f32x4.mul(k, delta1), 16);
    }
    panelProduct<FromZero>(layer.lanes, carry, 0, layer.hiddenTiles, da, layer.rows, 0, 0, padded(layer.hidden) >> 2);
  }
}
