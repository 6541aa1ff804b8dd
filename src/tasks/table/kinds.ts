import type { DateOrder } from "../../formats/cells/dates.ts";
import type { Decimal } from "../../formats/cells/numbers.ts";
import type { ColumnProfile, Sighting } from "./profile.ts";

/** The way in which the cells of a column are read. */
export type ColumnKind =
  | { readonly kind: "empty" }
  | { readonly kind: "number"; readonly decimal: Decimal; readonly affix: string }
  | { readonly kind: "boolean" }
  /** `values`: the different words, in order; undefined if there are too many to count. */
  | { readonly kind: "words"; readonly values: readonly string[] | undefined }
  /** `scale`: milliseconds in one unit of a number; 0 for a day written as 20200131; absent for text. */
  | { readonly kind: "date"; readonly order: DateOrder; readonly scale?: number }
  | { readonly kind: "time" };

/** An input column, and its encoding. */
export interface FeatureColumn {
  readonly column: number;
  readonly name: string;
  readonly kind: Exclude<ColumnKind, { readonly kind: "empty" }>;
}

/** The reason why a column cannot be read, and the option that helps. */
export interface Problem {
  readonly line: number;
  readonly rule: string;
  readonly got: string;
  readonly remedy: string;
}

export interface Judgement {
  readonly kind: ColumnKind | undefined;
  readonly problem?: Problem;
  /** The assumption about the column, as a predicate: `has the unit kg in every cell`. */
  readonly notes: readonly string[];
}

/** Facts from the caller and from the other columns. */
export interface Conventions {
  readonly decimal?: Decimal | undefined;
  readonly dateFormat?: DateOrder | undefined;
  /** Whether other columns have numbers that are only possible with a decimal comma, or with a decimal point. */
  readonly fileComma: boolean;
  readonly filePoint: boolean;
}

/** Words that occur at least this often each make a category, even if the column has other cells. */
const OFTEN = 5;
const MOST_CATEGORIES = 20;

/** The kind of a column from its cells. If it cannot be read, or in two ways, the result has a problem. */
export function judgeColumn(p: ColumnProfile, name: string, conventions: Conventions): Judgement {
  const n = p.filled;
  if (n === 0) return { kind: { kind: "empty" }, notes: [] };
  if (p.numbers === n) return judgeNumbers(p, name, conventions);
  if (p.dates === n) return judgeDates(p, conventions);
  if (p.times === n) return { kind: { kind: "time" }, notes: [] };
  if (p.booleans === n) return { kind: { kind: "boolean" }, notes: [] };
  if (p.words === n) return { kind: { kind: "words", values: sortedWords(p) }, notes: [] };
  return judgeMixture(p, name);
}

/** The different words of a column, in the order of their characters. */
const sortedWords = (p: ColumnProfile): readonly string[] | undefined =>
  p.wordCounts === undefined ? undefined : [...p.wordCounts.keys()].sort((a, b) => (a < b ? -1 : 1));

function refused(at: Sighting | undefined, rule: string, remedy: string): Judgement {
  const { line, text } = at ?? { line: 1, text: "" };
  return { kind: undefined, problem: { line, rule, got: text, remedy }, notes: [] };
}

function judgeNumbers(p: ColumnProfile, name: string, conventions: Conventions): Judgement {
  if (p.infinite !== undefined) return refused(p.infinite, "a finite number", `${orDrop(name, p.infinite)}`);
  const notes: string[] = [];
  const units = [...p.affixes.keys()];
  if (units.length > 0) {
    const all = p.affixes.get(units[0]) === p.numbers;
    if (!all) {
      const rule = `one unit in every cell of the column, as ${units[0]} in ${p.affixes.get(units[0])} of ${p.numbers}`;
      const at = p.firstBare ?? p.firstAffixed;
      return refused(at, rule, `write all numbers in one unit, or leave the column out: drop=${quoted(name)}`);
    }
    notes.push(`has the unit ${units[0]} in every cell; the numbers are read without it`);
  }
  const decimal = decimalOf(p, conventions);
  if (typeof decimal !== "string") return decimal;
  if (decimal === "comma" && (p.commaOnly !== undefined || p.openComma !== undefined))
    notes.push("is read with decimal commas");
  if (decimal === "point" && p.commas) notes.push("is read with commas between thousands");
  if (decimal === "comma" && (p.points || p.openPoint !== undefined))
    notes.push("is read with points between thousands");
  return dated(p, name, decimal, units[0] ?? "", notes);
}

