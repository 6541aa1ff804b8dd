import { CONSTANTS, octaves, powerOfTwo, remainder, series } from "../../math/exp";
import { signOf } from "../../math/lanes";

/*
 * q = e^−|a|:  tanh a = ± (1 − q)(1 + q) / (1 + q²)      sech a = 2q / (1 + q²)      tanh' a = sech² a
 *
 * We use q and not q²: 1 − q keeps its relative accuracy near 0, so no second formula is needed there, and sech² is a
 * square that underflows gradually. 1 − tanh² a would be 0 beyond |a| = 9.
 *
 * It is one long chain of forty instructions, cut into three loops: q = w + wu, w = 2^n, u = e^r − 1.
 *
 *     first    X, Y ← r, w        second    X ← wu        third    value, slope
 *
 * A processor's schedulers hold about a hundred instructions that wait for their operands: two or three whole
 * evaluations of tanh, each a chain of sixty cycles. They hold three times as many thirds of an evaluation, and each
 * waits a third as long. Every iteration takes two neighboring vectors and stores them side by side, so that the wide
 * build can join them. It joins no operation whose constant was loaded twice, so each constant is loaded once, before
 * its loop.
 */

/** Bytes of one block: the results that a loop leaves for the next stay in the first-level cache. */
const BLOCK: usize = 1024;
const X = memory.data(1024, 16);
const Y = memory.data(1024, 16);
/** Room for a last vector that has no neighbor, stored twice. */
const LAST_VECTOR = memory.data(32, 16);
/** 1, and the clamp of −|a|: at −53 tanh' = 4 e^−106 < 2^−150 rounds to 0. */
const LIMITS = memory.data<f32>([1, -53], 16);

/** h[i] = tanh a[i], slope[i] = tanh' a[i] for i < n. As `sweep`. */
export function sweepTanh(a: usize, h: usize, slope: usize, n: i32): void {
  const pairs = <usize>(n & ~7) << 2;
  for (let done: usize = 0; done < pairs; done += BLOCK) {
    const bytes = min(BLOCK, pairs - done);
    first(a + done, bytes);
    second(bytes);
    third(a + done, h ? h + done : X, slope ? slope + done : Y, bytes); // a discarded output replaces what was read
  }
  if (n & 4) {
    const last = v128.load(a + pairs);
    v128.store(LAST_VECTOR, last); v128.store(LAST_VECTOR, last, 16);
    first(LAST_VECTOR, 32);
    second(32);
    third(LAST_VECTOR, X, Y, 32);
    if (h) v128.store(h + pairs, v128.load(X));
    if (slope) v128.store(slope + pairs, v128.load(Y));
  }
}

function first(a: usize, bytes: usize): void {
  const log2e = v128.load32_splat(CONSTANTS), rounder = v128.load32_splat(CONSTANTS, 4);
  const high = v128.load32_splat(CONSTANTS, 8), low = v128.load32_splat(CONSTANTS, 12);
  const least = v128.load32_splat(LIMITS, 4), sign = i32x4.splat(0x80000000);
  for (let i: usize = 0; i < bytes; i += 32) {
    const a0 = v128.load(a + i), a1 = v128.load(a + i, 16);
    // pmax lets a NaN through
    const held0 = f32x4.pmax(v128.or(a0, sign), least), held1 = f32x4.pmax(v128.or(a1, sign), least);
    const t0 = octaves(held0, log2e, rounder), t1 = octaves(held1, log2e, rounder);
    const r0 = remainder(held0, t0, rounder, high, low), r1 = remainder(held1, t1, rounder, high, low);
    const w0 = powerOfTwo(t0, 1), w1 = powerOfTwo(t1, 1);
    v128.store(X + i, r0); v128.store(X + i, r1, 16);
    v128.store(Y + i, w0); v128.store(Y + i, w1, 16);
  }
}

function second(bytes: usize): void {
  const q0 = v128.load32_splat(CONSTANTS, 16), q1 = v128.load32_splat(CONSTANTS, 20);
  const q2 = v128.load32_splat(CONSTANTS, 24), q3 = v128.load32_splat(CONSTANTS, 28);
  for (let i: usize = 0; i < bytes; i += 32) {
    const r0 = v128.load(X + i), r1 = v128.load(X + i, 16), w0 = v128.load(Y + i), w1 = v128.load(Y + i, 16);
    const wu0 = f32x4.mul(w0, series(r0, q0, q1, q2, q3)), wu1 = f32x4.mul(w1, series(r1, q0, q1, q2, q3));
    v128.store(X + i, wu0); v128.store(X + i, wu1, 16);
  }
}

function third(a: usize, h: usize, slope: usize, bytes: usize): void {
  const one = v128.load32_splat(LIMITS);
  for (let i: usize = 0; i < bytes; i += 32) {
    const a0 = v128.load(a + i), a1 = v128.load(a + i, 16);
    const wu0 = v128.load(X + i), wu1 = v128.load(X + i, 16), w0 = v128.load(Y + i), w1 = v128.load(Y + i, 16);
    const q0 = f32x4.add(w0, wu0), q1 = f32x4.add(w1, wu1);
    const R0 = f32x4.div(one, f32x4.add(one, f32x4.mul(q0, q0)));
    const R1 = f32x4.div(one, f32x4.add(one, f32x4.mul(q1, q1)));
    const value0 = value(a0, w0, wu0, q0, R0, one), value1 = value(a1, w1, wu1, q1, R1, one);
    const sech0 = f32x4.mul(f32x4.add(q0, q0), R0), sech1 = f32x4.mul(f32x4.add(q1, q1), R1);
    v128.store(h + i, value0); v128.store(h + i, value1, 16);
    v128.store(slope + i, f32x4.mul(sech0, sech0)); v128.store(slope + i, f32x4.mul(sech1, sech1), 16);
  }
}

/** ± (1 − q)(1 + q) R */
@inline function value(a: v128, w: v128, wu: v128, q: v128, R: v128, one: v128): v128 {
  const oneMinusQ = f32x4.sub(f32x4.sub(one, w), wu);
  return v128.or(f32x4.mul(oneMinusQ, f32x4.mul(f32x4.add(one, q), R)), signOf(a));
}
