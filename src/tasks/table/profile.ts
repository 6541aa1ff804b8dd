import { compactDay, type DateOrder, readDate } from "../../formats/cells/dates.ts";
import { isPlainNumber, readNumber } from "../../formats/cells/numbers.ts";
import type { Cell } from "../../formats/table/source.ts";
import type { MissingMarks } from "./marks.ts";

/** A cell and its place. */
export interface Sighting {
  readonly line: number;
  readonly text: string;
}

/** At most this many different words are counted; a column with more has no classes. */
const MOST_WORDS = 10_000;
/** Number of values that are checked for repetition. */
const MOST_SEEN = 10_000;
/** At most this many different whole numbers are counted: one more than the largest number of classes. */
const MOST_WHOLE = 21;

/** Numbers that programs write for a missing cell. */
const STOPGAPS: ReadonlySet<number> = new Set([-99, -999, -9999, -99_999]);

/**
 * Counts of the kinds of cells in one column, updated row by row. Nothing is decided here: a cell that can be read in
 * two ways is counted as such.
 */
export class ColumnProfile {
  /** Number of rows so far. */
  count = 0;
  missing = 0;
  numbers = 0;
  dates = 0;
  times = 0;
  booleans = 0;
  words = 0;
  /** Values with a type of the file's format, not text. */
  typed = 0;

  min = Number.POSITIVE_INFINITY;
  /** Rows of each number that programs write for a missing cell, and the smallest of all other numbers. */
  minOfOthers = Number.POSITIVE_INFINITY;
  readonly stopgaps = new Map<number, number>();
  max = Number.NEGATIVE_INFINITY;
  whole = true;
  /** Whether each number is the one before plus one. */
  counts = true;
  ascending = true;
  descending = true;
  /** Whether a value occurred twice among the first ones. */
  repeats = false;
  firstNumber: number | undefined;
  /** Numbers that can be a day, like 20200131. */
  compactDays = 0;

  /**
   * Numbers that are possible only with a decimal point, only with a decimal comma, or with both as different numbers.
   */
  pointOnly: Sighting | undefined;
  commaOnly: Sighting | undefined;
  /** `1,234`, which is 1234 or 1.234. */
  openComma: Sighting | undefined;
  /** `1.234`, which is 1.234, or 1234 if the column has decimal commas. */
  openPoint: Sighting | undefined;
  /** Whether some number has a comma, or a point together with a comma or another point. */
  commas = false;
  points = false;
  /** Currency or unit → count of its numbers; numbers without a unit are not counted. */
  readonly affixes = new Map<string, number>();
  firstBare: Sighting | undefined;
  firstAffixed: Sighting | undefined;

  /** Orders of day, month and year in which all dates so far are valid. */
  orders: ReadonlySet<DateOrder> = new Set<DateOrder>(["ymd", "dmy", "mdy"]);
  readonly separators = new Set<string>();
  /** The date at which no order was left. */
  brokenDate: Sighting | undefined;
  /** Whether some date has a time of day. */
  timed = false;
  dateAscending = true;
  dateDescending = true;

  /** A number that is not a finite float64. */
  infinite: Sighting | undefined;
  firstMissing: Sighting | undefined;
  firstWord: Sighting | undefined;
  firstValue: Sighting | undefined;
  firstDate: Sighting | undefined;
  /** The first two different values, which give the distance of the rows of a series. */
  firstMoment: Cell | undefined;
  secondMoment: Cell | undefined;

  /** Words and their counts; undefined if there are too many. */
  wordCounts: Map<string, number> | undefined = new Map();
  /** Whole numbers and their counts; undefined if there are too many, or if some numbers are not whole. */
  wholeCounts: Map<number, number> | undefined = new Map();

  #last = Number.NaN;
  #lastDate = Number.NaN;
  readonly #seen = new Set<string | number>();
  readonly #marks: MissingMarks;

  constructor(marks: MissingMarks) {
    this.#marks = marks;
  }

  /** A number far below all others that programs write for a missing cell, and how many rows hold it. */
  get stopgap(): readonly [value: number, rows: number] | undefined {
    if (this.stopgaps.size !== 1) return undefined;
    const [[value, rows]] = this.stopgaps;
    return this.minOfOthers > value / 10 ? [value, rows] : undefined;
  }

  /** Number of cells with a value. */
  get filled(): number {
    return this.count - this.missing;
  }

  add(cell: Cell, line: number): void {
    this.count++;
    if (this.#marks.has(cell)) {
      this.#addMissing(line, String(cell ?? ""));
      return;
    }
    if (this.secondMoment === undefined) {
      if (this.firstMoment === undefined) this.firstMoment = cell;
      else if (cell !== this.firstMoment) this.secondMoment = cell;
    }
    if (typeof cell === "string") this.#addText(cell, line);
    else {
      this.typed++;
      this.firstValue ??= { line, text: String(cell) };
      if (typeof cell === "number") this.#addNumber(cell, line, String(cell));
      else if (typeof cell === "boolean") this.#addBoolean(cell);
      else if (cell !== null) this.#addDate({ ymd: cell.getTime() }, "-", { line, text: cell.toISOString() });
    }
  }

