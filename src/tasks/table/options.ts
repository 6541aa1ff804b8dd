import { EvanesceError } from "../../base/errors.ts";
import type { DateOrder } from "../../formats/cells/dates.ts";
import type { Decimal } from "../../formats/cells/numbers.ts";
import { openTable, type RowSource, type TableBytes } from "../../formats/index.ts";
import type { Separator } from "../../formats/table/sniff.ts";
import {
  type Field,
  fileName,
  flag,
  isBytesOrText,
  maybe,
  oneOf,
  type Values,
  whole,
} from "../../base/option-fields.ts";
import type { ColumnName } from "./columns.ts";
import type { TableOptions } from "./read.ts";

/** A table that is in memory already. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: number;
  /** `[rows, columns]`, row-major; NaN for a missing cell. */
  readonly data: Float64Array;
  readonly name?: string;
  /** The class column, in which `data` has indices into `names`. */
  readonly label?: { readonly column: number; readonly names: readonly string[] };
}

const isTable = (input: unknown): Table | RowSource | undefined => {
  const { columns, rows, data } = (input ?? {}) as Partial<Table>;
  if (!Array.isArray(columns) || columns.length === 0) return undefined;
  if (typeof rows === "function") return input as RowSource;
  const whole = Number.isInteger(rows) && data instanceof Float64Array;
  return whole && data.length === columns.length * (rows as number) ? (input as Table) : undefined;
};

const isFile = (input: unknown): TableBytes | undefined => {
  if (isBytesOrText(input) !== undefined) return input as TableBytes;
  return typeof input === "object" && input !== null && Symbol.iterator in input && !Array.isArray(input)
    ? (input as TableBytes)
    : undefined;
};

/** Names separated by commas or plus signs, or a list; a name that contains one of these is in quotes. */
const nameList = (input: unknown): readonly ColumnName[] | undefined => {
  if (typeof input === "number") return Number.isInteger(input) && input >= 0 ? [input] : undefined;
  if (Array.isArray(input))
    return input.every((each) => typeof each === "string" || typeof each === "number") ? input : undefined;
  if (typeof input !== "string" || input === "") return undefined;
  const parts = input.match(/"(?:[^"\\]|\\.)*"|[^,+"]+/g) ?? [];
  return parts
    .map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll(/\\(.)/g, "$1") : part.trim()))
    .filter((part) => part !== "");
};
const NAMES = "names of columns separated by commas, or their numbers from 0";

const DECIMALS: Readonly<Record<string, Decimal>> = { ".": "point", point: "point", ",": "comma", comma: "comma" };
const DELIMITERS: Readonly<Record<string, Separator>> = {
  ",": ",",
  comma: ",",
  ";": ";",
  semicolon: ";",
  "\t": "\t",
  "\\t": "\t",
  tab: "\t",
  "|": "|",
  bar: "|",
  " ": "space",
  space: "space",
};

/** `dmy`, `dd/mm/yyyy`, `%d.%m.%Y`: the order of day, month and year. */
const dateOrder = (input: unknown): DateOrder | undefined => {
  if (typeof input !== "string") return undefined;
  const letters = [...input.toLowerCase().replace(/[^dmy]/g, "")]
    .filter((letter, i, all) => all.indexOf(letter) === i)
    .join("");
  return (["ymd", "dmy", "mdy"] as const).find((order) => order === letters);
};

/** The options of a task on a table: its source, and the way in which its cells are read. */
export const tableFields = {
  bytes: maybe(
    "a Uint8Array, a string, or an iterable of Uint8Array",
    "a table's file: delimited text or JSON lines",
    isFile,
  ),
  table: maybe(
    "an object of columns (names), rows (a number) and data, Float64Array [rows, columns], or what readParquet gives",
    "a table",
    isTable,
  ),
  header: maybe("true or false", "whether the first row of the file has names; by default detected", (input) =>
    typeof input === "boolean" ? input : undefined,
  ),
  delimiter: maybe(
    "one of comma, semicolon, tab, bar, space",
    "separator of fields; by default detected",
    (input) => DELIMITERS[String(input)],
  ),
  skip: whole("number of lines above the table that are skipped", 0, { least: 0 }),
  columns: maybe(NAMES, "the input columns; by default all except the target", nameList),
  drop: maybe(NAMES, "columns to leave out", nameList),
  missing: oneOf(
    ["drop", "fill", "mask", "error"],
    "treatment of rows with a missing cell: drop leaves them out, fill uses the column's mean, mask also adds an input that marks them, error stops; by default up to 5 % are left out, and up to 20 % filled",
  ),
  na: maybe(
    "texts or numbers separated by commas",
    "further marks of a missing cell, besides empty, NA, NaN, null and ?",
    (input) => (typeof input === "number" ? [input] : nameList(input)),
  ),
  dates: oneOf(
    ["elapsed", "cyclic", "drop"],
    "encoding of dates: elapsed is the time since the first row, cyclic sine and cosine of year, week and day, drop leaves them out; by default elapsed",
  ),
  dateFormat: {
    ...maybe("dmy, mdy or ymd", "the order of day, month and year in dates such as 03/04/2020", dateOrder),
    alias: ["date-format"],
  },
  decimal: maybe(
    "point or comma",
    "the decimal separator, if 1,234 or 1.234 could be read in two ways",
    (input) => DECIMALS[String(input)],
  ),
  standardize: {
    ...flag(
      "scale every column of numbers to mean 0 and variance 1 (in a training run, those of its training part); constant columns become 0",
      true,
    ),
    alias: ["standardise"],
  },
  file: fileName(),
};

/** The options for a target of one or several columns. */
export const targetField = {
  ...maybe(NAMES, "the column to predict, or several columns of numbers", nameList),
  alias: ["label"],
} satisfies Field<readonly ColumnName[]>;

export const targetKindField = {
  ...oneOf(["classes", "number"], "whether the target is a class or a number; by default found from its values"),
  alias: ["target-kind"],
};

type TableValues = Values<typeof tableFields>;

/**
 * The rows of the table that the options hold.
 *
 * @throws EvanesceError if neither or both of `bytes` and `table` are given; for a file without a table
 */
export function sourceOf({ bytes, table, header, delimiter, skip, file }: TableValues): RowSource {
  if ((bytes === undefined) === (table === undefined)) {
    const got = bytes === undefined ? "neither" : "both";
    throw new EvanesceError("task", "either bytes or table", got, "give a file's bytes, or a table you have read");
  }
  if (bytes !== undefined) return openTable(bytes, file ?? "task.bytes", { header, delimiter, skip });
  if (typeof (table as RowSource).rows === "function") return table as RowSource;
  return rowsInMemory(table as Table, file);
}

/** A table of numbers as rows. The class column has its words again. */
function rowsInMemory(table: Table, file: string | undefined): RowSource {
  const { columns, rows, data, label } = table;
  const width = columns.length;
  return {
    name: file ?? table.name ?? "task.table",
    columns,
    named: columns.some((column, i) => column !== `column ${i + 1}`),
    unit: "row",
    notes: [],
    *rows() {
      for (let row = 0; row < rows; row++) {
        const cells: (number | string)[] = Array.from(data.subarray(row * width, (row + 1) * width));
        if (label !== undefined) cells[label.column] = label.names[cells[label.column] as number] ?? Number.NaN;
        yield { line: row + 1, cells };
      }
    },
  };
}

/** The options for the columns. */
export function readingOf(values: TableValues): TableOptions {
  const { columns, drop, missing, na, dates = "elapsed", dateFormat, decimal, standardize } = values;
  return { columns, drop, missing, na, dates, dateFormat, decimal, standardize };
}
