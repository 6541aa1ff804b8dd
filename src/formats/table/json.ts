import { EvanesceError } from "../../base/errors.ts";
import { requireWithin } from "../json.ts";
import type { Cell, Row, RowSource } from "./source.ts";
import { linesOf } from "./spaced.ts";

/** How deep objects and lists within a row become columns; no table nests deeper. */
const DEEPEST = 8;
const MOST_COLUMNS = 100_000;

type Fields = Map<string, Cell>;

/**
 * JSON lines, with one object or list on each line. Nested values become columns: `{"x": [1, 2], "y": {"z": 3}}` has
 * the columns `x[0]`, `x[1]` and `y.z`. A key that a line lacks is a missing cell.
 *
 * @param pieces returns the text in pieces, anew for every reading
 * @throws EvanesceError naming the line that is no JSON
 */
export function jsonLines(pieces: () => Iterable<string>, name: string): RowSource {
  const parsed = function* (): Generator<{ readonly line: number; readonly fields: Fields }> {
    let line = 0;
    for (const text of linesOf(pieces())) {
      line++;
      if (text.trim() !== "")
        yield { line, fields: fieldsOf(parse(text, `${name}: line ${line}`), `${name}: line ${line}`) };
    }
  };
  return fromFields(name, "line", parsed);
}

/**
 * A JSON document that is a table: a list of objects or of lists, or an object with a list or an object for each
 * column, as pandas writes them.
 *
 * @throws EvanesceError for any other document
 */
export function jsonDocument(text: string, name: string): RowSource {
  const value = parse(text, name);
  const rows = Array.isArray(value) ? value : byColumns(value, name);
  return fromFields(name, "row", function* () {
    for (const [i, row] of rows.entries()) yield { line: i + 1, fields: fieldsOf(row, `${name}: row ${i + 1}`) };
  });
}

function parse(text: string, where: string): unknown {
  const remedy = "write one object on each line, e.g. with to_json(orient='records', lines=True)";
  requireWithin(where, text, remedy, { depth: 64, count: 10_000_000 });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new EvanesceError(where, `valid JSON (${(error as Error).message})`, text, remedy);
  }
}

/** `{"a": [1, 2], "b": {"0": 3, "1": 4}}` as rows. */
function byColumns(value: unknown, name: string): unknown[] {
  const columns = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const lists = columns.map(
    ([key, column]) =>
      [key, typeof column === "object" && column !== null ? Object.values(column) : undefined] as const,
  );
  const N = lists[0]?.[1]?.length ?? 0;
  if (N === 0 || lists.some(([, list]) => list?.length !== N)) {
    const remedy = "write one object on each line, e.g. with to_json(orient='records', lines=True)";
    throw new EvanesceError(name, "a list of rows, or columns of the same length", value, remedy);
  }
  return Array.from({ length: N }, (_, i) =>
    Object.fromEntries(lists.map(([key, list]) => [key, (list as unknown[])[i]])),
  );
}

function fieldsOf(row: unknown, where: string): Fields {
  const fields: Fields = new Map();
  if (typeof row !== "object" || row === null) {
    throw new EvanesceError(
      where,
      "an object of names and values, or a list of values",
      row,
      "write one object on each line",
    );
  }
  const open = (value: unknown, path: string, depth: number): void => {
    if (typeof value !== "object" || value === null) {
      fields.set(path, value as Cell);
      return;
    }
    if (depth === DEEPEST) {
      throw new EvanesceError(where, `values at most ${DEEPEST} objects deep`, path, "write a flatter file");
    }
    if (fields.size > MOST_COLUMNS) {
      throw new EvanesceError(where, `at most ${MOST_COLUMNS} values`, "more", "write fewer values in each row");
    }
    for (const [key, inner] of Object.entries(value)) {
      const at = Array.isArray(value)
        ? path === ""
          ? `column ${Number(key) + 1}`
          : `${path}[${key}]`
        : path === ""
          ? key
          : `${path}.${key}`;
      open(inner, at, depth + 1);
    }
  };
  open(row, "", 0);
  return fields;
}

/** Every column that a row has, in the order of their first appearance. */
function fromFields(
  name: string,
  unit: "line" | "row",
  parsed: () => Iterable<{ readonly line: number; readonly fields: Fields }>,
): RowSource {
  const columns = new Set<string>();
  for (const { fields } of parsed()) {
    for (const key of fields.keys()) columns.add(key);
    if (columns.size > MOST_COLUMNS)
      throw new EvanesceError(name, `at most ${MOST_COLUMNS} columns`, "more", "give every row the same keys");
  }
  const names = [...columns];
  if (names.length === 0) throw new EvanesceError(name, "at least one row", "none", "fill the file");
  return {
    name,
    columns: names,
    named: !names.every((column, i) => column === `column ${i + 1}`),
    unit,
    notes: [],
    *rows(): Generator<Row> {
      for (const { line, fields } of parsed()) yield { line, cells: names.map((column) => fields.get(column) ?? null) };
    },
  };
}