  #addMissing(line: number, text: string): void {
    this.missing++;
    this.counts = false;
    this.firstMissing ??= { line, text };
  }

  #addText(text: string, line: number): void {
    if (this.firstValue === undefined) this.firstValue = { line, text };
    if (isPlainNumber(text)) {
      if (text.includes(".")) this.#addPoint(text, line);
      if (this.firstBare === undefined) this.firstBare = { line, text };
      this.#addNumber(Number(text), line, text);
      return;
    }
    if (!this.#addOtherNumber(text, line) && !this.#addOtherDate(text, line)) {
      if (/^(true|false)$/i.test(text)) this.#addBoolean(text.toLowerCase() === "true");
      else this.#addWord(text, line);
    }
  }

  /** A number that would be different if points separate thousands: 1.234. */
  #addPoint(text: string, line: number): void {
    if (this.pointOnly !== undefined && this.openPoint !== undefined) return;
    if (Number.isNaN(readNumber(text)?.comma)) this.pointOnly ??= { line, text };
    else this.openPoint ??= { line, text };
  }

  #addOtherNumber(text: string, line: number): boolean {
    const reading = readNumber(text);
    if (reading === undefined) return false;
    const { point, comma, affix } = reading;
    const sighting = { line, text };
    this.commas ||= text.includes(",");
    this.points ||= text.includes(".");
    if (affix === "") this.firstBare ??= sighting;
    else {
      this.affixes.set(affix, (this.affixes.get(affix) ?? 0) + 1);
      this.firstAffixed ??= sighting;
    }
    if (Number.isNaN(point)) this.commaOnly ??= sighting;
    else if (Number.isNaN(comma)) this.pointOnly ??= sighting;
    else if (point !== comma) {
      if (text.includes(",")) this.openComma ??= sighting;
      else this.openPoint ??= sighting;
    }
    this.#addNumber(Number.isNaN(point) ? comma : point, line, text);
    return true;
  }

  #addOtherDate(text: string, line: number): boolean {
    const reading = readDate(text);
    if (reading === undefined) return false;
    this.#see(text);
    if (reading.kind === "time") {
      this.times++;
      this.firstDate ??= { line, text };
    } else this.#addDate(reading.orders, reading.separator, { line, text });
    return true;
  }

  #addDate(orders: Partial<Record<DateOrder, number>>, separator: string, sighting: Sighting): void {
    this.dates++;
    this.firstDate ??= sighting;
    if (!this.separators.has(separator)) this.separators.add(separator);
    const left = new Set([...this.orders].filter((order) => orders[order] !== undefined));
    if (left.size === 0 && this.orders.size > 0) this.brokenDate ??= sighting;
    if (left.size < this.orders.size) this.orders = left;
    const [order] = left;
    const ms = order === undefined ? Number.NaN : (orders[order] as number);
    if (ms % 86_400_000 !== 0) this.timed = true;
    if (ms < this.#lastDate) this.dateAscending = false;
    if (ms > this.#lastDate) this.dateDescending = false;
    this.#lastDate = ms;
  }

  #addBoolean(value: boolean): void {
    this.booleans++;
    this.#addWhole(value ? 1 : 0);
  }

  #addWord(text: string, line: number): void {
    this.words++;
    this.firstWord ??= { line, text };
    this.#see(text);
    const counts = this.wordCounts;
    if (counts === undefined) return;
    counts.set(text, (counts.get(text) ?? 0) + 1);
    if (counts.size > MOST_WORDS) this.wordCounts = undefined;
  }

  #addNumber(value: number, line: number, text: string): void {
    this.numbers++;
    if (!Number.isFinite(value)) {
      this.infinite ??= { line, text };
      return;
    }
    this.firstNumber ??= value;
    if (value < this.min) this.min = value;
    if (STOPGAPS.has(value)) this.stopgaps.set(value, (this.stopgaps.get(value) ?? 0) + 1);
    else if (value < this.minOfOthers) this.minOfOthers = value;
    if (value > this.max) this.max = value;
    if (this.numbers > 1) {
      if (value !== this.#last + 1) this.counts = false;
      if (!(value > this.#last)) this.ascending = false;
      if (!(value < this.#last)) this.descending = false;
    }
    this.#last = value;
    this.#see(value);
    if (compactDay(value) !== undefined) this.compactDays++;
    if (!Number.isInteger(value)) {
      this.whole = false;
      this.wholeCounts = undefined;
    } else if (this.wholeCounts !== undefined) this.#addWhole(value);
  }

  #addWhole(value: number): void {
    const counts = this.wholeCounts;
    if (counts === undefined) return;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    if (counts.size > MOST_WHOLE) this.wholeCounts = undefined;
  }

  #see(value: string | number): void {
    if (this.repeats || this.#seen.size >= MOST_SEEN) return;
    if (this.#seen.has(value)) this.repeats = true;
    else this.#seen.add(value);
  }
}
