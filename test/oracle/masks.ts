/**
 * Dropout masks, number by number: u of (seed, what, layer, sample, step, unit) by the core's definition, in plain integers. Sources:
 * Srivastava et al. 2014 (inverted, as PyTorch scales it), Gal and Ghahramani 2016 (one mask a sequence), Krueger et al. 2017 (zoneout).
 */
import { random } from "../../src/base/random.ts";

/** The two words of a network's seed and a draw. */
export function maskWords(seed: number, draw: string | number = 0): [number, number] {
  const { below } = random(seed, `dropout/${draw}`);
  return [below(2 ** 32), below(2 ** 32)];
}

const WEYL = 0x9e3779b9;

/** Wellons's 32-bit mix. */
function mix(x: number): number {
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** Uniform in 0 … 2³² − 1. Step −1: of a whole sequence. */
export function maskBits(
  [low, high]: readonly [number, number],
  what: number,
  layer: number,
  sample: number,
  step: number,
  unit: number,
): number {
  const stream = mix(Math.imul(what * 0x10000 + layer, WEYL) + 1);
  const key = mix(mix(mix(low ^ stream) + Math.imul(sample, WEYL)) + Math.imul(step + 1, WEYL));
  const second = mix(mix(mix((high + stream) | 0) ^ Math.imul(sample, WEYL)) ^ Math.imul(step + 1, WEYL));
  let x = (key + Math.imul(unit, WEYL)) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad) ^ second;
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}

/** The masks of a spec: factors on numbers, and the shares of the state that zoneout keeps. */
export interface Masks {
  /** The mask on the input or output of level l or dense layer l. */
  input(l: number, step: number, sample: number, unit: number): number;
  recurrent(n: number, sample: number, unit: number): number;
  hidden(n: number, step: number, sample: number, unit: number): number;
  cell(n: number, step: number, sample: number, unit: number): number;
  /** The mask of rate p on the output of dense layer `place`: a stem's are counted first, then a head's. */
  dense(place: number, p: number | undefined, step: number, sample: number, unit: number): number;
}

interface Rates {
  readonly dropout?: number | undefined;
  readonly variationalDropout?: number | undefined;
  readonly recurrentDropout?: number | undefined;
  readonly zoneout?: number | undefined;
}

/** @param words null: without noise, every mask at its expected value */
export function masksOf(rates: Rates, words: readonly [number, number] | null): Masks {
  const struck = (p: number, bits: () => number) => bits() < Math.min(Math.round(p * 2 ** 32), 2 ** 32 - 1);
  const inverted = (p: number | undefined, bits: () => number) =>
    p === undefined || words === null ? 1 : p === 1 || struck(p, bits) ? 0 : Math.fround(1 / (1 - p));
  const stays = (p: number | undefined, bits: () => number) =>
    p === undefined ? 0 : words === null ? Math.fround(p) : struck(p, bits) ? 1 : 0;
  const bits = (what: number, layer: number, sample: number, step: number, unit: number) => () =>
    maskBits(words as [number, number], what, layer, sample, step, unit);
  const { dropout, variationalDropout, recurrentDropout, zoneout } = rates;
  return {
    input: (l, step, sample, unit) =>
      variationalDropout !== undefined
        ? inverted(variationalDropout, bits(0, l, sample, -1, unit))
        : inverted(dropout, bits(0, l, sample, step, unit)),
    recurrent: (n, sample, unit) => inverted(recurrentDropout, bits(1, n, sample, -1, unit)),
    hidden: (n, step, sample, unit) => stays(zoneout, bits(2, n, sample, step, unit)),
    cell: (n, step, sample, unit) => stays(zoneout, bits(3, n, sample, step, unit)),
    dense: (place, p, step, sample, unit) => inverted(p, bits(4, place, sample, step, unit)),
  };
}
