import { BLOCKS_OF_FLOAT, DEAD } from "../records/constants";
import { Gradient } from "../records/pass";

/*
 * The sums of a weight gradient: blocks of steps in float32 go to a total in float64, a panel's total to that of all
 * panels. Each of these moves is divisible: part 0 ≤ part < parts moves its share of the numbers, and the parts run in
 * order.
 */

/** How many numbers each section of a block or total has: the panels of W_ih, the panels of W_hh, the biases. */
@inline export function inputSize(g: Gradient): usize { return <usize>((g.inputs + 7) >> 3) * <usize>g.rows * 8; }
@inline export function hiddenSize(g: Gradient): usize { return <usize>((g.hidden + 7) >> 3) * <usize>g.rows * 8; }
@inline export function size(g: Gradient): usize { return inputSize(g) + hiddenSize(g) + <usize>g.deltaRows; }

/** The number with which a part of n numbers begins, a multiple of four as n is. */
@inline function shareOf(n: usize, part: i32, parts: i32): usize {
  return <usize>(<i64>(n >> 2) * <i64>part / <i64>parts) << 2;
}

/** Sets a gradient to zero. */
export function clear(g: Gradient, part: i32 = 0, parts: i32 = 1): void {
  g.blocks = 0;
  g.inputExponent = DEAD;
  g.hiddenExponent = DEAD;
  g.biasExponent = DEAD;
  const from = shareOf(size(g), part, parts);
  memory.fill(g.total + (from << 3), 0, (shareOf(size(g), part + 1, parts) - from) << 3);
}

/**
 * Moves the block to the total where it must: if `whole`, a run of BLOCKS_OF_FLOAT blocks is complete; or float32 holds
 * as many blocks as it may sum.
 */
export function settle(g: Gradient, whole: bool, part: i32 = 0, parts: i32 = 1): void {
  if (whole || g.blocks > BLOCKS_OF_FLOAT) flush(g, part, parts);
}

/** total += block, each section in a frame of its own; then sets the block to zero. */
export function flush(g: Gradient, part: i32 = 0, parts: i32 = 1): void {
  if (g.blocks == 0) return;
  const inputs = inputSize(g), hidden = hiddenSize(g), biases = <usize>g.deltaRows, e = g.blockExponent;
  const h = inputs, b = inputs + hidden;
  if (part == 0) {
    // a section that is exactly zero has no frame
    g.nonzero = nonzero(g.block, inputs) | nonzero(g.block + (h << 2), hidden) << 1
      | nonzero(g.block + (b << 2), biases) << 2;
    if (g.nonzero & 1) g.inputExponent = raiseFrame(g.total, g.inputExponent, e, inputs);
    if (g.nonzero & 2) g.hiddenExponent = raiseFrame(g.total + (h << 3), g.hiddenExponent, e, hidden);
    if (g.nonzero & 4) g.biasExponent = raiseFrame(g.total + (b << 3), g.biasExponent, e, biases);
  }
  if (g.nonzero & 1) addFloats(g.total, g.block, e - g.inputExponent, inputs, part, parts);
  if (g.nonzero & 2) addFloats(g.total + (h << 3), g.block + (h << 2), e - g.hiddenExponent, hidden, part, parts);
  if (g.nonzero & 4) addFloats(g.total + (b << 3), g.block + (b << 2), e - g.biasExponent, biases, part, parts);
  if (part == parts - 1) g.blocks = 0;
}

/** sum += g, totals both; `g` must be flushed. */
export function addTotal(sum: Gradient, g: Gradient, part: i32 = 0, parts: i32 = 1): void {
  const inputs = inputSize(g), hidden = hiddenSize(g), biases = <usize>g.deltaRows;
  const h = inputs << 3, b = (inputs + hidden) << 3;
  if (part == 0) {
    sum.inputExponent = frameOfSum(sum.total, sum.inputExponent, g.inputExponent, inputs);
    sum.hiddenExponent = frameOfSum(sum.total + h, sum.hiddenExponent, g.hiddenExponent, hidden);
    sum.biasExponent = frameOfSum(sum.total + b, sum.biasExponent, g.biasExponent, biases);
  }
  addDoubles(sum.total, sum.inputExponent, g.total, g.inputExponent, inputs, part, parts);
  addDoubles(sum.total + h, sum.hiddenExponent, g.total + h, g.hiddenExponent, hidden, part, parts);
  addDoubles(sum.total + b, sum.biasExponent, g.total + b, g.biasExponent, biases, part, parts);
}

/** 1 where some number is not zero, of either sign. */
function nonzero(from: usize, n: usize): i32 {
  let any = i32x4.splat(0);
  for (const end = from + (n << 2); from < end; from += 16) any = v128.or(any, v128.load(from));
  return <i32>v128.any_true(v128.and(any, i32x4.splat(0x7fffffff)));
}

/** A part of total[n] += block[n] · 2^e. */
function addFloats(total: usize, block: usize, e: i32, n: usize, part: i32, parts: i32): void {
  const from = shareOf(n, part, parts), end = block + (shareOf(n, part + 1, parts) << 2);
  const factor = f64x2.splat(powerOfTwoDouble(e));
  total += from << 3;
  for (block += from << 2; block < end; block += 16) {
    const v = v128.load(block), high = f64x2.promote_low_f32x4(v128.shuffle<f64>(v, v, 1, 1));
    v128.store(total, f64x2.add(v128.load(total), f64x2.mul(f64x2.promote_low_f32x4(v), factor)));
    v128.store(total, f64x2.add(v128.load(total, 16), f64x2.mul(high, factor)), 16);
    total += 32;
  }
}

/** The frame of a sum (DEAD: empty) that numbers of frame e are added to. */
@inline function frameOfSum(sum: usize, exponent: i32, e: i32, n: usize): i32 {
  return e == DEAD ? exponent : raiseFrame(sum, exponent, e, n);
}

/** As `addFloats`, of doubles in frame e to a sum in frame `exponent`. */
function addDoubles(sum: usize, exponent: i32, from: usize, e: i32, n: usize, part: i32, parts: i32): void {
  if (e == DEAD) return;
  const begin = shareOf(n, part, parts) << 3, end = from + (shareOf(n, part + 1, parts) << 3);
  const factor = f64x2.splat(powerOfTwoDouble(e - exponent));
  sum += begin;
  for (from += begin; from < end; from += 16) {
    v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(v128.load(from), factor)));
    sum += 16;
  }
}

/**
 * The frame in which a total of frame `exponent` adds a number of frame e. A float64 holds 2^±1000, so the frame rises
 * only for far larger numbers.
 */
function raiseFrame(total: usize, exponent: i32, e: i32, n: usize): i32 {
  if (exponent == DEAD) return e;
  if (e <= exponent + 300) return exponent;
  const factor = f64x2.splat(powerOfTwoDouble(exponent - e));
  for (const end = total + (n << 3); total < end; total += 16) v128.store(total, f64x2.mul(v128.load(total), factor));
  return e;
}

/** 2^e in float64, e ≤ 1023; zero below the normal range. */
@inline function powerOfTwoDouble(e: i32): f64 {
  return e < -1022 ? 0 : reinterpret<f64>(<i64>(e + 1023) << 52);
}
