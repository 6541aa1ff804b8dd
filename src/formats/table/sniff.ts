import { readDate } from "../cells/dates.ts";
import { isMissing } from "../cells/missing.ts";
import { readNumber } from "../cells/numbers.ts";
import { csvRows, type CsvRow, type Delimiter } from "./delimited.ts";
import { spacedRows } from "./spaced.ts";

/** The separator of the fields of a row. */
export type Separator = Delimiter | "space";

/**
 * Tried in this order: a table with semicolons may have decimal commas, and a table with commas may have text with
 * bars.
 */
const DELIMITERS: readonly Delimiter[] = ["\t", ";", ",", "|"];
/** How many rows are read to judge a file. */
const LOOKED_AT = 200;

/** True for a line that is a comment where data are expected. */
export const isComment = (field: string): boolean => field.startsWith("#") || field.startsWith("%");

/**
 * The separator that gives the first rows the same number of fields, at least two. White space counts as a separator
 * only between numbers, because texts contain some. A comma if no separator fits.
 *
 * @param head the file's beginning, whole rows
 */
export function detectSeparator(head: string): Separator {
  const counts = (separator: Separator) => widths(sampleRows(head, separator));
  const regular = DELIMITERS.filter((delimiter) => counts(delimiter)?.regular === true);
  if (regular.length > 0) return regular[0];
  const spaced = sampleRows(head, "space").slice(1);
  const fields = spaced.flatMap((row) => row.fields);
  const numbers = fields.filter((field) => readNumber(field) !== undefined || isMissing(field)).length;
  const several = DELIMITERS.filter((delimiter) => (counts(delimiter)?.most ?? 0) > 1);
  if (widths(spaced)?.regular === true && 2 * numbers > fields.length) return "space";
  // No separator is regular: take one that the first line has, so that the error names the row that differs.
  return several.find((delimiter) => (sampleRows(head, delimiter)[0]?.fields.length ?? 0) > 1) ?? several[0] ?? ",";
}

function widths(rows: readonly CsvRow[]): { readonly regular: boolean; readonly most: number } | undefined {
  if (rows.length === 0) return undefined;
  const lengths = rows.map(({ fields }) => fields.length);
  const most = Math.max(...lengths);
  // A header may lack the name of the first column, and rows may end in a delimiter.
  const body = new Set(lengths.slice(1));
  const regular =
    most > 1 &&
    (body.size === 0 ||
      (body.size === 1 && lengths[0] >= [...body][0] - 1 && lengths[0] > 1 && lengths[0] <= [...body][0]));
  return { regular, most };
}

/** The first rows of the file without comments; none if this separator cannot read them. */
export function sampleRows(head: string, separator: Separator): CsvRow[] {
  const rows: CsvRow[] = [];
  try {
    for (const row of rowsOf([head], separator, "")) {
      if (isComment(row.fields[0])) continue;
      rows.push(row);
      if (rows.length === LOOKED_AT) break;
    }
  } catch {
    // quotes that do not match: another separator, or a fault that reading the file names
  }
  return rows;
}

export const rowsOf = (text: Iterable<string>, separator: Separator, name: string): Iterable<CsvRow> =>
  separator === "space" ? spacedRows(text) : csvRows(text, separator, name);

/** Whether the first row holds names, and the reason. */
export type HeaderVerdict = "names" | "data" | "assumed names" | "undecided";

/**
 * Whether the first row holds names: words in columns that hold numbers below. If every column holds words, the first
 * row counts as names if none of its words occurs again.
 */
export function judgeHeader(rows: readonly CsvRow[]): HeaderVerdict {
  const [first, ...rest] = rows.map(({ fields }) => fields);
  const isValue = (field: string) => readNumber(field) !== undefined || readDate(field) !== undefined;
  const isWord = (field: string) => !isMissing(field) && !isValue(field);
  if (rest.length === 0) return 2 * first.filter(isWord).length > first.length ? "names" : "data";
  const columns = first.map((field, i) => {
    const below = rest.map((fields) => fields[i] ?? "").filter((cell) => !isMissing(cell));
    return { field, below, numeric: 2 * below.filter(isValue).length > below.length || below.length === 0 };
  });
  const numeric = columns.filter((column) => column.numeric && column.below.length > 0);
  const words = numeric.filter(({ field }) => isWord(field)).length;
  const values = numeric.filter(({ field }) => isValue(field)).length;
  if (words > 0) return values === 0 || 2 * words > words + values ? "names" : "undecided";
  if (values > 0) return countsUp(first, rest) ? "assumed names" : "data";
  const texts = columns.filter(({ field, below }) => isWord(field) && below.length > 0);
  if (texts.length === 0) return "data";
  return texts.some(({ field, below }) => below.includes(field)) ? "data" : "assumed names";
}

/**
 * Whether the first row has numbers as names: pandas' 0, 1, 2, …, or at least three years, and the next row does not
 * continue them.
 */
function countsUp(first: readonly string[], [second]: readonly (readonly string[])[]): boolean {
  const counts = (row: readonly string[]) => {
    const numbers = row.map((field) => (/^\d{1,4}$/.test(field) ? Number(field) : Number.NaN)).filter(Number.isFinite);
    return (
      numbers.length >= 3 &&
      numbers.length >= row.length - 2 &&
      numbers.every((value, i) => i === 0 || value === numbers[i - 1] + 1)
    );
  };
  return counts(first) && !counts(second);
}
