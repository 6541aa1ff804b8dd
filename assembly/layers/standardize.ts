import { laneSums } from "../kernels/lanes";
import { fourFloats, highDoubles, laneDeviations, lowDoubles } from "./reduce";

/*
 * Standardizing the rows of a panel [H][8], sample by sample, and its adjoint:
 *
 *     x̂ = (x − μ) r      r = 1/√(σ² + ε)      σ² = mean (x − μ)²            uncentered: μ = 0
 *
 * μ is two floats: the mean, rounded, and the mean of the remainders x − μ. One rounded float alone would put an error
 * of ½ ulp(μ) into every x − μ, which is a large part of x̂ where samples hardly vary.
 *
 * The adjoint of g is r (g̃ − x̂ mean(g̃ ⊙ x̂)), g̃ = g − mean g. It keeps only the share ε r² of the component along
 * x̂, since mean x̂² = 1 − ε r². Where H = 2, x̂ is ±√(1 − ε r²) and that component is all there is; in float32 it
 * would be a difference of equal numbers. So the whole component is removed by a projection, and its share ε r² is
 * added back, in float64:
 *
 *     ∂x = r (g̃ − (1 − ε r²) c x̃)      c = Σ g̃ x̃/Σ x̃²      x̃ = x̂ − mean x̂, which is x̂ but for rounding
 */
export const EPSILON: f64 = 1e-5; // the ε of a norm whose record has none

/** Sums [8] f64 twice. */
const SUMS = memory.data(128, 16);
/** μ [8], and its remainder [8]. */
const MEANS = memory.data(64, 16);

/** [8] f32: no frame to bring a gradient to. */
const ONES = memory.data<f32>([1, 1, 1, 1, 1, 1, 1, 1], 16);
@inline export function unscaled(): usize { return ONES; }

/** x̂ of a panel into `normal`, and r [8]; then out = γ ⊙ x̂ + β, β = 0 without `beta`. `out` may alias x. */
export function standardize(
  out: usize, normal: usize, inverse: usize, x: usize, gamma: usize, beta: usize, rows: i32, centered: bool,
  epsilon: f64,
): void {
  const rest = MEANS + 32, count = <f64>rows, end = x + (<usize>rows << 5);
  memory.fill(MEANS, 0, 64);
  if (centered) {
    laneSums(SUMS, x, rows);
    for (let lane: usize = 0; lane < 8; lane++) store<f32>(
      MEANS + (lane << 2), <f32>(load<f64>(SUMS + (lane << 3)) / count),
    );
  }
  const m0 = v128.load(MEANS), m1 = v128.load(MEANS, 16);
  laneDeviations(SUMS, SUMS + 64, x, MEANS, rows);
  for (let lane: usize = 0; lane < 8; lane++) {
    const left = centered ? load<f64>(SUMS + 64 + (lane << 3)) / count : 0;
    store<f32>(rest + (lane << 2), <f32>left);
    store<f32>(
      inverse + (lane << 2), <f32>(1 / Math.sqrt(load<f64>(SUMS + (lane << 3)) / count - left * left + epsilon)),
    );
  }
  const d0 = v128.load(rest), d1 = v128.load(rest, 16), r0 = v128.load(inverse), r1 = v128.load(inverse, 16);
  for (; x < end; x += 32, out += 32, normal += 32, gamma += 4) {
    const h0 = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x), m0), d0), r0);
    const h1 = f32x4.mul(f32x4.sub(f32x4.sub(v128.load(x, 16), m1), d1), r1);
    v128.store(normal, h0); v128.store(normal, h1, 16);
    let y0 = f32x4.mul(v128.load32_splat(gamma), h0), y1 = f32x4.mul(v128.load32_splat(gamma), h1);
    if (beta != 0) {
      const b = v128.load32_splat(beta);
      y0 = f32x4.add(y0, b); y1 = f32x4.add(y1, b);
      beta += 4;
    }
    v128.store(out, y0); v128.store(out, y1, 16);
  }
}

