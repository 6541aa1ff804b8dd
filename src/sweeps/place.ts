import type { MapCell } from "./map-cell.ts";
import { MEASURED, type MeasuredName, type Row, rowOf } from "./rows.ts";

/** One place of a map: the mean of its replicates. */
export interface MapPlace {
  /** Mean of the finite values; NaN if there are none. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** Replicates with a result, and without. */
  readonly count: number;
  readonly failed: number;
  /** The number of replicates with each verdict. */
  readonly verdicts: Readonly<Record<string, number>>;
  /** The number of replicates with each main cause. */
  readonly causes: Readonly<Record<string, number>>;
  /** The reasons why replicates failed, with their numbers. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The mean of every number that was measured. */
  readonly means: Readonly<Partial<Record<MeasuredName, number>>>;
  /** The id of the first replicate, whose report can be printed. */
  readonly id: string;
  /** Mean profile of the replicates, ln ‖δ_s‖, if profiles were kept. */
  readonly profile?: readonly number[];
  /** The page of the first replicate's own report, if one was written. */
  readonly page?: string;
}

/**
 * The place that these cells share; null if there are none.
 *
 * @param pageOf the page of a cell's own report, where one was written
 */
export function placeOf(
  cells: readonly MapCell[],
  value: MeasuredName,
  pageOf: (id: string) => string | undefined,
): MapPlace | null {
  if (cells.length === 0) return null;
  const rows = cells.map(rowOf);
  const numbers = rows.map((row) => numberOf(row, value)).filter((each) => !Number.isNaN(each));
  const profiles = cells.flatMap(({ end }) => (end.result?.profile === undefined ? [] : [end.result.profile]));
  const { id } = cells[0].cell;
  const page = pageOf(id);
  return {
    value: mean(numbers),
    low: numbers.length === 0 ? Number.NaN : Math.min(...numbers),
    high: numbers.length === 0 ? Number.NaN : Math.max(...numbers),
    count: cells.filter(({ end }) => end.result !== undefined).length,
    failed: cells.filter(({ end }) => end.failed !== undefined).length,
    verdicts: timesOf(rows, "verdict"),
    causes: timesOf(rows, "cause"),
    reasons: timesOf(rows, "failed"),
    means: meansOf(rows),
    id,
    ...(profiles.length === 0 ? {} : { profile: profiles[0].map((_, s) => mean(profiles.map((each) => each[s]))) }),
    ...(page === undefined ? {} : { page }),
  };
}

/** A measured number. A verdict counts as 1 for a healthy path and 0 for any other; other words give NaN. */
function numberOf(row: Row, name: MeasuredName): number {
  const value = row[name];
  if (name === "verdict") return value === null ? Number.NaN : value === "healthy" ? 1 : 0;
  return typeof value === "number" ? value : Number.NaN;
}

/** The number of times that each word occurs in a column. */
function timesOf(rows: readonly Row[], column: string): Record<string, number> {
  const times: Record<string, number> = {};
  for (const { [column]: word } of rows) if (typeof word === "string") times[word] = (times[word] ?? 0) + 1;
  return times;
}

function meansOf(rows: readonly Row[]): MapPlace["means"] {
  const names = Object.keys(MEASURED) as MeasuredName[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const numbers = rows.flatMap(({ [name]: value }) => (typeof value === "number" ? [value] : []));
      return numbers.length === 0 ? [] : [[name, mean(numbers)]];
    }),
  );
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? Number.NaN : values.reduce((sum, each) => sum + each, 0) / values.length;
