import { EvanesceError } from "../../base/errors.ts";
import type { CsvRow } from "./delimited.ts";
import { jsonDocument, jsonLines } from "./json.ts";
import { detectSeparator, isComment, judgeHeader, rowsOf, sampleRows, type Separator } from "./sniff.ts";
import type { DecodedText } from "../text.ts";
import { firstBytes, type Row, type RowSource, type TableBytes, textPieces } from "./source.ts";

/** Options that override what the reader recognizes in a text file. */
export interface OpenOptions {
  /** Whether the first row holds names; if absent, the rows decide. */
  readonly header?: boolean | undefined;
  readonly delimiter?: Separator | undefined;
  /** Lines above the table. */
  readonly skip?: number | undefined;
}

/** Characters read to recognize a file's format. */
const HEAD = 2 ** 18;
/** Characters of a JSON document, which is parsed whole. */
const MOST_DOCUMENT = 2 ** 28;

/** Binary files of tables, by their first bytes, each with a remedy. */
const OTHERS: readonly (readonly [string, readonly number[], string, string])[] = [
  ["a zip archive, e.g. an Excel workbook", [0x50, 0x4b, 3, 4], "save the sheet as CSV", "zip"],
  ["an Excel workbook", [0xd0, 0xcf, 0x11, 0xe0], "save the sheet as CSV", "xls"],
  [
    "a Parquet file",
    [0x50, 0x41, 0x52, 0x31],
    "await readParquet(bytes, name), and pass the result as `table`",
    "parquet",
  ],
  ["an Arrow or Feather file", [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31], "write it as Parquet or CSV", "arrow"],
  ["an HDF5 file", [0x89, 0x48, 0x44, 0x46], "write the table as Parquet or CSV", "hdf5"],
  ["an array of NumPy's", [0x93, 0x4e, 0x55, 0x4d], "give it with --input FILE.npy", "npy"],
  ["a SQLite database", [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], "export the table as CSV", "sqlite"],
  ["a PNG image", [0x89, 0x50, 0x4e, 0x47], "give a table", "png"],
  ["a PDF", [0x25, 0x50, 0x44, 0x46], "export the table as CSV", "pdf"],
  ["a bzip2 file", [0x42, 0x5a, 0x68], "decompress it, or use gzip", "bzip2"],
  ["an xz file", [0xfd, 0x37, 0x7a, 0x58, 0x5a], "decompress it, or use gzip", "xz"],
  ["a Zstandard file", [0x28, 0xb5, 0x2f, 0xfd], "decompress it, or use gzip", "zstd"],
  ["a Python pickle", [0x80, 4, 0x95], "write the table with to_parquet or to_csv", "pickle"],
];

/** True for a Parquet file, which `readParquet` reads. */
export const isParquet = (bytes: TableBytes): boolean => [...firstBytes(bytes).subarray(0, 4)].join() === "80,65,82,49";

/**
 * A table in delimited text (comma, semicolon, tab, bar or white space), in JSON lines or in a JSON document, possibly
 * gzipped. Delimiter, header, encoding and comments are recognized; assumptions are listed in `notes`.
 *
 * @param bytes the file, whole or in pieces; pieces are read several times and never all held in memory
 * @param name the file's name, for messages
 * @throws EvanesceError for a file that holds no table; while rows are read, naming the line of a row that is too short
 * or too long, or of an open quote
 */
