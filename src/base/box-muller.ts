/*
 * Two normal numbers from two uniform ones, 0 ≤ u < 1 and 0 ≤ t < 1 (Box and Muller 1958):
 *
 *     √(−2 ln(1 − u)) cos(2π t)        √(−2 ln(1 − u)) sin(2π t)
 *
 * The host's logarithm, cosine and sine are right to the last bit of float64, and take most of the time. A number that
 * is rounded to float32 needs less: short polynomials give it to 2⁻³⁵. A pair that lies too near to the middle of two
 * floats for that, about one of 200, is computed by the host's functions. So the bits are theirs.
 */

/** Pairs [n/2][2] → numbers to[at] … to[at + n − 1], times `scale`. */
export function storeNormals(
  to: Float32Array | Float64Array,
  at: number,
  pairs: Float64Array,
  n: number,
  scale: number,
): void {
  if (to instanceof Float32Array) storeFloats(to, at, pairs, n, scale);
  else for (let i = 0; i < n; i += 2) storeExact(to, at + i, pairs[i]!, pairs[i + 1]!, scale);
}

/** `scale` times a pair of normal numbers to to[at] and to[at + 1], by the host's functions. */
export function storeExact(to: Float32Array | Float64Array, at: number, u: number, t: number, scale: number): void {
  const radius = Math.sqrt(-2 * Math.log(1 - u)); // 1 − u > 0: the logarithm is finite
  const angle = 2 * Math.PI * t;
  to[at] = scale * (radius * Math.cos(angle));
  to[at + 1] = scale * (radius * Math.sin(angle));
}

/** Above the relative error of the polynomials and of the host's functions. */
const ERROR = 2 ** -33;
const UP = 1 + ERROR;
const DOWN = 1 - ERROR;

/** π/2 in two parts: a few times the first is exact (the constants of fdlibm's `__ieee754_rem_pio2`). */
const HALF_PI = 1.5707963267341256;
const HALF_PI_REST = 6.077100506506192e-11;
/** cos and sin of q quarter turns. */
const COSINES = Float64Array.of(1, 0, -1, 0, 1);
const SINES = Float64Array.of(0, 1, 0, -1, 0);

const POWERS = Float64Array.from({ length: 64 }, (_, k) => 2 ** k);
/** A number, and its two halves: the upper one has the exponent. */
const number = new Float64Array(1);
const halves = new Int32Array(number.buffer);
const UPPER = new Uint8Array(Uint16Array.of(1).buffer)[0]!;
/** The upper half of √2. */
const ROOT_2 = 0x3ff6a09e;

/** The coefficients are Chebyshev's on |z| ≤ 0.0295 and w ≤ (π/4)². */
function storeFloats(to: Float32Array, at: number, pairs: Float64Array, n: number, scale: number): void {
  for (let i = 0; i < n; i += 2, at += 2) {
    // 1 − u = m/2^k, √½ ≤ m < √2; ln m = 2 s (1 + z/3 + z²/5 + …), s = (m − 1)/(m + 1), z = s²
    const v = 1 - pairs[i]!;
    number[0] = v;
    const k = (ROOT_2 - halves[UPPER]!) >> 20;
    const m = v * POWERS[k]!;
    const s = (m - 1) / (m + 1);
    const z = s * s;
    const series =
      z * (0.33333333277225824 + z * (0.20000060938486014 + z * (0.14275408299854783 + z * 0.11665290969140188)));
    const radius = scale * Math.sqrt(2 * Math.LN2 * k - 4 * s * (1 + series));
    // 2π t = q π/2 + r, |r| ≤ π/4; the series of sin r and cos r in w = r²
    const t = pairs[i + 1]!;
    const q = (4 * t + 0.5) | 0;
    const r = 2 * Math.PI * t - q * HALF_PI - q * HALF_PI_REST;
    const w = r * r;
    const sine =
      r +
      r *
        w *
        (-0.16666666663855065 + w * (0.008333331874622915 + w * (-0.0001984008668822769 + w * 2.7249919688487277e-6)));
    const cosine =
      1 +
      w *
        (-0.5 +
          w *
            (0.04166666666432101 + w * (-0.00138888876719438 + w * (2.480060033775477e-5 - w * 2.730095409639271e-7))));
    const x = radius * (COSINES[q]! * cosine - SINES[q]! * sine);
    const y = radius * (SINES[q]! * cosine + COSINES[q]! * sine);
    const [first, second] = [Math.fround(x * UP), Math.fround(y * UP)];
    if (first === Math.fround(x * DOWN) && second === Math.fround(y * DOWN)) {
      to[at] = first;
      to[at + 1] = second;
    } else storeExact(to, at, pairs[i]!, t, scale);
  }
}
