/*
 * Dates and times as tables hold them: ISO 8601, day/month/year and month/day/year with slashes, points or hyphens,
 * names of months, times of day. Text without a time zone counts as UTC, so that differences are right.
 */

/** The order in which a date's numbers stand. */
export type DateOrder = "ymd" | "dmy" | "mdy";

/** A date whose order may be unknown, or a time of day or duration. */
export type DateReading =
  /** Milliseconds since 1970 by order; impossible orders are left out. */
  | { readonly kind: "date"; readonly orders: Partial<Record<DateOrder, number>>; readonly separator: string }
  /** Milliseconds. */
  | { readonly kind: "time"; readonly ms: number };

const LONGEST = 64;
const CLOCK = String.raw`(?:(?:\s*[T,]\s*|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?`;
const YEAR_FIRST = new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${CLOCK}$`);
const YEAR_LAST = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${CLOCK}$`);
const DAY_NAME = /^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+/i;
const DAY_MONTH_YEAR = new RegExp(
  String.raw`^(\d{1,2})(?:st|nd|rd|th)?[\s/-]([A-Za-z]{3,9})\.?,?[\s/-](\d{4}|\d{2})${CLOCK}$`,
);
const MONTH_DAY_YEAR = new RegExp(String.raw`^([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})${CLOCK}$`);
const YEAR_MONTH = /^(\d{4})[-/](\d{1,2})$/;
const MONTH_YEAR = /^([A-Za-z]{3,9})\.?[\s-](\d{4})$/;
const QUARTER = /^(\d{4})[-\s]?Q([1-4])$/;
const TIME = /^(\d{1,3}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})?Z?$/;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** The date or time in a cell's text; undefined if it is none. @param text without white space around */
export function readDate(text: string): DateReading | undefined {
  if (text.length > LONGEST || text.length < 4 || !/\d/.test(text)) return undefined;
  const time = TIME.exec(text);
  if (time !== null) {
    const ms = clock(time[1], time[2], time[3], time[4], time[5], undefined, 999);
    return ms === undefined ? undefined : { kind: "time", ms };
  }
  const plain = text.replace(DAY_NAME, "");
  return numeric(plain) ?? named(plain) ?? short(plain);
}

function numeric(text: string): DateReading | undefined {
  const first = YEAR_FIRST.exec(text);
  if (first !== null) {
    const [, year, separator, month, day, ...time] = first;
    return date({ ymd: [year, month, day] }, separator, time);
  }
  const last = YEAR_LAST.exec(text);
  if (last !== null) {
    const [, a, separator, b, c, ...time] = last;
    const orders: Partial<Record<DateOrder, [string, string, string]>> = { dmy: [c, b, a], mdy: [c, a, b] };
    return date(c.length === 2 ? { ...orders, ymd: [a, b, c] } : orders, separator, time);
  }
  const compact = COMPACT.exec(text);
  if (compact === null) return undefined;
  const [, year, month, day, hours, minutes, seconds] = compact;
  return date({ ymd: [year, month, day] }, "", [hours, minutes, seconds]);
}

function named(text: string): DateReading | undefined {
  const day = DAY_MONTH_YEAR.exec(text);
  if (day !== null) {
    const [, dayOfMonth, month, year, ...time] = day;
    return monthOf(month) === undefined
      ? undefined
      : date({ ymd: [year, monthOf(month) as string, dayOfMonth] }, " ", time);
  }
  const month = MONTH_DAY_YEAR.exec(text);
  if (month === null || monthOf(month[1]) === undefined) return undefined;
  const [, name, dayOfMonth, year, ...time] = month;
  return date({ ymd: [year, monthOf(name) as string, dayOfMonth] }, " ", time);
}

/** A month or a quarter, for its first day. */
function short(text: string): DateReading | undefined {
  const year = YEAR_MONTH.exec(text);
  if (year !== null) return date({ ymd: [year[1], year[2], "1"] }, "-", []);
  const month = MONTH_YEAR.exec(text);
  if (month !== null && monthOf(month[1]) !== undefined)
    return date({ ymd: [month[2], monthOf(month[1]) as string, "1"] }, " ", []);
  const quarter = QUARTER.exec(text);
  if (quarter !== null) return date({ ymd: [quarter[1], String(3 * Number(quarter[2]) - 2), "1"] }, "Q", []);
  return undefined;
}

/** Milliseconds since 1970 of a day written as one number, 20200131, of 1800 … 2199; undefined for another number. */
export function compactDay(value: number): number | undefined {
  if (!(value >= 18000101 && value <= 21991231) || !Number.isInteger(value)) return undefined;
  return midnight(Math.floor(value / 10_000), Math.floor(value / 100) % 100, value % 100);
}

/** A month's number; undefined for another word. */
function monthOf(name: string): string | undefined {
  const at = MONTHS.indexOf(name.slice(0, 3).toLowerCase());
  return at < 0 ? undefined : String(at + 1);
}

type Parts = readonly [year: string, month: string, day: string];

function date(
  parts: Partial<Record<DateOrder, Parts>>,
  separator: string,
  [hours, minutes, seconds, fraction, half, zone]: readonly (string | undefined)[],
): DateReading | undefined {
  const time = hours === undefined ? 0 : clock(hours, minutes, seconds, fraction, half, zone, 24);
  if (time === undefined) return undefined;
  const orders: Partial<Record<DateOrder, number>> = {};
  for (const [order, [year, month, day]] of Object.entries(parts)) {
    const ms = midnight(fullYear(year), Number(month), Number(day));
    if (ms !== undefined) orders[order as DateOrder] = ms + time;
  }
  return Object.keys(orders).length === 0 ? undefined : { kind: "date", orders, separator };
}

/** Two digits mean 1970 … 2069: POSIX, except that it begins with 1969. */
const fullYear = (text: string): number =>
  text.length === 2 ? Number(text) + (Number(text) < 70 ? 2000 : 1900) : Number(text);

/** Milliseconds of a day's beginning; undefined where there is no such day. */
function midnight(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || year < 100) return undefined;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= days ? Date.UTC(year, month - 1, day) : undefined;
}

/** Milliseconds of the beginning of the year that `ms` lies in. */
export function yearBegin(ms: number): number {
  const begin = (year: number) => Date.UTC(year, 0, 1);
  const year = 1970 + Math.floor(ms / (365.2425 * 86_400_000)); // off by one day at most
  return begin(year + 1) <= ms ? begin(year + 1) : begin(year) <= ms ? begin(year) : begin(year - 1);
}

function clock(
  hours: string,
  minutes = "0",
  seconds = "0",
  fraction = "",
  half: string | undefined,
  zone: string | undefined,
  mostHours: number,
): number | undefined {
  let h = Number(hours);
  if (half !== undefined) {
    if (h < 1 || h > 12) return undefined;
    h = (h % 12) + (half[0].toLowerCase() === "p" ? 12 : 0);
  }
  if (h > mostHours || Number(minutes) > 59 || Number(seconds) > 60) return undefined;
  const shift = zone === undefined ? null : /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  const offset = shift === null ? 0 : Number(`${shift[1]}1`) * (60 * Number(shift[2]) + Number(shift[3] ?? 0));
  return ((h * 60 + Number(minutes) - offset) * 60 + Number(seconds)) * 1000 + Number(`0.${fraction || 0}`) * 1000;
}
