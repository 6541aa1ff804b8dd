import { compactDay, readDate, yearBegin } from "../../formats/cells/dates.ts";
import { readNumber } from "../../formats/cells/numbers.ts";
import type { Cell } from "../../formats/table/source.ts";
import type { FeatureColumn } from "./kinds.ts";
import type { DatePolicy } from "./plan.ts";
import type { ColumnProfile } from "./profile.ts";

/** Turns the cells of one column into numbers. */
export interface Encoder {
  readonly column: number;
  /** The column's name, for messages. */
  readonly title: string;
  /** A name for each input. */
  readonly names: readonly string[];
  /** Whether the inputs are scaled with the table; indicators and angles are not. */
  readonly scaled: boolean;
  /** Whether the inputs are the numbers of the column. */
  readonly numeric: boolean;
  /** Writes the numbers of the cell to `out` from `at` on. The cell has a value. */
  readonly write: (cell: Cell, out: Float64Array, at: number) => void;
}

/** The number in a cell of a column of numbers. */
export function numberReader({ kind }: FeatureColumn): (cell: Cell) => number {
  const comma = kind.kind === "number" && kind.decimal === "comma";
  return (cell) => {
    if (typeof cell === "number") return cell;
    if (typeof cell === "boolean") return cell ? 1 : 0;
    if (kind.kind === "boolean") return String(cell).toLowerCase() === "true" ? 1 : 0;
    if (typeof cell !== "string") return Number.NaN;
    if (!comma) {
      const plain = Number(cell);
      if (!Number.isNaN(plain)) return plain;
    }
    const reading = readNumber(cell);
    if (reading === undefined) return Number.NaN;
    return comma ? reading.comma : reading.point;
  };
}

/** @param notes receives a sentence about the encoding of dates */
export function encoderOf(feature: FeatureColumn, p: ColumnProfile, dates: DatePolicy, notes: string[]): Encoder {
  const { column, name, kind } = feature;
  const base = { column, title: name };
  switch (kind.kind) {
    case "number": {
      const read = numberReader(feature);
      return {
        ...base,
        names: [name],
        scaled: true,
        numeric: true,
        write: single(read),
      };
    }
    case "boolean": {
      const read = numberReader(feature);
      return {
        ...base,
        names: [name],
        scaled: false,
        numeric: true,
        write: single(read),
      };
    }
    case "words": {
      const rank = new Map(kind.values?.map((word, i) => [word, i]));
      const write = (cell: Cell, out: Float64Array, at: number) => {
        out.fill(0, at, at + rank.size);
        const found = rank.get(String(cell)) ?? rank.get(String(Number(cell)));
        if (found !== undefined) out[at + found] = 1;
      };
      return {
        ...base,
        names: [...rank.keys()].map((word) => `${name}=${word}`),
        scaled: false,
        numeric: false,
        write,
      };
    }
    default: {
      const read = momentReader(feature);
      return dates === "cyclic" ? cyclic(base, read, cyclesOf(kind, p), notes) : elapsed(base, read, p, notes);
    }
  }
}

/** Writes one number for each cell. */
const single =
  (read: (cell: Cell) => number): Encoder["write"] =>
  (cell, out, at) => {
    out[at] = read(cell);
  };

/** Milliseconds: since 1970 for dates, since midnight for times. */
function momentReader({ kind }: FeatureColumn): (cell: Cell) => number {
  if (kind.kind === "time") {
    return (cell) => {
      const reading = readDate(String(cell));
      return reading?.kind === "time" ? reading.ms : Number.NaN;
    };
  }
  if (kind.kind !== "date") return () => Number.NaN;
  const { order, scale } = kind;
  if (scale === 0) return (cell) => compactDay(Number(cell)) ?? Number.NaN;
  if (scale !== undefined) {
    return (cell) => scale * (typeof cell === "number" ? cell : (readNumber(String(cell))?.point ?? Number.NaN));
  }
  return (cell) => {
    if (cell instanceof Date) return cell.getTime();
    const reading = readDate(String(cell));
    return reading?.kind === "date" ? (reading.orders[order] ?? Number.NaN) : Number.NaN;
  };
}

const UNITS = [
  { word: "days", ms: 86_400_000 },
  { word: "hours", ms: 3_600_000 },
  { word: "minutes", ms: 60_000 },
  { word: "seconds", ms: 1000 },
  { word: "milliseconds", ms: 1 },
] as const;

type Read = (cell: Cell) => number;
type Base = Pick<Encoder, "column" | "title">;

/** Time since the first row, in the largest unit that is not longer than the distance of two rows. */
function elapsed(base: Base, read: Read, p: ColumnProfile, notes: string[]): Encoder {
  const first = read(p.firstMoment ?? null);
  const second = read(p.secondMoment ?? null);
  const apart = Math.abs(second - first);
  const unit = UNITS.find(({ ms }) => apart >= ms) ?? UNITS[0];
  const start = p.times > 0 ? 0 : first;
  const since = p.times > 0 ? "midnight" : "the first row";
  notes.push(`\`${base.title}\` becomes ${unit.word} since ${since}; dates=cyclic or dates=drop changes this.`);
  return {
    ...base,
    names: [`${base.title} (${unit.word})`],
    scaled: true,
    numeric: false,
    write: single((cell) => (read(cell) - start) / unit.ms),
  };
}

/** Cycles of a date: their names, and the part of the cycle that has passed. */
const CYCLES = [
  {
    word: "year",
    share: (ms: number) => (ms - yearBegin(ms)) / (365.2425 * 86_400_000),
  },
  { word: "week", share: (ms: number) => (ms / 86_400_000 + 4) / 7 }, // 1 January 1970 was a Thursday
  { word: "day", share: (ms: number) => ms / 86_400_000 },
] as const;

type Cycle = (typeof CYCLES)[number];

function cyclesOf(kind: FeatureColumn["kind"], p: ColumnProfile): readonly Cycle[] {
  if (kind.kind === "time") return CYCLES.slice(2);
  const clock = p.timed || (kind.kind === "date" && (kind.scale ?? 0) !== 0);
  return clock ? CYCLES : CYCLES.slice(0, 2);
}

/** Sine and cosine of the position in each cycle. */
function cyclic(base: Base, read: Read, cycles: readonly Cycle[], notes: string[]): Encoder {
  notes.push(
    `\`${base.title}\` becomes sine and cosine of its position in the ${cycles.map(({ word }) => word).join(", the ")}.`,
  );
  const write = (cell: Cell, out: Float64Array, at: number) => {
    const ms = read(cell);
    for (const [i, { share }] of cycles.entries()) {
      const angle = 2 * Math.PI * (share(ms) % 1);
      out[at + 2 * i] = Math.sin(angle);
      out[at + 2 * i + 1] = Math.cos(angle);
    }
  };
  const names = cycles.flatMap(({ word }) => [`${base.title} (${word}, sin)`, `${base.title} (${word}, cos)`]);
  return { ...base, names, scaled: false, numeric: false, write };
}
