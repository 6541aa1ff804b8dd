import type { CsvRow } from "./delimited.ts";

/** Fields that white space separates; a quoted field may contain white space. */
const FIELD = /"(?:[^"]|"")*"|'[^']*'|\S+/g;

/** The rows of text whose fields are separated by runs of spaces and tabs. Blank lines are skipped. */
export function* spacedRows(text: Iterable<string>): Generator<CsvRow> {
  let line = 0;
  for (const content of linesOf(text)) {
    line++;
    const fields = content.match(FIELD);
    if (fields !== null) yield { line, fields: fields.map(withoutQuotes) };
  }
}

const withoutQuotes = (field: string): string =>
  field.length >= 2 && /^(["']).*\1$/s.test(field) ? field.slice(1, -1).replaceAll('""', '"') : field;

/** Lines that end in LF, CRLF or CR, of text in pieces. */
export function* linesOf(text: Iterable<string>): Generator<string> {
  let waiting = "";
  for (const piece of text) {
    const lines = (waiting + piece).split(/\r\n|\n|\r(?=.)/s); // a CR at the end may be half of a CRLF
    waiting = lines.pop() as string;
    yield* lines;
  }
  waiting = waiting.replace(/\r$/, "");
  if (waiting !== "") yield waiting;
}
