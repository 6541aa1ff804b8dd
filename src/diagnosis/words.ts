import type { GradientFlow } from "../flow/index.ts";

/** Numbers as people say them. */

/** `n` significant digits, without an exponent for what fits without. */
export function digits(value: number, n = 2): string {
  if (!Number.isFinite(value)) return value === Number.NEGATIVE_INFINITY ? "−∞" : value > 0 ? "∞" : "NaN";
  const rounded = Number(value.toPrecision(n));
  const size = Math.abs(rounded);
  return (size !== 0 && (size < 1e-3 || size >= 1e6) ? rounded.toExponential() : String(rounded)).replaceAll("-", "−");
}

/** e^|nats| as a factor: "7.4", "10^234". */
export function factorOf(nats: number): string {
  const size = Math.abs(nats);
  if (size === Number.POSITIVE_INFINITY) return "∞";
  return size < Math.log(1e4) ? digits(Math.exp(size)) : `10^${Math.round(size / Math.LN10)}`;
}

export const percent = (share: number): string => `${digits(100 * share)} %`;

/** "+3.5 nats", "−538 nats". */
export const nats = (value: number): string => `${value > 0 ? "+" : ""}${digits(value, 3)} nats`;

/** "1 step", "999 steps", "29 layers". */
export function count(n: number, { axis }: Pick<GradientFlow, "axis">): string {
  return `${n} ${axis}${n === 1 ? "" : "s"}`;
}

/** "step 4", "layers 7 to 9". */
export function span([from, to]: readonly [number, number], { axis }: Pick<GradientFlow, "axis">): string {
  return from === to ? `${axis} ${from}` : `${axis}s ${from} to ${to}`;
}

/** "a", "a and b", "a, b and c". */
export function list(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}
