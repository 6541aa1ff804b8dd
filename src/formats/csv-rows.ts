import { EvanesceError } from "../base/errors.ts";

/** One row of text fields. `line` counts from 1, the line the row begins on. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

const DELIMITERS = ["\t", ";", ","] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/**
 * The first of tab, semicolon and comma that stands outside quotes in the first line that is not blank; else a comma.
 */
export function detectDelimiter(text: string): Delimiter {
  const start = text.search(/\S/);
  let quoted = false;
  const seen = new Set<string>();
  for (let i = Math.max(start, 0); i < text.length; i++) {
    const character = text[i];
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "\n" || character === "\r")) break;
    else if (!quoted) seen.add(character);
  }
  return DELIMITERS.find((delimiter) => seen.has(delimiter)) ?? ",";
}

/**
 * The rows of delimited text (RFC 4180): fields may be quoted, quotes within are doubled, lines end in LF, CRLF or CR.
 * Blank lines are skipped, white space around a field is removed.
 *
 * @throws EvanesceError for a quote that is never closed, or text behind a closing quote
 */
export function* csvRows(text: string, delimiter: Delimiter, name: string): Generator<CsvRow> {
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const row = { line, fields: [] as string[] };
    for (;;) {
      while (text[at] === " " || (text[at] === "\t" && delimiter !== "\t")) at++;
      if (text[at] === '"') {
        const opened = line;
        let field = "";
        for (let from = ++at; ; at++) {
          if (at >= text.length) {
            throw new EvanesceError(`${name}: line ${opened}`, "a closing quote", "the end of the file", 'add a "');
          }
          if (isLineEnd(text, at)) line++;
          if (text[at] !== '"') continue;
          field += text.slice(from, at);
          if (text[at + 1] !== '"') break;
          from = ++at; // the second of a doubled quote begins what follows
        }
        at++;
        const rest = untilBreak(text, at, delimiter);
        if (text.slice(at, rest).trim() !== "") {
          const got = text.slice(at, rest);
          throw new EvanesceError(
            `${name}: line ${line}`,
            "a delimiter behind a closing quote",
            got,
            'double a " within',
          );
        }
        at = rest;
        row.fields.push(field);
      } else {
        const end = untilBreak(text, at, delimiter);
        row.fields.push(text.slice(at, end).trim());
        at = end;
      }
      if (text[at] !== delimiter) break;
      at++;
    }
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    at++;
    line++;
    if (row.fields.length > 1 || row.fields[0] !== "") yield row;
  }
}

function untilBreak(text: string, from: number, delimiter: Delimiter): number {
  let at = from;
  while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
  return at;
}

/** True at the last character of LF, CRLF or CR. */
function isLineEnd(text: string, at: number): boolean {
  return text[at] === "\n" || (text[at] === "\r" && text[at + 1] !== "\n");
}
