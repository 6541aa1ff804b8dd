import { EvanesceError } from "../../base/errors.ts";
import { nearest } from "../../base/nearest.ts";

/** A column in the caller's words: `"last"`, its name, or its number from 0. */
export type ColumnName = string | number;

/**
 * The number of a column.
 *
 * @param option the option that names it, for messages
 * @param named whether the file has names; without a header, only numbers and `column 1` are names
 * @throws EvanesceError if there is no such column, or two of that name
 */
export function findColumn(wanted: ColumnName, columns: readonly string[], table: string, option: string): number {
  const rule = "a column: its name in the header, its number from 0, or last";
  if (typeof wanted === "string") {
    const at = columns.indexOf(wanted);
    if (at >= 0 && columns.indexOf(wanted, at + 1) < 0) return at;
    if (at >= 0) {
      const both = columns.flatMap((name, i) => (name === wanted ? [i] : []));
      throw new EvanesceError(
        `${table}: ${option}`,
        "a column name that occurs once",
        wanted,
        `give its number: ${both.join(" or ")}`,
      );
    }
    if (wanted === "last") return columns.length - 1;
    const loose = columns.flatMap((name, i) => (name.trim().toLowerCase() === wanted.trim().toLowerCase() ? [i] : []));
    if (loose.length === 1) return loose[0];
  }
  const index = Number(wanted);
  if (Number.isInteger(index) && index >= 0 && index < columns.length && String(wanted).trim() !== "") return index;
  if (typeof wanted === "number")
    throw new EvanesceError(`${table}: ${option}`, rule, wanted, `the file has ${columns.length} columns`);
  const near = nearest(wanted, columns);
  const list = `the columns are ${columns.slice(0, 20).join(", ")}${columns.length > 20 ? ", …" : ""}`;
  throw new EvanesceError(
    `${table}: ${option}`,
    rule,
    wanted,
    near === undefined ? list : `did you mean ${near}? ${list}`,
  );
}

/** Usual names of a column of row numbers. */
const INDEX_NAME =
  /^(unnamed: \d+|index|idx|row|rows|rownames?|row[_ .-]?(id|no|num|number|index)|id|no\.?|nr\.?|#|sno|s\.?no\.?|sl\.?no\.?|instant|record|obs|observation|case)$/i;
/** Usual names of a column that identifies the row. */
const ID_NAME = /(^|[\s_.-])(id|ids|idx|uuid|guid|key|index|rowid)$|[a-z]I[dD]$|^(uuid|guid)[\s_.-]/i;

export const isIndexName = (name: string): boolean => INDEX_NAME.test(name.trim());
export const isIdName = (name: string): boolean => ID_NAME.test(name.trim()) || /[a-z]I[dD]$/.test(name.trim());