export function openTable(bytes: TableBytes, name: string, options: OpenOptions = {}): RowSource {
  const magic = firstBytes(bytes);
  for (const [got, start, remedy] of OTHERS) {
    if (start.every((byte, i) => magic[i] === byte)) throw new EvanesceError(name, "a table in text", got, remedy);
  }
  const notes: string[] = [];
  const pieces = (lines: number) => noting(textPieces(bytes, name), lines, notes);
  const first = headOf(pieces(options.skip ?? 0));
  const excel = /^sep=([\t;,|])\r?\n/i.exec(first.head); // a line that Excel writes for its own use
  const skipped = (options.skip ?? 0) + (excel === null ? 0 : 1);
  const { head, whole } = excel === null ? first : { ...first, head: first.head.slice(excel[0].length) };
  const zero = head.indexOf("\0");
  if (zero >= 0) throw new EvanesceError(name, "a table in text", "binary data", "write the table as CSV or Parquet");
  const start = head.trimStart();
  if (start === "") throw new EvanesceError(name, "at least one row", `${head.length} characters`, "fill the file");
  if (/^<(!doctype|html|\?xml)/i.test(start)) {
    throw new EvanesceError(name, "a table", "a web page or XML", "download the file itself, or write it as CSV");
  }
  if (/^@relation/im.test(start.slice(0, 10_000)) && /^@data/im.test(head)) {
    throw new EvanesceError(name, "a table", "an ARFF file", "write it as CSV: the lines below @data, with a header");
  }
  if (start[0] === "{" || start[0] === "[") return openJson(() => pieces(skipped), start, whole, name);
  const delimiter = options.delimiter ?? (excel?.[1] as Separator | undefined);
  return openDelimited({ pieces: () => pieces(skipped), head, whole, skipped, name, notes }, { ...options, delimiter });
}

/** The text without its first lines. Once all is read, adds a note if it was not UTF-8. */
function* noting(text: DecodedText, lines: number, notes: string[]): Generator<string> {
  yield* withoutLines(text, lines);
  const note = "Not UTF-8: read as Windows-1252 (Latin-1), which matters only for names and words.";
  if (text.encoding === "windows-1252" && !notes.includes(note)) notes.push(note);
}

