/** Numbers as people say them. */

/** Two significant digits, without an exponent for what fits without. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return value === Number.NEGATIVE_INFINITY ? "−∞" : value > 0 ? "∞" : "NaN";
  const rounded = Number(value.toPrecision(2));
  const size = Math.abs(rounded);
  return (size !== 0 && (size < 1e-3 || size >= 1e6) ? rounded.toExponential() : String(rounded)).replaceAll("-", "−");
}

/** e^|nats| as a factor: "7.4", "10^234". */
export function factorOf(amount: number): string {
  const size = Math.abs(amount);
  if (size === Number.POSITIVE_INFINITY) return "∞";
  return size < Math.log(1e4) ? digits(Math.exp(size)) : `10^${Math.round(size / Math.LN10)}`;
}

export const nats = (amount: number): string => `${amount > 0 ? "+" : ""}${digits(amount)} nats`;