/** The decimal separator; the result has a problem if the cells do not decide it. */
function decimalOf(p: ColumnProfile, { decimal, fileComma, filePoint }: Conventions): Decimal | Judgement {
  const point = p.pointOnly;
  const comma = p.commaOnly;
  if (decimal === "point" && comma !== undefined)
    return refused(
      comma,
      "a number with a decimal point, because of decimal=.",
      "use decimal=, or leave the column out",
    );
  if (decimal === "comma" && point !== undefined)
    return refused(
      point,
      "a number with a decimal comma, because of decimal=,",
      "use decimal=. or leave the column out",
    );
  if (decimal !== undefined) return decimal;
  if (point !== undefined && comma !== undefined) {
    const [first, second, other] = point.line < comma.line ? [point, comma, "point"] : [comma, point, "comma"];
    const rule = `a number with a decimal ${other}, as ${first.text} in line ${first.line}`;
    return refused(second, rule, "write all numbers of the column in one way");
  }
  if (comma !== undefined) return "comma";
  if (point !== undefined) return "point";
  const open = p.openComma ?? p.openPoint;
  if (p.openComma !== undefined && p.openPoint !== undefined) {
    return refused(open, "a number that can be read in one way", "choose decimal=. or decimal=comma");
  }
  if (p.openComma !== undefined) {
    if (fileComma !== filePoint) return fileComma ? "comma" : "point";
    const rule = "a number that can be read in one way (1,234 is 1234 or 1.234)";
    return refused(open, rule, "choose decimal=. if the comma separates thousands, otherwise decimal=comma");
  }
  if (p.openPoint !== undefined && fileComma) {
    const rule = "a number that can be read in one way (1.234 is 1.234 or, if the column has decimal commas, 1234)";
    return refused(open, rule, "choose decimal=comma if the point separates thousands, otherwise decimal=.");
  }
  return "point";
}

/** Usual names of columns of points in time. */
const TIME_NAME = /time|date|stamp|epoch|unix|(^|[^a-z])ts([^a-z]|$)|datum|zeit|when|created|updated/i;
/** Milliseconds in one unit of a column of time stamps, and the years that follow from it. */
const EPOCHS = [
  { unit: "seconds", scale: 1000 },
  { unit: "milliseconds", scale: 1 },
  { unit: "microseconds", scale: 1e-3 },
  { unit: "nanoseconds", scale: 1e-6 },
] as const;
/** 1990 and 2100 in milliseconds. */
const EARLIEST = Date.UTC(1990, 0, 1);
const LATEST = Date.UTC(2100, 0, 1);

/** Numbers that are points in time: 20200131, or seconds since 1970. */
function dated(p: ColumnProfile, name: string, decimal: Decimal, affix: string, notes: string[]): Judgement {
  const plain: Judgement = { kind: { kind: "number", decimal, affix }, notes };
  if (affix !== "" || p.booleans > 0) return plain;
  const timely = TIME_NAME.test(name) || (p.filled >= 3 && (p.ascending || p.descending));
  if (!timely) return plain;
  if (p.compactDays === p.numbers) {
    const note = `holds days; ${p.firstNumber} is ${day(p.firstNumber as number)}`;
    return { kind: { kind: "date", order: "ymd", scale: 0 }, notes: [...notes, note] };
  }
  const epoch = EPOCHS.find(({ scale }) => p.min * scale >= EARLIEST && p.max * scale <= LATEST);
  if (epoch === undefined || (!p.whole && epoch.unit !== "seconds")) return plain;
  const note = `holds time stamps, ${epoch.unit} since 1970`;
  return { kind: { kind: "date", order: "ymd", scale: epoch.scale }, notes: [...notes, note] };
}

