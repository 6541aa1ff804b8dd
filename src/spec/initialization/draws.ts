import type { Random } from "../../base/random.ts";
import { finish } from "../../base/time-slicing.ts";

/** How many numbers are drawn between two pauses: some milliseconds. */
export const DRAWN_AT_ONCE = 100_000;

/** `count` values of `draw`, rounded to float32, with pauses. */
export function* drawnInParts(count: number, draw: () => number): Generator<void, Float32Array> {
  const values = new Float32Array(count);
  for (let from = 0; from < count; from += DRAWN_AT_ONCE) {
    const to = Math.min(from + DRAWN_AT_ONCE, count);
    for (let i = from; i < to; i++) values[i] = draw();
    if (to < count) yield;
  }
  return values;
}

/** `count` draws from U(−bound, bound), with pauses. */
export function* uniformInParts(count: number, bound: number, rng: Random): Generator<void, Float32Array> {
  const values = new Float32Array(count);
  const drawn = new Float64Array(Math.min(count, DRAWN_AT_ONCE));
  for (let from = 0; from < count; from += DRAWN_AT_ONCE) {
    const n = Math.min(DRAWN_AT_ONCE, count - from);
    rng.uniforms(drawn, n);
    for (let i = 0; i < n; i++) values[from + i] = bound * (2 * drawn[i]! - 1);
    if (from + n < count) yield;
  }
  return values;
}

/** `count` draws from N(0, std²), with pauses. */
export function* normalInParts(count: number, std: number, rng: Random): Generator<void, Float32Array> {
  const values = new Float32Array(count);
  for (let from = 0; from < count; from += DRAWN_AT_ONCE) {
    const to = Math.min(from + DRAWN_AT_ONCE, count);
    rng.normals(values, from, to, std);
    if (to < count) yield;
  }
  return values;
}

/** `count` draws from U(−bound, bound). */
export const uniformVector = (count: number, bound: number, rng: Random): Float32Array =>
  finish(uniformInParts(count, bound, rng));

/** `count` draws from N(0, std²). */
export const normalVector = (count: number, std: number, rng: Random): Float32Array =>
  finish(normalInParts(count, std, rng));
