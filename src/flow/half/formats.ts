/**
 * The two half-precision formats of PyTorch: `float16` is IEEE 754 binary16, `bfloat16` is the upper half of a float32.
 * Both have subnormals, and round to nearest, ties to even.
 */
export interface HalfFormat {
  readonly name: HalfName;
  /** Fraction bits, after the leading one. */
  readonly fraction: number;
  /** The smallest number is 2^smallest, the smallest normal one 2^normal; the largest lies below 2^(largest + 1). */
  readonly smallest: number;
  readonly normal: number;
  readonly largest: number;
}

export type HalfName = "float16" | "bfloat16";

export const HALF_FORMATS: readonly HalfFormat[] = [
  { name: "float16", fraction: 10, smallest: -24, normal: -14, largest: 15 },
  { name: "bfloat16", fraction: 7, smallest: -133, normal: -126, largest: 127 },
];

export const halfFormat = (name: HalfName): HalfFormat => HALF_FORMATS.find((format) => format.name === name)!;

/** `value` as the format holds it: rounded to nearest, ties to even; ±∞ beyond its range. */
export function toHalf({ fraction, normal, largest }: HalfFormat, value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const spacing = 2 ** (Math.max(binadeOf(value), normal) - fraction);
  const rounded = roundToEven(Math.abs(value) / spacing) * spacing;
  return Math.sign(value) * (rounded < 2 ** (largest + 1) ? rounded : Number.POSITIVE_INFINITY);
}

/** The e with 2^e ≤ |value| < 2^(e + 1). @param value finite and not zero */
export function binadeOf(value: number): number {
  WORDS[0] = Math.abs(value);
  const e = HALVES[HIGH] >>> 20;
  if (e > 0) return e - 1023;
  WORDS[0] = Math.abs(value) * 2 ** 64; // a subnormal float64
  return (HALVES[HIGH] >>> 20) - 1023 - 64;
}

const WORDS = new Float64Array(1);
const HALVES = new Uint32Array(WORDS.buffer);
/** The index of the word that holds sign and exponent. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const over = value - below;
  if (over !== 0.5) return over < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
