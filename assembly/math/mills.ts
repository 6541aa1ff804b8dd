/**
 * Mills' ratio of the normal distribution, half the scaled complementary error function:
 *
 *   m(t) = e^(t²/2) Φ(−t) = ½ erfcx(t/√2)         Φ(−t) = m(t) e^(−t²/2)         erfc(t) = 2 m(√2 t) e^(−t²)
 *
 * It falls smoothly from ½ to 1/(√(2π) t), while Φ(−t) itself leaves float32's range at t = 13. As Shepherd and
 * Laframboise (1981), we map t ≥ 0 to q = (t − K)/(t + K) and take a polynomial: m(t) = P(q)/(t + K). Of K = 1.5 … 4,
 * K = 3 has the least error at degree 8 for t ≤ 15. P is minimax for the relative error (Remez): 5.7e-8.
 */
const K: f32 = 3;
const P0: f32 = 0.72908366782390448;
const P1: f32 = -0.50933237276443098;
const P2: f32 = 0.23001943452187346;
const P3: f32 = -0.047254461561489142;
const P4: f32 = -0.01048014280692668;
const P5: f32 = 0.0069161617078949309;
const P6: f32 = 0.001073233765494546;
const P7: f32 = -0.00089252332769422537;
const P8: f32 = -0.00025930413373519834;

@inline function line(x: v128, c0: f32, c1: f32): v128 {
  return f32x4.add(f32x4.splat(c0), f32x4.mul(x, f32x4.splat(c1)));
}

/** m(t), 0 ≤ t ≤ 15 or NaN. */
@inline export function mills(t: v128): v128 {
  const z = f32x4.div(f32x4.splat(1), f32x4.add(t, f32x4.splat(K)));
  const q = f32x4.mul(f32x4.sub(t, f32x4.splat(K)), z);
  const q2 = f32x4.mul(q, q);
  // P0 is added last: the other terms are smaller, and so are their rounding errors.
  const low = f32x4.add(line(q, P1, P2), f32x4.mul(q2, line(q, P3, P4)));
  const high = f32x4.add(line(q, P5, P6), f32x4.mul(q2, line(q, P7, P8)));
  const rest = f32x4.add(low, f32x4.mul(f32x4.mul(q2, q2), high));
  return f32x4.mul(z, f32x4.add(f32x4.splat(P0), f32x4.mul(q, rest)));
}
