import { scaleLanes } from "../kernels/lanes";
import { FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { multiply } from "../passes/routes";
import { Layer, padded, panelBytes } from "../records/pass";
import { Lstm } from "./lstm";

/**
 * LSTM with projection (Sak et al. 2014, without peepholes; PyTorch's nn.LSTM with proj_size)
 *
 *     i, f, g, o and c_t as in `lstm.ts`    m_t = o ⊙ tanh(c_t)    h_t = W_hr m_t,  P < H numbers
 *
 *     u_t = W_hrᵀ δ_t    γ_t = f_{t+1} ⊙ γ_{t+1} + q ⊙ u_t,  q = ∂m/∂c      (the time loop's)
 *     ∂a_i, ∂a_f, ∂a_g of γ as there    ∂a_o = [σ'(a_o) tanh c_t] u    δ_{t−1} ← W_hhᵀ ∂a    γ_{t−1} ← f ⊙ γ
 *     ∂L/∂W_hr = δ mᵀ
 *
 * State: h, its rows from P on zero; c. Tape: the LSTM's, then m. ∂a: the gates, then δ, whose rows from P on are zero.
 */
@unmanaged export class Projected {
  @inline stateSlabs(): i32 { return 2; }
  @inline tapeSlabs(): i32 { return 7; }
  @inline deltaSlabs(): i32 { return 5; }
  @inline carrySlabs(): i32 { return 2; }
  @inline vectorSlabs(): i32 { return 0; }

  forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    const H4 = padded(layer.hidden), m = tape + 6 * panelBytes(H4);
    const lstm = changetype<Lstm>(0);
    lstm.product(layer, x, h, next, tape);
    lstm.sweep(layer, previous, next, tape);
    memory.copy(m, next, panelBytes(layer.hidden));
    panelProduct<FromZero>(
      layer.lanes, next, 0, layer.projectionTiles, m, layer.hidden, 0, 0, padded(layer.outputs) >> 2,
    );
    clearRows(next, layer.outputs, H4);
  }

  /**
   * @param carry δ_t, then γ_t, multiplied by `scales` [8] on their way; becomes what goes to step t − 1
   */
  backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    const H4 = padded(layer.hidden), slab = panelBytes(H4), delta = da + 4 * slab, output = da + 3 * slab;
    scaleLanes(delta, carry, scales, layer.outputs);
    clearRows(delta, layer.outputs, H4);
    unproject(layer, output, delta);
    multiply(output, output, tape + 3 * slab, layer.hidden);
    clearRows(output, layer.hidden, H4);
    const gamma = carry + slab;
    scaleLanes(gamma, gamma, scales, layer.hidden);
    for (let gate: usize = 0; gate < 3; gate++) multiply(da + gate * slab, tape + gate * slab, gamma, layer.hidden);
    multiply(gamma, gamma, tape + 4 * slab, layer.hidden);
    panelProduct<FromZero>(
      layer.lanes, carry, 0, layer.hiddenTiles, da, layer.rows, 0, 0, padded(layer.outputs) >> 2,
    );
    clearRows(carry, layer.outputs, H4);
  }
}

/** u ← W_hrᵀ δ. @param u [H₄][8] @param delta [P][8] */
export function unproject(layer: Layer, u: usize, delta: usize): void {
  panelProduct<FromZero>(
    layer.lanes, u, 0, layer.innerTiles, delta, layer.outputs, 0, 0, padded(layer.hidden) >> 2,
  );
}

/** Rows from … to of a panel ← 0: a product also writes its padding, where a NaN would stay for the next pass. */
@inline function clearRows(panel: usize, from: i32, to: i32): void {
  memory.fill(panel + panelBytes(from), 0, panelBytes(to - from));
}
