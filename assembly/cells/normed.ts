import { laneSums } from "../kernels/lanes";
import { laneDeviations } from "../layers/reduce";
import { Layer, padded, panelBytes } from "../passes/records";

/**
 * A cell whose pre-activations are layer-normalised, gate by gate (Ba et al. 2016, equation 4; per gate as in TensorFlow's
 * LayerNormBasicLSTMCell, whose normalisation of c this leaves out). A cell that keeps the products with x and h apart, the GRU's n,
 * normalises each.
 *
 *     x̂ = (a − μ)/√(σ² + ε)      â = γ ⊙ x̂ + β      μ, σ² over the H rows of a sample, σ² biased, ε = 1e−5
 *     g = γ ⊙ ∂â                 ∂a = (g − mean g − x̂ mean(g ⊙ x̂))/√(σ² + ε)      ∂γ = ∂â ⊙ x̂      ∂β = ∂â
 *
 * Vectors [H₄]: γ of each of the S slabs of pre-activation, then β of each. Tape: the cell's, then x̂ of each, then 1/√(σ² + ε), S rows of
 * one slab. ∂a: the cell's, then ∂γ of each sample, slab by slab, then ∂β.
 */
@unmanaged export class Normed<Cell> {
  @inline
  forward(layer: Layer, x: usize, previous: usize, next: usize, tape: usize): void {
    const cell = changetype<Cell>(0), slab = panelBytes(padded(layer.hidden)), vector = <usize>padded(layer.hidden) << 2;
    cell.product(layer, x, previous, next, tape);
    const normal = tape + slab * <usize>cell.tapeSlabs(), inverse = normal + slab * <usize>cell.slabs();
    for (let s = 0; s < cell.slabs(); s++) {
      const at = <usize>s, gamma = layer.vectors + vector * at, beta = gamma + vector * <usize>cell.slabs();
      normalise(cell.preactivation(next, tape) + slab * at, normal + slab * at, inverse + (at << 5), gamma, beta, layer.hidden);
    }
    cell.sweep(layer, previous, next, tape);
  }

  @inline
  backward(layer: Layer, carry: usize, scales: usize, tape: usize, previous: usize, next: usize, da: usize): void {
    const cell = changetype<Cell>(0), slab = panelBytes(padded(layer.hidden)), vector = <usize>padded(layer.hidden) << 2;
    cell.slopes(layer, carry, scales, tape, da);
    const normal = tape + slab * <usize>cell.tapeSlabs(), inverse = normal + slab * <usize>cell.slabs();
    const scale = da + slab * <usize>cell.deltaSlabs(), shift = scale + slab * <usize>cell.slabs();
    for (let s = 0; s < cell.slabs(); s++) {
      const at = <usize>s, own = slab * at;
      adjoint(
        da + slab * <usize>cell.deltaOf(s), normal + own, inverse + (at << 5), layer.vectors + vector * at, scale + own, shift + own, layer.hidden,
      );
    }
    cell.hand(layer, carry, da);
  }
}

const EPSILON: f64 = 1e-5;
/** Sums [8] f64 twice, then means [8] f32 twice. */
const SUMS = memory.data(192, 16);

/** means[8] = sums[8]/rows. */
@inline
function meansOf(means: usize, sums: usize, rows: i32): void {
  for (let lane: usize = 0; lane < 8; lane++) store<f32>(means + (lane << 2), <f32>(load<f64>(sums + (lane << 3)) / <f64>rows));
}

/** a ← γ x̂ + β, x̂ and 1/√(σ² + ε) [8] beside it. */
function normalise(a: usize, normal: usize, inverse: usize, gamma: usize, beta: usize, rows: i32): void {
  const means = SUMS + 128;
  laneSums(SUMS, a, rows);
  meansOf(means, SUMS, rows);
  laneDeviations(SUMS, a, means, rows);
  for (let lane: usize = 0; lane < 8; lane++) {
    store<f32>(inverse + (lane << 2), <f32>(1 / Math.sqrt(load<f64>(SUMS + (lane << 3)) / <f64>rows + EPSILON)));
  }
  const m0 = v128.load(means), m1 = v128.load(means, 16), r0 = v128.load(inverse), r1 = v128.load(inverse, 16);
  for (const end = a + panelBytes(rows); a < end; a += 32, normal += 32, gamma += 4, beta += 4) {
    const g = v128.load32_splat(gamma), b = v128.load32_splat(beta);
    const h0 = f32x4.mul(f32x4.sub(v128.load(a), m0), r0), h1 = f32x4.mul(f32x4.sub(v128.load(a, 16), m1), r1);
    v128.store(normal, h0); v128.store(normal, h1, 16);
    v128.store(a, f32x4.add(f32x4.mul(g, h0), b)); v128.store(a, f32x4.add(f32x4.mul(g, h1), b), 16);
  }
}

/** da: ∂â → ∂a; scale ← ∂γ, shift ← ∂β of each sample. */
function adjoint(da: usize, normal: usize, inverse: usize, gamma: usize, scale: usize, shift: usize, rows: i32): void {
  const means = SUMS + 128, slopes = means + 32;
  memory.copy(shift, da, panelBytes(rows));
  // g where ∂a will stand, g x̂ where ∂γ will
  let to = da, x = normal, product = scale, g = gamma;
  for (const end = da + panelBytes(rows); to < end; to += 32, x += 32, product += 32, g += 4) {
    const w = v128.load32_splat(g), g0 = f32x4.mul(w, v128.load(to)), g1 = f32x4.mul(w, v128.load(to, 16));
    v128.store(to, g0); v128.store(to, g1, 16);
    v128.store(product, f32x4.mul(g0, v128.load(x))); v128.store(product, f32x4.mul(g1, v128.load(x, 16)), 16);
  }
  laneSums(SUMS, da, rows);
  laneSums(SUMS + 64, scale, rows);
  meansOf(means, SUMS, rows);
  meansOf(slopes, SUMS + 64, rows);
  const m0 = v128.load(means), m1 = v128.load(means, 16), s0 = v128.load(slopes), s1 = v128.load(slopes, 16);
  const r0 = v128.load(inverse), r1 = v128.load(inverse, 16);
  for (const end = da + panelBytes(rows); da < end; da += 32, normal += 32, scale += 32, shift += 32) {
    const h0 = v128.load(normal), h1 = v128.load(normal, 16);
    v128.store(scale, f32x4.mul(v128.load(shift), h0)); v128.store(scale, f32x4.mul(v128.load(shift, 16), h1), 16);
    v128.store(da, f32x4.mul(r0, f32x4.sub(f32x4.sub(v128.load(da), m0), f32x4.mul(h0, s0))));
    v128.store(da, f32x4.mul(r1, f32x4.sub(f32x4.sub(v128.load(da, 16), m1), f32x4.mul(h1, s1))), 16);
  }
}