/** (1 − ε r²) c from Σ g̃ x̃ and Σ x̃²: 0 where x̂ is 0 throughout, or where nothing varies. */
@inline function component(products: v128, squares: v128, inverse: v128, epsilon: f64): v128 {
  const kept = f64x2.sub(f64x2.splat(1), f64x2.mul(f64x2.splat(epsilon), f64x2.mul(inverse, inverse)));
  const c = f64x2.mul(kept, f64x2.div(products, squares));
  return v128.andnot(c, f64x2.eq(squares, f64x2.splat(0)));
}

/**
 * to = ∂L/∂x [H][8] of g = γ ⊙ δ · scales. `to` may alias δ.
 *
 * @param scales  [8] powers of two
 * @param normal  x̂ [H][8]
 * @param inverse r [8]
 */
export function standardizeAdjoint(
  to: usize, delta: usize, scales: usize, gamma: usize, normal: usize, inverse: usize, rows: i32, centered: bool,
  epsilon: f64,
): void {
  const count = f64x2.splat(1 / <f64>rows), bytes = <usize>rows << 5, none = f64x2.splat(0);
  for (let half: usize = 0; half < 32; half += 16) {
    const scale = v128.load(scales + half);
    let g0 = none, g1 = none, x0 = none, x1 = none, p0 = none, p1 = none, s0 = none, s1 = none;
    for (let at = half, w = gamma; at < bytes; at += 32, w += 4) {
      const weight = f64x2.splat(<f64>load<f32>(w)), d = f32x4.mul(v128.load(delta + at), scale);
      const x = v128.load(normal + at);
      const a0 = f64x2.mul(weight, lowDoubles(d)), a1 = f64x2.mul(weight, highDoubles(d)), u0 = lowDoubles(x);
      const u1 = highDoubles(x);
      g0 = f64x2.add(g0, a0); g1 = f64x2.add(g1, a1); x0 = f64x2.add(x0, u0); x1 = f64x2.add(x1, u1);
      p0 = f64x2.add(p0, f64x2.mul(a0, u0)); p1 = f64x2.add(p1, f64x2.mul(a1, u1));
      s0 = f64x2.add(s0, f64x2.mul(u0, u0)); s1 = f64x2.add(s1, f64x2.mul(u1, u1));
    }
    if (centered) {
      g0 = f64x2.mul(g0, count); g1 = f64x2.mul(g1, count);
      p0 = f64x2.sub(p0, f64x2.mul(g0, x0)); p1 = f64x2.sub(p1, f64x2.mul(g1, x1));
      s0 = f64x2.sub(s0, f64x2.mul(count, f64x2.mul(x0, x0))); s1 = f64x2.sub(s1, f64x2.mul(count, f64x2.mul(x1, x1)));
      x0 = f64x2.mul(x0, count); x1 = f64x2.mul(x1, count);
    } else { g0 = none; g1 = none; x0 = none; x1 = none; }
    const r = v128.load(inverse + half), r0 = lowDoubles(r), r1 = highDoubles(r);
    const k0 = component(p0, s0, r0, epsilon), k1 = component(p1, s1, r1, epsilon);
    for (let at = half, w = gamma; at < bytes; at += 32, w += 4) {
      const weight = f64x2.splat(<f64>load<f32>(w)), d = f32x4.mul(v128.load(delta + at), scale);
      const x = v128.load(normal + at);
      const a0 = f64x2.sub(f64x2.mul(weight, lowDoubles(d)), g0), a1 = f64x2.sub(f64x2.mul(weight, highDoubles(d)), g1);
      const y0 = f64x2.mul(r0, f64x2.sub(a0, f64x2.mul(k0, f64x2.sub(lowDoubles(x), x0))));
      const y1 = f64x2.mul(r1, f64x2.sub(a1, f64x2.mul(k1, f64x2.sub(highDoubles(x), x1))));
      v128.store(to + at, fourFloats(y0, y1));
    }
  }
}
