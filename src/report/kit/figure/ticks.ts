import { scaleLinear } from "d3-scale";
import { significant } from "../../../words/numbers.ts";
import { ticks as wholeTicks } from "../terminal/axis.ts";
import type { Axis } from "./figure.ts";
import { tenTo } from "./powers.ts";

/** A mark on an axis. */
export interface Tick {
  /** In the units of the scale. */
  readonly value: number;
  readonly label: string;
}

/** About `count` ticks of an axis over its domain. */
export function ticksOf(axis: Axis, [low, high]: readonly [number, number], count: number): Tick[] {
  if (axis.scale === "names") return (axis.names ?? []).map((label, value) => ({ value, label }));
  if (axis.scale === "decades") return decadeTicks(low, high, count);
  if (axis.whole) return wholeTicks(low, high, count).map((value) => ({ value, label: grouped(value) }));
  const values = scaleLinear().domain([low, high]).ticks(count);
  return values.map((value) => ({ value, label: plain(value) }));
}

/** Most places between ticks; more would look like a texture. */
const MOST_BETWEEN = 60;

/**
 * Places between the labeled ticks of an axis of decades: every power of ten if the ticks leave some out, otherwise 2
 * to 9 times each power. None if they would be too close.
 */
export function ticksBetween(axis: Axis, [low, high]: readonly [number, number], ticks: readonly Tick[]): number[] {
  if (axis.scale !== "decades") return [];
  const [from, to] = [low / Math.LN10, high / Math.LN10];
  if (to - from < 2) return [];
  const step = ticks.length < 2 ? 1 : Math.round((ticks[1].value - ticks[0].value) / Math.LN10);
  const part = step === 1 ? 1 : String(step).startsWith("2") ? step / 2 : step / 5;
  const count = (to - from) / part;
  if (count * (step === 1 ? 8 : 1) > MOST_BETWEEN) return [];
  const powers = Array.from({ length: Math.ceil(count) + 1 }, (_, i) => (Math.floor(from / part) + i) * part);
  const places = step === 1 ? powers.flatMap((power) => DIGITS.map((digit) => power + Math.log10(digit))) : powers;
  const labeled = new Set(ticks.map(({ value }) => Math.round(value / Math.LN10)));
  return places
    .filter((place) => place >= from && place <= to && !labeled.has(place))
    .map((place) => place * Math.LN10);
}

const DIGITS = [2, 3, 4, 5, 6, 7, 8, 9];

const grouped = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
/** The number of a tick with twelve digits, which removes rounding errors of steps such as 0.1. */
const plain = (value: number) => {
  const short = Number(value.toPrecision(12));
  if (short !== 0 && (Math.abs(short) >= 1e6 || Math.abs(short) < 1e-4)) return significant(short, 2);
  return String(short).replace(/^-/, "−");
};

/** Powers of ten if there are two or more of them, otherwise parts of them. */
function decadeTicks(low: number, high: number, count: number): Tick[] {
  const [from, to] = [low / Math.LN10, high / Math.LN10];
  if (to - from >= 2) {
    const values = wholeTicks(from, to, Math.max(3, count));
    return values.map((decade) => ({ value: decade * Math.LN10, label: tenTo(decade) }));
  }
  const base = Math.floor(from);
  const mantissas =
    to - from < 0.6
      ? scaleLinear()
          .domain([10 ** (from - base), 10 ** (to - base)])
          .ticks(count)
      : [1, 2, 5, 10, 20, 50, 100].filter((m) => Math.log10(m) + base >= from && Math.log10(m) + base <= to);
  return mantissas
    .filter((mantissa) => mantissa > 0)
    .map((mantissa) => ({ value: base * Math.LN10 + Math.log(mantissa), label: scientific(mantissa, base) }));
}

/** `0.02`, `500`, or `2 × 10⁻⁵⁰⁰⁰` if the plain number would be long. */
function scientific(mantissa: number, exponent: number): string {
  if (exponent >= -3 && exponent <= 2) return plain(mantissa * 10 ** exponent);
  const over = mantissa >= 10 ? Math.floor(Math.log10(mantissa)) : 0;
  const digits = plain(mantissa / 10 ** over);
  return digits === "1" ? tenTo(exponent + over) : `${digits}×${tenTo(exponent + over)}`;
}
