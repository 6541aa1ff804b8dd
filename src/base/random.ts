import { storeExact, storeNormals } from "./box-muller.ts";

/**
 * The project's only source of randomness. Named and versioned: `evanesce-random/1` is xoshiro128** (Blackman and Vigna
 * 2018) seeded by four lanes of a SplitMix32-like mix of the seed and the characters of a stream's name. A change of
 * bits is a new version.
 *
 * Streams are independent by name, so that drawing more of one thing (a longer sequence, one more layer) does not
 * change another: `random(seed, "init/rnn.weight_hh_l0")` is the same whatever else was drawn.
 */
export const RANDOM_VERSION = "evanesce-random/1";

/** 2⁻⁵³: a product by it is the quotient by 2⁵³, and takes less time. */
const UNIT = 1 / 9007199254740992;

/** Uniform numbers on their way to normal ones. */
const DRAWN = new Float64Array(512);
/** A pair of normal numbers. */
const PAIR = new Float64Array(2);

/** A stream of pseudo-random numbers. */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal (Box and Muller 1958; both values of a pair are used). */
  normal(): number;
  /** `to[i] = uniform()` for i < count: the same numbers in a third of the time. */
  uniforms(to: Float64Array, count: number): void;
  /** `to[i] = scale · normal()` for from ≤ i < end: the same numbers in a third of the time, into floats. */
  normals(to: Float32Array | Float64Array, from: number, end: number, scale: number): void;
  /** A whole number uniform in [0, n), without modulo bias. `n` from 1 to 2³². */
  below(n: number): number;
}

/** A 32-bit mix that has taken in a value (Wellons 2018, `lowbias32`, after a Weyl sequence). */
function absorbed(mix: number, value: number): number {
  let z = ((mix + 0x9e3779b9) | 0) ^ value;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

/** The stream called `name` of `seed`. `seed` is a whole number, 0 ≤ seed ≤ 2⁵³ − 1. */
export function random(seed: number, name: string): Random {
  // Four words of state, each mixed from the seed's two halves and the name in a lane of its own: one 32-bit mix for
  // all four would make streams collide. Every step is a bijection of the mix. The last word is odd, so the state is
  // never all zero.
  const word = (lane: number): number => {
    let mix = absorbed(lane ^ (seed >>> 0), Math.floor(seed / 2 ** 32));
    for (let i = 0; i < name.length; i++) mix = absorbed(mix, name.charCodeAt(i));
    return absorbed(mix, lane);
  };
  // the fractional parts of the golden ratio, π, e and √2: any four different words would do
  let s0 = word(0x9e3779b9);
  let s1 = word(0x243f6a88);
  let s2 = word(0xb7e15162);
  let s3 = word(0x6a09e667) | 1;

  const next = (): number => {
    const times5 = Math.imul(s1, 5);
    const result = Math.imul((times5 << 7) | (times5 >>> 25), 9);
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = (s3 << 11) | (s3 >>> 21);
    return result >>> 0;
  };
  const uniform = () => ((next() >>> 5) * 67108864 + (next() >>> 6)) * UNIT;

  let spare = Number.NaN; // the second normal of the last pair, NaN when used
  const normal = () => {
    if (!Number.isNaN(spare)) {
      const value = spare;
      spare = Number.NaN;
      return value;
    }
    storeExact(PAIR, 0, uniform(), uniform(), 1);
    spare = PAIR[1]!;
    return PAIR[0]!;
  };
  const uniforms = (to: Float64Array, count: number) => {
    // `uniform` again, with the state in local variables: in the closure's variables it would take a third more time
    let [a, b, c, d] = [s0, s1, s2, s3];
    for (let i = 0; i < count; i++) {
      let times5 = Math.imul(b, 5);
      const high = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 5;
      let t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = (d << 11) | (d >>> 21);
      times5 = Math.imul(b, 5);
      const low = Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 6;
      t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = (d << 11) | (d >>> 21);
      to[i] = (high * 67108864 + low) * UNIT;
    }
    [s0, s1, s2, s3] = [a, b, c, d];
  };
  const normals = (to: Float32Array | Float64Array, from: number, end: number, scale: number) => {
    let i = from;
    if (i < end && !Number.isNaN(spare)) to[i++] = scale * normal();
    while (i + 1 < end) {
      const count = Math.min((end - i) & ~1, DRAWN.length);
      uniforms(DRAWN, count);
      storeNormals(to, i, DRAWN, count, scale);
      i += count;
    }
    if (i < end) to[i] = scale * normal();
  };
  const below = (n: number) => {
    const limit = 4294967296 - (4294967296 % n); // rejecting the last, partial block removes the modulo bias
    let value = next();
    while (value >= limit) value = next();
    return value % n;
  };
  return { uniform, uniforms, normal, normals, below };
}
