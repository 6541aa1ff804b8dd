import type { Arena } from "../engine.ts";
import { factorsOf, lnOf, type ScaledTensor } from "../scaled.ts";

/**
 * Writes a gradient that the host has computed to byte address `to`, rounded to float32. Returns ln of its norm before
 * rounding. Some parameters need this: the core does not use them, but a function of them.
 */
export function placeGradient(arena: Arena, to: number, { data, exponent }: ScaledTensor): number {
  const view = new Float32Array(arena.core.memory.buffer as ArrayBuffer, to, data.length);
  const [first, second] = factorsOf(exponent);
  let largest = 0;
  for (let i = 0; i < data.length; i++) {
    const magnitude = Math.abs(data[i]);
    if (!(magnitude <= largest)) largest = magnitude; // NaN too
    view[i] = data[i] === 0 ? 0 : data[i] * first * second;
  }
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return Math.log(largest);
  let square = 0;
  for (let i = 0; i < data.length; i++) square += (data[i] / largest) ** 2;
  return lnOf(square, exponent) + Math.log(largest);
}
