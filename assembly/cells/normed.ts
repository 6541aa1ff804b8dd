import { EPSILON, standardize, standardizeAdjoint, unscaled } from "../layers/standardize";
import { multiply } from "../passes/routes";
import { Layer, padded, panelBytes } from "../records/pass";

/**
 * A cell whose pre-activations are layer-normalized, gate by gate (Ba et al. 2016, equation 4). TensorFlow's
 * LayerNormBasicLSTMCell also normalizes each gate; it normalizes c too, which this class does not. Where a cell keeps
 * the products with x and h apart, as the GRU's n, each product is normalized on its own.
 *
 *     x̂ = (a − μ)/√(σ² + ε)      â = γ ⊙ x̂ + β      μ, σ² over the H rows of a sample, σ² biased, ε = 1e−5
 *     g = γ ⊙ ∂â                 ∂a = (g − mean g − x̂ mean(g ⊙ x̂))/√(σ² + ε)      ∂γ = ∂â ⊙ x̂      ∂β = ∂â
 *
 * Vectors [H₄]: γ of each of the S slabs of pre-activation, then β of each. Tape: the cell's, then x̂ of each, then
 * 1/√(σ² + ε), S rows of one slab. ∂a: the cell's, then ∂γ of each sample, slab by slab, then ∂β.
 */
@unmanaged export class Normed<Cell> {
  @inline stateSlabs(): i32 { return changetype<Cell>(0).stateSlabs(); }
  @inline tapeSlabs(): i32 { return changetype<Cell>(0).tapeSlabs() + changetype<Cell>(0).slabs() + 1; }
  @inline deltaSlabs(): i32 { return changetype<Cell>(0).deltaSlabs() + 2 * changetype<Cell>(0).slabs(); }
  @inline carrySlabs(): i32 { return changetype<Cell>(0).carrySlabs(); }
  @inline vectorSlabs(): i32 { return 2 * changetype<Cell>(0).slabs(); }

  @inline forward(layer: Layer, x: usize, h: usize, previous: usize, next: usize, tape: usize): void {
    const cell = changetype<Cell>(0), slab = panelBytes(padded(layer.hidden));
    const vector = <usize>padded(layer.hidden) << 2;
    cell.product(layer, x, h, next, tape);
    const normal = tape + slab * <usize>cell.tapeSlabs(), inverse = normal + slab * <usize>cell.slabs();
    for (let s = 0; s < cell.slabs(); s++) {
      const at = <usize>s, gamma = layer.vectors + vector * at, beta = gamma + vector * <usize>cell.slabs();
      const a = cell.preactivation(next, tape) + slab * at;
      standardize(a, normal + slab * at, inverse + (at << 5), a, gamma, beta, layer.hidden, true, EPSILON);
    }
    cell.sweep(layer, previous, next, tape);
  }

  @inline backward(
    layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize,
  ): void {
    const cell = changetype<Cell>(0), slab = panelBytes(padded(layer.hidden));
    const vector = <usize>padded(layer.hidden) << 2;
    cell.slopes(layer, carry, scales, tape, da);
    const normal = tape + slab * <usize>cell.tapeSlabs(), inverse = normal + slab * <usize>cell.slabs();
    const scale = da + slab * <usize>cell.deltaSlabs(), shift = scale + slab * <usize>cell.slabs();
    for (let s = 0; s < cell.slabs(); s++) {
      const at = <usize>s, own = slab * at;
      adjoint(
        da + slab * <usize>cell.deltaOf(s), normal + own, inverse + (at << 5), layer.vectors + vector * at, scale + own,
        shift + own, layer.hidden,
      );
    }
    cell.hand(layer, carry, da);
  }
}

/** da: ∂â → ∂a; scale ← ∂γ, shift ← ∂β of each sample. */
function adjoint(da: usize, normal: usize, inverse: usize, gamma: usize, scale: usize, shift: usize, rows: i32): void {
  memory.copy(shift, da, panelBytes(rows));
  multiply(scale, da, normal, rows);
  standardizeAdjoint(da, da, unscaled(), gamma, normal, inverse, rows, true, EPSILON);
}
