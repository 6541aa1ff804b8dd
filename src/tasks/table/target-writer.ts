import { EvanesceError } from "../../base/errors.ts";
import type { Cell } from "../../formats/table/source.ts";
import { IGNORED } from "../lengths.ts";
import { numberReader } from "./encoders.ts";
import type { TablePlan } from "./plan.ts";
import type { ColumnProfile } from "./profile.ts";

/** The target of a table. */
export type TableTarget =
  | { readonly kind: "classes"; readonly name: string; readonly indices: Int32Array; readonly names: readonly string[] }
  | {
      readonly kind: "numbers";
      readonly names: readonly string[];
      /** `[N, Y]`, scaled like the features. */
      readonly values: Float32Array;
    };

/** One float32 for each number. The table must fit in memory, but its text need not. */
export function storage(name: string, rows: number, width: number): Float32Array {
  try {
    return new Float32Array(rows * width);
  } catch {
    const got = `${rows} rows of ${width} inputs, ${Math.ceil((4 * rows * width) / 2 ** 20)} MiB`;
    throw new EvanesceError(
      name,
      "a table whose numbers fit in memory",
      got,
      "name fewer columns with columns=, or split the file",
    );
  }
}

/**
 * (x − center)/spread, where the center is a value of the column and the spread a power of two above all values. So
 * float32 rounds the differences of rows and not their common part, and no value leaves its range.
 */
export class Scale {
  #center: number | undefined;
  readonly #spread: number;

  /** @param largest the largest magnitude */
  constructor(largest: number) {
    this.#spread = largest > 0 && Number.isFinite(largest) ? 2 ** Math.min(1023, Math.floor(Math.log2(largest))) : 1;
  }

  of(value: number): number {
    if (Number.isNaN(value)) return value;
    this.#center ??= value;
    return value / this.#spread - this.#center / this.#spread;
  }
}

/** For a column of numbers; points in time are already in units near 1. */
export const largestOf = (p: ColumnProfile): number =>
  p.dates + p.times > 0 ? 1 : Math.max(Math.abs(p.min), Math.abs(p.max));

export interface TargetWriter {
  /** A row without a target. */
  readonly skip: (row: number) => void;
  readonly write: (cells: readonly Cell[], row: number) => void;
  readonly finish: (rows: number, notes: string[]) => TableTarget;
}

/** Writes the target of each row; undefined without a target. */
export function targetWriter(
  { target }: TablePlan,
  name: string,
  total: number,
  profiles: readonly ColumnProfile[],
  standardize: boolean,
): TargetWriter | undefined {
  if (target === undefined) return undefined;
  if (target.kind === "numbers") {
    const readers = target.columns.map((column) => ({ column: column.column, read: numberReader(column) }));
    const Y = readers.length;
    const values = storage(name, total, Y);
    const scales = readers.map(({ column }) => (standardize ? new Scale(largestOf(profiles[column])) : undefined));
    return {
      skip: (row) => void values.fill(Number.NaN, row * Y, (row + 1) * Y),
      write: (cells, row) => {
        for (const [y, { column, read }] of readers.entries()) {
          const value = read(cells[column]);
          values[row * Y + y] = scales[y]?.of(value) ?? value;
        }
      },
      finish: (rows) => ({
        kind: "numbers",
        names: target.columns.map((column) => column.name),
        values: values.subarray(0, rows * Y),
      }),
    };
  }
  const { column, cells: kind } = target;
  const numeric = kind.kind !== "words";
  const read = numberReader({
    column,
    name: target.name,
    kind: numeric ? (kind as never) : { kind: "number", decimal: "point", affix: "" },
  });
  const classOf = (cell: Cell): string => (numeric ? String(read(cell)) : String(cell));
  const indices = new Int32Array(total);
  const found = new Map<string, number>();
  return {
    skip: (row) => {
      indices[row] = IGNORED;
    },
    write: (cells, row) => {
      const text = classOf(cells[column]);
      let at = found.get(text);
      if (at === undefined) {
        at = found.size;
        found.set(text, at);
      }
      indices[row] = at;
    },
    finish: (rows, notes) => {
      const words = [...found.keys()].sort(numeric ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
      const names = kind.kind === "boolean" ? words.map((text) => (text === "1" ? "true" : "false")) : words;
      const rank = new Map(words.map((text, i) => [text, i]));
      const ranks = [...found.keys()].map((text) => rank.get(text) as number);
      for (let row = 0; row < rows; row++) if (indices[row] !== IGNORED) indices[row] = ranks[indices[row]];
      if (profiles[column].count > 0 && names.length === 1)
        notes.push(`Every row has the class ${names[0]}, so nothing can be learned.`);
      return { kind: "classes", name: target.name, indices: indices.subarray(0, rows), names };
    },
  };
}
