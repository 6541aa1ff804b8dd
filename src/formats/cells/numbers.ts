/*
 * Numbers as tables hold them. Two conventions are in use, and a column follows one of them:
 *
 *   point   1234.5   1,234.5   1 234.5   1'234.5
 *   comma   1234,5   1.234,5   1 234,5   1'234,5
 *
 * Most numbers follow only one of them; 1,234 and 1.234 follow both, with different values.
 */

/** Which character separates a number's whole part from its fraction. */
export type Decimal = "point" | "comma";

/** A number as both conventions read it; NaN where one cannot. */
export interface NumberReading {
  readonly point: number;
  readonly comma: number;
  /** A currency, a percent sign or a unit beside the digits; empty without one. */
  readonly affix: string;
}

/** Longer text is never a number: the longest double has 1,079 characters. */
const LONGEST = 1100;

const EXPONENT = "(?:[eE][+-]?\\d+)?";
/** A decimal number as every language writes it; JavaScript's Number would also take "", "0x10" and "Infinity". */
const PLAIN = new RegExp(`^[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)${EXPONENT}$`);
const COMMA = new RegExp(`^[+-]?(?:\\d+(?:,\\d*)?|,\\d+)${EXPONENT}$`);
const GROUPED_POINT = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/;
const GROUPED_COMMA = /^[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?$/;
/** Groups of three digits, separated by a space of any width or an apostrophe (Switzerland). */
const GROUPED_APART = /^[+-]?[1-9]\d{0,2}(?:[ \u00a0\u2009\u202f'’]\d{3})+(?:[.,]\d*)?$/;
const APART = /[ \u00a0\u2009\u202f'’]/g;
const AFFIX = /^([+-]?)\s*([$€£¥₹]?)\s*([+-]?[\d.,][\d.,\s'’]*(?:[eE][+-]?\d+)?)\s*([%‰$€£¥₹°]?\p{L}{0,4}[²³]?)$/u;

/** True for a decimal number with a point, finite in float64. */
export const isPlainNumber = (text: string): boolean =>
  text.length <= LONGEST && PLAIN.test(text) && Number.isFinite(Number(text));

/**
 * The number in a cell's text; undefined if it is none. A number beyond float64 is infinite.
 *
 * @param text without white space around it
 */
export function readNumber(text: string): NumberReading | undefined {
  if (text.length > LONGEST || !/\d/.test(text)) return undefined;
  const bare = bareNumber(text.charCodeAt(0) === 0x2212 ? `-${text.slice(1)}` : text); // a true minus sign
  if (bare !== undefined) return { ...bare, affix: "" };
  const negative = /^\((.+)\)$/.exec(text)?.[1]; // parentheses mean a negative number in bookkeeping
  const match = AFFIX.exec(negative ?? text);
  if (match === null || (negative !== undefined && match[1] !== "")) return undefined;
  const [, sign, currency, digits, unit] = match;
  if ((negative === undefined && currency === "" && unit === "") || /^e$/i.test(unit)) return undefined; // 1e is cut off
  const value = bareNumber(`${sign}${digits.trim()}`);
  if (value === undefined) return undefined;
  const factor = negative === undefined ? 1 : -1;
  return { point: factor * value.point, comma: factor * value.comma, affix: currency + unit };
}

function bareNumber(text: string): Pick<NumberReading, "point" | "comma"> | undefined {
  if (PLAIN.test(text)) {
    const point = Number(text);
    if (!text.includes(".")) return { point, comma: point };
    return { point, comma: GROUPED_COMMA.test(text) ? Number(text.replaceAll(".", "")) : Number.NaN };
  }
  const commaValue = () => Number(text.replaceAll(".", "").replace(",", "."));
  if (COMMA.test(text)) {
    const point = GROUPED_POINT.test(text) ? Number(text.replaceAll(",", "")) : Number.NaN;
    return { point, comma: commaValue() };
  }
  if (GROUPED_POINT.test(text)) return { point: Number(text.replaceAll(",", "")), comma: Number.NaN };
  if (GROUPED_COMMA.test(text)) return { point: Number.NaN, comma: commaValue() };
  if (!GROUPED_APART.test(text)) return undefined;
  const joined = text.replaceAll(APART, "");
  const value = Number(joined.replace(",", "."));
  const whole = !/[.,]/.test(joined);
  return {
    point: whole || joined.includes(".") ? value : Number.NaN,
    comma: whole || joined.includes(",") ? value : Number.NaN,
  };
}