function openJson(pieces: () => Iterable<string>, start: string, whole: boolean, name: string): RowSource {
  const line = start.split(/\r?\n/, 1)[0];
  const more = start.slice(line.length).trim() !== "" || !whole;
  const complete = isJson(line);
  if (complete && (more || !holdsTable(line))) return jsonLines(pieces, name);
  let text = "";
  for (const piece of pieces()) {
    text += piece;
    if (text.length > MOST_DOCUMENT) {
      throw new EvanesceError(
        name,
        `a JSON document of at most ${MOST_DOCUMENT} characters`,
        "more",
        "write JSON lines",
      );
    }
  }
  return jsonDocument(text, name);
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** A single line that is a whole table: a list of rows, or an object of columns. */
const holdsTable = (line: string): boolean => {
  const value = JSON.parse(line) as object;
  return Object.values(value).every((inner) => typeof inner === "object" && inner !== null);
};

function headOf(pieces: Iterable<string>): { readonly head: string; readonly whole: boolean } {
  let head = "";
  for (const piece of pieces) {
    head += piece;
    if (head.length >= HEAD) return { head: head.slice(0, HEAD), whole: false };
  }
  return { head, whole: true };
}

/** @param lines how many lines at the beginning are left out */
function* withoutLines(pieces: Iterable<string>, lines: number): Generator<string> {
  let left = lines;
  for (const piece of pieces) {
    let from = 0;
    while (left > 0 && from < piece.length) {
      const end = piece.indexOf("\n", from);
      from = end < 0 ? piece.length : end + 1;
      if (end >= 0) left--;
    }
    if (from < piece.length) yield from === 0 ? piece : piece.slice(from);
  }
}

interface TextFile {
  readonly pieces: () => Iterable<string>;
  readonly head: string;
  /** Whether `head` is the whole file. */
  readonly whole: boolean;
  /** Lines left out above. */
  readonly skipped: number;
  readonly name: string;
  readonly notes: string[];
}

function openDelimited({ pieces, head, whole, skipped, name, notes }: TextFile, options: OpenOptions): RowSource {
  // Leaves out the last row of a part of the file, which may be cut off.
  const text = whole ? head : head.slice(0, Math.max(head.lastIndexOf("\n"), head.lastIndexOf("\r")) + 1) || head;
  const separator = options.delimiter ?? detectSeparator(text);
  const sample = sampleRows(text, separator);
  const shape = shapeOf(sample, options, name, skipped, notes);
  const commented = shape === undefined ? undefined : commentedHeader(text, separator, shape.width);
  const rows = function* (): Generator<Row> {
    const source = pieces();
    let row = 0;
    for (const { line, fields } of rowsOf(source, separator, name)) {
      const at = line + skipped;
      if (isComment(fields[0]) && (row === 0 || fields.length !== shape?.width)) continue;
      row++;
      if (row === 1 && shape?.header === true) continue;
      yield { line: at, cells: rowCells(fields, shape as Shape, separator, `${name}: line ${at}`) };
    }
  };
  if (shape === undefined) {
    // No row could be read: reading them again throws the reason.
    for (const _ of rows());
    throw new EvanesceError(name, "at least one row", "comments alone", "fill the file");
  }
  const columns = commented ?? shape.columns;
  if (commented !== undefined)
    notes.push(
      "The last comment above the rows has a word for each column: its words are taken as the columns' names.",
    );
  return {
    name,
    columns,
    named: commented !== undefined || shape.header,
    unit: "line",
    delimiter: separator,
    notes,
    rows,
  };
}

interface Shape {
  readonly header: boolean;
  readonly columns: readonly string[];
  readonly width: number;
  /** The line that sets the number of fields of a row. */
  readonly line: number;
  /** Whether rows may end in a delimiter that the first line does not have. */
  readonly trailing: boolean;
}

/** The format that the first rows show; undefined without rows. */
function shapeOf(
  sample: readonly CsvRow[],
  options: OpenOptions,
  name: string,
  skipped: number,
  notes: string[],
): Shape | undefined {
  const [first, second] = sample;
  if (first === undefined) return undefined;
  const verdict = options.header === undefined ? judgeHeader(sample) : options.header ? "names" : "data";
  const line = first.line + skipped;
  if (verdict === "undecided") {
    const column = first.fields.findIndex((field) => field !== "" && !/\d/.test(field));
    throw new EvanesceError(
      `${name}: line ${line}, column ${column + 1}`,
      "a number, or a header that is mostly names",
      first.fields[column],
      "say whether the file has a header: header=true or header=false",
    );
  }
  const header = verdict !== "data";
  if (verdict === "assumed names") {
    notes.push(`Line ${line} (${listed(first.fields)}) is taken as the columns' names; header=false takes it as data.`);
  }
  const named = first.fields.map((field, i) => (header && field !== "" ? field : `column ${i + 1}`));
  const extra = header && second !== undefined && second.fields.length === first.fields.length + 1;
  const trailing = extra && second.fields.at(-1) === "";
  if (extra && !trailing) {
    notes.push(
      "The rows have one field more than the header: the first field is taken as the row's name, as R writes it.",
    );
    const columns = ["column 1", ...first.fields];
    return { header, columns, width: columns.length, line: second.line + skipped, trailing: false };
  }
  return { header, columns: named, width: named.length, line, trailing };
}

const listed = (fields: readonly string[]) => `${fields.slice(0, 4).join(", ")}${fields.length > 4 ? ", …" : ""}`;

/** Names in the last comment above the rows, where it has as many words as the rows have fields. */
function commentedHeader(head: string, separator: Separator, width: number): readonly string[] | undefined {
  if (width < 2) return undefined;
  let last: readonly string[] | undefined;
  try {
    for (const { fields } of rowsOf([head], separator, "")) {
      if (!isComment(fields[0])) break;
      const names = [fields[0].slice(1).trim(), ...fields.slice(1)].filter((field, i) => i > 0 || field !== "");
      last = names.length === width && names.every((field) => /\p{L}/u.test(field)) ? names : undefined;
    }
  } catch {
    return undefined; // an error that reading the rows reports
  }
  return last;
}

function rowCells(fields: readonly string[], shape: Shape, separator: Separator, where: string): readonly string[] {
  const { width, line, trailing } = shape;
  if (fields.length === width) return fields;
  if (trailing && fields.length === width + 1 && fields[width] === "") return fields.slice(0, width);
  const rule = `${width} fields, as line ${line} has`;
  const comma = separator === "," && fields.length > width;
  const remedy = comma ? "quote a field that holds a comma, fill or cut the row" : "fill or cut the row";
  throw new EvanesceError(where, rule, `${fields.length} fields`, remedy);
}
