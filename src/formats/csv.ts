import { EvanesceError } from "../base/errors.ts";
import { type CsvRow, csvRows, type Delimiter, detectDelimiter } from "./csv-rows.ts";
import { decodeText } from "./text.ts";

/** A table of numbers. */
export interface CsvTable {
  /** The file's name, for messages. */
  readonly name: string;
  /** A name for every column: the header's, else `column 1`, `column 2`, … */
  readonly columns: readonly string[];
  readonly rows: number;
  /** `[rows, columns]`, row-major, finite. */
  readonly data: Float64Array;
  /** The class column, where one was asked for: `data` holds there an index into `names`. */
  readonly label?: { readonly column: number; readonly names: readonly string[] };
}

export interface CsvOptions {
  /** Whether the first row holds names. Detected by default: most of its fields are then not numbers. */
  readonly header?: boolean;
  /** Detected by default among tab, semicolon and comma. */
  readonly delimiter?: Delimiter;
  /**
   * A column of classes, words or whole numbers: `"last"`, a column's name, or its number from 0. Classes are numbered
   * in ascending order, of value where all are numbers, of characters where not.
   */
  readonly label?: string | number;
}

/** Decimal numbers as every language writes them; JavaScript's Number would also take "", "0x10" and "Infinity". */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const isNumber = (field: string) => NUMBER.test(field) && Number.isFinite(Number(field));

/**
 * A numeric table from delimited text: comma, semicolon or tab, with or without a header, fields quoted or not.
 *
 * @param bytes UTF-8, or text
 * @param name the file's name, for messages
 * @throws EvanesceError naming line and column of a field that is no finite number, or the line of a row too short or
 *   too long; for a file without rows; for a first row of which it cannot be told whether it is a header
 */
export function readCsv(bytes: Uint8Array | string, name: string, options: CsvOptions = {}): CsvTable {
  const text = typeof bytes === "string" ? bytes.replace(/^\uFEFF/, "") : decodeText(name, bytes);
  const rows = csvRows(text, options.delimiter ?? detectDelimiter(text), name);
  const first = rows.next().value as CsvRow | undefined;
  if (first === undefined)
    throw new EvanesceError(name, "at least one row", `${text.length} characters`, "fill the file");

  const width = first.fields.length;
  const label = labelColumn(first.fields, options, name);
  const header = options.header ?? isHeader(first, label, name);
  const columns = first.fields.map((field, i) => (header && field !== "" ? field : `column ${i + 1}`));

  const classes = new Map<string, number>(); // a label's text → its number in order of appearance
  let data = new Float64Array(Math.max(width, 4096));
  let used = 0;
  const append = (row: CsvRow) => {
    if (row.fields.length !== width) {
      const rule = `${width} fields, as line ${first.line} has`;
      throw new EvanesceError(`${name}: line ${row.line}`, rule, `${row.fields.length} fields`, "fill or cut the row");
    }
    if (used + width > data.length) data = grown(data);
    row.fields.forEach((field, column) => {
      if (column === label) {
        if (field === "") throw badField(name, row.line, column, columns, field, "a class");
        if (!classes.has(field)) classes.set(field, classes.size);
        data[used++] = classes.get(field) as number;
      } else if (isNumber(field)) data[used++] = Number(field);
      else throw badField(name, row.line, column, columns, field, "a finite number");
    });
  };
  if (!header) append(first);
  for (const row of rows) append(row);
  if (used === 0) throw new EvanesceError(name, "at least one row of numbers", "only a header", "add the data");

  const table = { name, columns, rows: used / width, data: data.slice(0, used) };
  if (label === undefined) return table;
  return { ...table, label: { column: label, names: sortClasses(table, width, label, classes) } };
}

function grown(data: Float64Array): Float64Array<ArrayBuffer> {
  const wider = new Float64Array(2 * data.length);
  wider.set(data);
  return wider;
}

function badField(
  name: string,
  line: number,
  column: number,
  columns: readonly string[],
  field: string,
  rule: string,
): EvanesceError {
  const title = columns[column] === `column ${column + 1}` ? "" : ` (${columns[column]})`;
  const where = `${name}: line ${line}, column ${column + 1}${title}`;
  return new EvanesceError(where, rule, field, "replace it, or leave out the row or the column");
}

/** More names than numbers make a header; numbers alone make data; anything between is the caller's to say. */
function isHeader({ fields, line }: CsvRow, label: number | undefined, name: string): boolean {
  const values = fields.filter((_, i) => i !== label);
  const words = values.filter((field) => !isNumber(field)).length;
  if (words === 0) return false;
  if (2 * words > values.length) return true;
  const column = fields.findIndex((field, i) => i !== label && !isNumber(field));
  throw new EvanesceError(
    `${name}: line ${line}, column ${column + 1}`,
    "a number, or a header that is mostly names",
    fields[column],
    "replace it, or say whether the file has a header",
  );
}

/**
 * The number of the column that `label` names among `fields`, the header or the first row.
 *
 * @throws EvanesceError where there is no such column, or two of that name
 */
export function labelColumn(
  fields: readonly string[],
  { label, header }: CsvOptions,
  name: string,
): number | undefined {
  if (label === undefined) return undefined;
  if (label === "last") return fields.length - 1;
  const rule = "the column of classes: last, a name in the header, or a number from 0";
  if (typeof label === "number") {
    if (Number.isInteger(label) && label >= 0 && label < fields.length) return label;
    throw new EvanesceError(`${name}: label`, rule, label, `the file has ${fields.length} columns`);
  }
  const column = header === false ? -1 : fields.indexOf(label);
  if (column >= 0 && fields.indexOf(label, column + 1) < 0) return column;
  throw new EvanesceError(`${name}: label`, rule, label, `the first row is ${fields.slice(0, 20).join(", ")}`);
}

/** Renumbers the classes in ascending order, in place, and returns their names in that order. */
function sortClasses(
  { name, data }: CsvTable,
  width: number,
  column: number,
  classes: ReadonlyMap<string, number>,
): string[] {
  // Numbers that are equal are one class: 1 and 1.0.
  const numeric = [...classes.keys()].every(isNumber);
  const canonical = (text: string) => (numeric ? String(Number(text)) : text);
  const names = [...new Set([...classes.keys()].map(canonical))];
  const fraction = numeric ? names.find((text) => !Number.isInteger(Number(text))) : undefined;
  if (fraction !== undefined) {
    const remedy = "choose another column of classes";
    throw new EvanesceError(`${name}: label`, "classes that are words or whole numbers", fraction, remedy);
  }
  names.sort(numeric ? (a, b) => Number(a) - Number(b) : (a, b) => (a < b ? -1 : 1));
  const rank = new Map(names.map((text, i) => [text, i]));
  const renumbered = [...classes.keys()].map((text) => rank.get(canonical(text)) as number);
  for (let at = column; at < data.length; at += width) data[at] = renumbered[data[at]];
  return names;
}