const day = (value: number) =>
  `${Math.floor(value / 10_000)}-${String(Math.floor(value / 100) % 100).padStart(2, "0")}-${String(value % 100).padStart(2, "0")}`;

const ORDER_WORDS = { ymd: "year, month, day", dmy: "day, month, year", mdy: "month, day, year" } as const;

function judgeDates(p: ColumnProfile, { dateFormat }: Conventions): Judgement {
  if (p.brokenDate !== undefined) {
    const rule = `a date in the same order as the dates before it, for example ${p.firstDate?.text} in line ${p.firstDate?.line}`;
    return refused(p.brokenDate, rule, "write all dates of the column in one order");
  }
  const orders = [...p.orders];
  const sure = p.typed > 0 || [...p.separators].every((separator) => separator === " " || separator === "Q");
  if (dateFormat !== undefined && !sure) {
    if (orders.includes(dateFormat)) return { kind: { kind: "date", order: dateFormat }, notes: [] };
    // Dates that begin with a year of four digits have only one order.
    if (orders.length === 1 && orders[0] === "ymd") return { kind: { kind: "date", order: "ymd" }, notes: [] };
    const rule = `a date in the order ${ORDER_WORDS[dateFormat]}, because of date-format=${dateFormat}`;
    return refused(
      p.firstDate,
      rule,
      `the column's dates are in the order ${orders.map((order) => ORDER_WORDS[order]).join(" or ")}`,
    );
  }
  if (orders.length === 1) {
    const notes =
      orders[0] === "ymd" || sure
        ? []
        : [`holds dates in the order ${ORDER_WORDS[orders[0]]}, the only one that fits all`];
    return { kind: { kind: "date", order: orders[0] }, notes };
  }
  if (!orders.includes("ymd") && [...p.separators].every((separator) => separator === ".")) {
    const note = "holds dates with points, so the day is read first; date-format=mdy changes this";
    return { kind: { kind: "date", order: "dmy" }, notes: [note] };
  }
  const rule = "a date that can be read in one way";
  return refused(p.firstDate, rule, `choose ${orders.map((order) => `date-format=${order}`).join(" or ")}`);
}

function judgeMixture(p: ColumnProfile, name: string): Judgement {
  const n = p.filled;
  const values = p.numbers + p.dates + p.times + p.booleans;
  const words = p.wordCounts;
  const often = words !== undefined && [...words.values()].every((count) => count >= OFTEN);
  if (often && p.numbers + p.words === n && p.wholeCounts !== undefined) {
    const all = [...p.wholeCounts.keys()].sort((a, b) => a - b).map(String);
    const both = [...all, ...[...words.keys()].sort()];
    if (both.length <= MOST_CATEGORIES) {
      const note = `holds numbers and words (${[...words.keys()].slice(0, 3).join(", ")}), so all are read as words`;
      return { kind: { kind: "words", values: both }, notes: [note] };
    }
  }
  if (2 * p.words > n) return { kind: { kind: "words", values: undefined }, notes: [] };
  const most = Math.max(p.numbers, p.dates, p.times, p.booleans);
  const rule =
    most === p.numbers
      ? "a finite number"
      : most === p.dates
        ? "a date"
        : most === p.times
          ? "a time"
          : "true or false";
  const first = p.words > 0 ? p.firstWord : most === p.numbers ? p.firstDate : p.firstValue;
  const at = first ?? p.firstValue;
  return refused(at, values === n ? `${rule}, like most of the column` : rule, orDrop(name, at));
}

const orDrop = (name: string, at: Sighting | undefined) =>
  `replace it, declare it a missing cell with na=${quoted(at?.text ?? "")}, or leave the column out with drop=${quoted(name)}`;

/** A name as the value of an option: in quotes if it has a character that separates options. */
export const quoted = (text: string): string =>
  /[,="+]/.test(text) || text === "" ? JSON.stringify(text) : text.slice(0, 60);
