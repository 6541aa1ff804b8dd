import { EvanesceError } from "../base/errors.ts";
import { type CsvOptions, type CsvTable, readCsv, requireFinite } from "../formats/index.ts";
import { fileName, isBytesOrText, maybe } from "./options.ts";

/** A table that is in memory already. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: number;
  /** `[rows, columns]`, row-major. */
  readonly data: Float64Array;
  readonly name?: string;
  readonly label?: NonNullable<CsvTable["label"]>;
}

const isTable = (given: unknown): Table | undefined => {
  const { columns, rows, data } = (given ?? {}) as Partial<Table>;
  const whole = Array.isArray(columns) && columns.length > 0 && Number.isInteger(rows) && data instanceof Float64Array;
  return whole && data.length === columns.length * (rows as number) ? (given as Table) : undefined;
};

/** The options of a task on a table: a file's bytes, or the table itself. */
export const tableFields = {
  bytes: maybe("a Uint8Array or a string", "a CSV file's contents", isBytesOrText),
  table: maybe(
    "an object of columns (names), rows (a number) and data, Float64Array [rows, columns]",
    "a table",
    isTable,
  ),
  header: maybe("true or false", "whether the first row of the file holds names; detected without it", (given) =>
    typeof given === "boolean" ? given : undefined,
  ),
  file: fileName(),
};

interface TableValues {
  readonly bytes: Uint8Array | string | undefined;
  readonly table: Table | undefined;
  readonly header: boolean | undefined;
  readonly file: string | undefined;
}

/**
 * The table that the options hold.
 *
 * @throws EvanesceError where neither or both of `bytes` and `table` are given; for a file `readCsv` refuses; for a
 *   value that is not finite
 */
export function tableOf({ bytes, table, header, file }: TableValues, options: CsvOptions = {}): CsvTable {
  if ((bytes === undefined) === (table === undefined)) {
    const got = bytes === undefined ? "neither" : "both";
    throw new EvanesceError("task", "either bytes or table", got, "give a file's bytes, or a table you have read");
  }
  if (bytes !== undefined) {
    return readCsv(bytes, file ?? "task.bytes", { ...options, ...(header === undefined ? {} : { header }) });
  }
  const given = table as Table;
  const name = file ?? given.name ?? "task.table";
  requireFinite(name, given.data, [given.rows, given.columns.length]);
  return { ...given, name };
}
