import Papa from "papaparse";
import { EvanesceError } from "../../base/errors.ts";

/** One row of text fields. `line` counts from 1, the line the row begins on. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

export type Delimiter = "\t" | ";" | "," | "|";

/** Characters parsed at once: enough rows to be quick, few enough to leave memory to the table. */
const PIECE = 2 ** 20;
/** Most characters of a row: a longer one surely has an unclosed quote. */
const LONGEST_ROW = 2 ** 24;

/**
 * The rows of delimited text (RFC 4180), read by Papa Parse: fields may be quoted, quotes within are doubled, lines end
 * in LF, CRLF or CR. Blank lines are skipped, white space around a field is removed.
 *
 * @param text the whole text, or its pieces in order
 * @throws EvanesceError for a quote that is never closed, or text after a closing quote
 */
export function* csvRows(text: string | Iterable<string>, delimiter: Delimiter, name: string): Generator<CsvRow> {
  let newline: "\n" | "\r" | undefined;
  let line = 1;
  let waiting = ""; // the beginning of a row whose end is in the next piece
  let last = false;
  const pieces = (typeof text === "string" ? chunks(text) : text)[Symbol.iterator]();
  while (!last) {
    const piece = pieces.next();
    last = piece.done === true;
    if (!last) waiting += piece.value as string;
    if (!last && waiting.length < PIECE) continue; // short pieces are joined first
    newline ??= lineEnd(waiting);
    const { data, errors, meta } = new Papa.Parser({ delimiter, newline }).parse(waiting, 0, !last);
    const quotes = waiting.includes('"');
    const [error] = errors;
    for (let row = 0; row < data.length; row++) {
      if (error?.row === row) throw badQuote(error, waiting, `${name}: line ${line}`);
      const fields = quotes ? unquoted(data[row], delimiter) : data[row].map((field) => field.trim());
      if (fields.length > 1 || fields[0] !== "") yield { line, fields };
      line += quotes ? data[row].reduce((sum, field) => sum + field.split(newline as string).length - 1, 1) : 1;
    }
    waiting = last ? "" : waiting.slice(meta.cursor);
    if (waiting.length > LONGEST_ROW) {
      const remedy = "close the quote that this row opens";
      throw new EvanesceError(`${name}: line ${line}`, `a row of at most ${LONGEST_ROW} characters`, "more", remedy);
    }
  }
}

function* chunks(text: string): Generator<string> {
  for (let from = 0; from < text.length; from += PIECE) yield text.slice(from, from + PIECE);
}

/** LF ends lines in Unix and, after a CR that is trimmed, in Windows; CR alone does in old Macintosh files. */
const lineEnd = (text: string): "\n" | "\r" => (text.includes("\n") || !text.includes("\r") ? "\n" : "\r");

/** A row's fields without the white space around them, and without quotes that follow such white space. */
function unquoted(row: readonly string[], delimiter: Delimiter): string[] {
  const fields: string[] = [];
  for (let i = 0; i < row.length; i++) {
    let field = row[i];
    const text = field.trim();
    if (text === field || !text.startsWith('"')) {
      fields.push(text);
      continue;
    }
    // The parser sees a quote only as a field's first character, so it may have split this field at a delimiter within
    // quotes.
    while (!isClosed(field) && i + 1 < row.length) field += delimiter + row[++i];
    fields.push(isClosed(field) ? field.trim().slice(1, -1).replaceAll('""', '"') : field.trim());
  }
  return fields;
}

const isClosed = (field: string) => /^\s*"[^"]*(""[^"]*)*"\s*$/.test(field);

function badQuote({ code, index }: { code: string; index: number }, text: string, where: string): EvanesceError {
  if (code === "MissingQuotes") return new EvanesceError(where, "a closing quote", "the end of the file", 'add a "');
  const field = text.slice(index, index + 1000);
  const behind = /^(?:[^"]|"")*"([^,;\t\r\n]*)/.exec(field)?.[1] ?? field;
  return new EvanesceError(where, "a delimiter after a closing quote", behind, 'double a " within');
}
