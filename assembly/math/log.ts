/**
 * Logarithms from the one series that needs no table (Gauss; fdlibm 1993):
 *
 *   ln((1 + z)/(1 − z)) = 2 atanh z = 2z (1 + y A(y)),  y = z²,  |z| ≤ ⅓
 *
 * A is minimax for the relative error of the whole (Remez, weight y): 4.5e-9.
 */
const A0: f32 = 0.33333208140395161;
const A1: f32 = 0.2001076374771026;
const A2: f32 = 0.14000900807976966;
const A3: f32 = 0.14006001407644983;

/** 2 atanh z, |z| ≤ ⅓. */
@inline function twiceAtanh(z: v128): v128 {
  const y = f32x4.mul(z, z);
  let A = f32x4.add(f32x4.splat(A2), f32x4.mul(y, f32x4.splat(A3)));
  A = f32x4.add(f32x4.splat(A1), f32x4.mul(y, A));
  A = f32x4.add(f32x4.splat(A0), f32x4.mul(y, A));
  const z2 = f32x4.add(z, z);
  return f32x4.add(z2, f32x4.mul(z2, f32x4.mul(y, A)));
}

/** ln(1 + q), 0 ≤ q ≤ 1 or NaN: z = q/(2 + q). */
@inline export function log1pUnit(q: v128): v128 {
  return twiceAtanh(f32x4.div(q, f32x4.add(f32x4.splat(2), q)));
}

/** ln 2 = LN2_HIGH + LN2_LOW; k · high is exact for |k| < 2⁹. */
const LN2_HIGH: f32 = 0.693145751953125;
const LN2_LOW: f32 = 1.428606765330187e-6;
/**
 * The bits of √½: after subtracting them, the octave k = 0 is [√½, √2), so ln x keeps its digits on both sides of 1.
 */
const SQRT_HALF_BITS: i32 = 0x3f3504f3;

/** ln x, also of subnormal x: −∞ at ±0, NaN below 0, ∞ at ∞. x = 2^k m, m in [√½, √2), z = (m − 1)/(m + 1). */
@inline export function log(x: v128): v128 {
  const one = f32x4.splat(1);
  // Subnormals are first multiplied by 2²³; then 23 octaves are subtracted.
  const tiny = f32x4.lt(x, f32x4.splat(1.17549435e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608)), x, tiny);
  const offset = i32x4.sub(scaled, i32x4.splat(SQRT_HALF_BITS));
  const octave = i32x4.sub(i32x4.shr_s(offset, 23), v128.and(tiny, i32x4.splat(23)));
  const m = i32x4.add(v128.and(offset, i32x4.splat(0x007fffff)), i32x4.splat(SQRT_HALF_BITS));
  const k = f32x4.convert_i32x4_s(octave);
  const fraction = twiceAtanh(f32x4.div(f32x4.sub(m, one), f32x4.add(m, one)));
  const low = f32x4.add(fraction, f32x4.mul(k, f32x4.splat(LN2_LOW)));
  const finite = f32x4.add(f32x4.mul(k, f32x4.splat(LN2_HIGH)), low);
  // Special values: ∞ and NaN give themselves, zero gives −∞, a negative x gives NaN.
  const positive = v128.bitselect(finite, x, f32x4.lt(x, f32x4.splat(Infinity)));
  const zero = f32x4.eq(x, f32x4.splat(0));
  const real = v128.bitselect(f32x4.splat(-Infinity), positive, zero);
  return v128.or(real, f32x4.lt(x, f32x4.splat(0)));
}
