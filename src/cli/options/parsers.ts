import { EvanesceError } from "../../base/errors.ts";

/*
 * Parsers of option values. They turn text into a value or refuse it. The spec and the tasks check the ranges.
 */

/** Text to value; `option` is the option's name, for a message. @throws EvanesceError */
export type Parser<Value> = (text: string, option: string) => Value;

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** A whole number: `1000`, `1_000`, `1e6`. @param example a number that the message shows */
export const whole =
  (least = 0, most = Number.MAX_SAFE_INTEGER, example = least + 1): Parser<number> =>
  (text, option) => {
    const value = Number(text.replaceAll(/(?<=\d)_(?=\d)/g, ""));
    const digits = DECIMAL.test(text.replaceAll("_", ""));
    if (digits && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const bounded = most < Number.MAX_SAFE_INTEGER && digits;
    const rule = bounded ? `a whole number from ${least} to ${most}` : `a whole number ≥ ${least}`;
    throw new EvanesceError(option, rule, text, `write digits, for example ${option} ${example}`);
  };

/** A whole number, or the text itself if it is none. For values whose rule is known only later. */
export const wholeOrText: Parser<number | string> = (text, option) => {
  try {
    return whole()(text, option);
  } catch {
    return text;
  }
};

/** A finite real number. */
export const real: Parser<number> = (text, option) => {
  if (DECIMAL.test(text) && Number.isFinite(Number(text))) return Number(text);
  throw new EvanesceError(option, "a finite number", text, `write it in digits, for example ${option} 1.5`);
};

/** `K`, or `K1,K2`: losses are sent back every K1 steps, over K2 steps. */
export const windows: Parser<{ readonly k1: number; readonly k2: number }> = (text, option) => {
  const values = text.split(",").map((part) => whole(1)(part.trim(), option));
  if (values.length > 2) {
    throw new EvanesceError(option, "K, or K1,K2", text, `write, for example, ${option} 50 or ${option} 50,100`);
  }
  return { k1: values[0], k2: values[values.length - 1] };
};

/** `S`, or `S,α`: a skip over S steps, and its factor; or `none`. */
export const timeSkip: Parser<{ readonly steps: number; readonly scale?: number } | "none"> = (text, option) => {
  if (text === "none") return text;
  const [steps, scale, ...more] = text.split(",").map((part) => part.trim());
  if (more.length > 0) {
    throw new EvanesceError(option, "S, or S,α", text, `write, for example, ${option} 5 or ${option} 5,0.5`);
  }
  return { steps: whole(1)(steps, option), ...(scale === undefined ? {} : { scale: real(scale, option) }) };
};

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
};

/** An amount of memory: `268435456`, `256MiB`, `1.5 GiB`. */
export const bytes: Parser<number> = (text, option) => {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)$/i.exec(text.trim());
  const unit = match === null ? undefined : UNITS[match[2].toUpperCase()];
  const value = match === null || unit === undefined ? Number.NaN : Math.floor(Number(match[1]) * unit);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new EvanesceError(option, "an amount of memory", text, `write bytes or a unit, for example ${option} 256MiB`);
};

/** A name with options. */
export interface Named {
  readonly name: string;
  readonly [option: string]: unknown;
}

/**
 * `NAME` or `NAME:option=value,…`. A value that looks like a number or a truth value becomes one; others are text. A
 * part without an equals sign continues the value before it: `csv:drop=a,b,target=c`. Quotes protect commas and equals
 * signs.
 */
export const named: Parser<Named> = (text, option) => {
  const colon = text.indexOf(":");
  if (colon < 0) return { name: text };
  const entries: [string, string][] = [];
  for (const part of text.slice(colon + 1).match(PARTS) ?? []) {
    const equals = part.startsWith('"') ? -1 : part.indexOf("=");
    const last = entries.at(-1);
    if (equals > 0) entries.push([part.slice(0, equals).trim(), part.slice(equals + 1).trim()]);
    else if (equals < 0 && last !== undefined) last[1] += `,${part}`;
    else throw new EvanesceError(option, "NAME:option=value,…", text, "write, for example, copy:symbols=5,alphabet=4");
  }
  return { ...Object.fromEntries(entries.map(([key, value]) => [key, scalar(value)])), name: text.slice(0, colon) };
};

/** As `named`, or several names without options, separated by commas: `lstm,gru`. */
export const namedOrNames: Parser<Omit<Named, "name"> & { readonly name: string | string[] }> = (text, option) =>
  text.includes(":") || !text.includes(",") ? named(text, option) : { name: names(text, option) };

/** The parts between commas; quoted text is one part. */
const PARTS = /(?:"(?:[^"\\]|\\.)*"|[^,"]|"(?![^"]*"))+|(?<=,|^)(?=,|$)/g;

/** A loss in the form of `named`. `posWeight=1,3` and `classWeights=1,2,5` are lists of numbers. */
export const loss: Parser<Named> = (text, option) => {
  const parsed = named(text, option);
  const listed = (value: unknown) =>
    typeof value === "string" && /[,/]/.test(value) ? value.split(/[,/]/).map((part) => scalar(part.trim())) : value;
  return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, listed(value)])) as Named;
};

function scalar(text: string): unknown {
  if (DECIMAL.test(text)) return Number(text);
  return text === "true" ? true : text === "false" ? false : text;
}

/** One name, or several separated by commas. */
export const names: Parser<string[]> = (text, option) => {
  const values = text.split(",").map((name) => name.trim());
  if (values.every((name) => name !== "")) return values;
  throw new EvanesceError(option, "names separated by commas", text, `write, for example, ${option} relu,skipinit`);
};

/** One name, or a list of several separated by commas. */
export const nameOrNames: Parser<string | string[]> = (text, option) => {
  const values = names(text, option);
  return values.length === 1 ? values[0] : values;
};

/** A factor, or `auto`. */
export const gainOrAuto: Parser<number | "auto"> = (text, option) => (text === "auto" ? text : real(text, option));

/** A number of workers, or `auto`. */
export const threads: Parser<number | "auto"> = (text, option) => (text === "auto" ? text : whole(1)(text, option));

/** One rate, or several separated by commas. */
export const rates: Parser<number | number[]> = (text, option) => {
  const values = text.split(",").map((part) => real(part.trim(), option));
  return values.length === 1 ? values[0] : values;
};

/** One width, or several separated by commas. */
export const widths: Parser<number | number[]> = (text, option) => {
  const values = text.split(",").map((part) => whole(1)(part.trim(), option));
  return values.length === 1 ? values[0] : values;
};
