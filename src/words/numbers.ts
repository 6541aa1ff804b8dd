/**
 * Formats numbers for readers. Sentences, tables and pictures all use these functions, so a quantity looks the same
 * everywhere. Logarithms are natural logarithms, as in flows.
 */

/** e^ln as `2.5e-18`, also far beyond float64's range: `0` for −∞. */
export function power(ln: number): string {
  if (Number.isNaN(ln)) return "NaN";
  if (!Number.isFinite(ln)) return ln < 0 ? "0" : "∞";
  const decades = ln / Math.LN10;
  let exponent = Math.floor(decades);
  let mantissa = (10 ** (decades - exponent)).toFixed(1);
  if (mantissa === "10.0") {
    mantissa = "1.0";
    exponent++;
  }
  return exponent >= -2 && exponent <= 3 ? significant(10 ** decades, 2) : `${mantissa}e${exponent}`;
}

/** A factor e^|ln|: `5.3`, `120`, `3.5e17`. */
export const ratio = (ln: number): string => power(Math.abs(ln));

/** The nearest number of `digits` significant digits: what a user can type again. */
export const rounded = (value: number, digits: number): number => Number(value.toPrecision(digits));

/** `digits` significant digits, without an exponent if the text is short: `0.167`, `1,390`, `2.1e-9`. */
export function significant(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : minus("-∞");
  if (value === 0) return "0";
  const near = rounded(value, digits);
  const size = Math.abs(near);
  if (size >= 1e6 || size < 1e-3) return minus(value.toExponential(digits - 1).replace("e+", "e"));
  const decimals = digits - 1 - Math.floor(Math.log10(size));
  return minus(decimals >= 0 ? near.toFixed(decimals) : grouped(value.toFixed(0)));
}

/** A signed amount of nats: `−40.4`, `+1,431`; `0.0` without a sign if it rounds to zero. */
export function nats(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "+∞";
  const text = Math.abs(value) >= 1000 ? grouped(Math.abs(value).toFixed(0)) : Math.abs(value).toFixed(1);
  const sign = value < 0 ? "−" : "+";
  return Number(text.replaceAll(",", "")) === 0 ? "0.0" : `${sign}${text}`;
}

/** Nats per station, with digits for small values too: `−0.46`, `+0.0021`, `−12.3`. */
export const natsEach = (value: number): string =>
  Math.abs(value) >= 10 || !Number.isFinite(value)
    ? nats(value)
    : `${value < 0 ? "−" : value > 0 ? "+" : ""}${significant(Math.abs(value), 2)}`;

/** A share of 1 in percent: `71 %`, `0.50 %`, `100 %`. */
export const percent = (share: number, digits = 2): string => `${significant(100 * share, digits)} %`;

/** A share of right answers in percent, with one decimal: `97.3 %`. */
export const accuracy = (share: number): string => percent(share, 3);

/** Radians as `12.3°`. */
export const degrees = (radians: number): string => `${significant((radians * 180) / Math.PI)}°`;

/** A whole number with separators: `1,000`. */
export const count = (value: number): string => grouped(String(value));

/** `1 step`, `1,000 steps`. */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? "" : "s"}`;

/** `layer`, `3.20 layers`: a number of stations for a sentence with "every". */
export function stationsEach(value: number, noun: string): string {
  const text = significant(Math.abs(value));
  return text === "1.00" ? noun : `${text} ${noun}s`;
}

const grouped = (digits: string) => digits.replace(/^(-?\d+)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
/** A minus sign before the number; the hyphen of an exponent stays. */
const minus = (text: string) => text.replace(/^-/, "−");
