import { EvanesceError } from "../../base/errors.ts";
import type { Row, RowSource } from "../../formats/table/source.ts";
import { type Encoder, encoderOf } from "./encoders.ts";
import { MissingMarks } from "./marks.ts";
import { type ColumnOptions, type MissingPolicy, planTable, type TablePlan } from "./plan.ts";
import { ColumnProfile } from "./profile.ts";
import { largestOf, Scale, storage, type TableTarget, targetWriter } from "./target-writer.ts";

export type { TableTarget };

/** The caller's options for a table. */
export interface TableOptions extends ColumnOptions {
  /** Further texts and numbers that mark a missing cell. */
  readonly na?: readonly (string | number)[] | undefined;
  /** Whether every column is scaled by its mean and deviation. */
  readonly standardize: boolean;
  /** Whether rows without a target are kept; their class is −100, their numbers are NaN. */
  readonly keepUnanswered?: boolean | undefined;
}

/**
 * Rows grouped by the value of one column, in the order of the table; the groups are in the order of their first row.
 */
export interface RowGroups {
  /** The column's name. */
  readonly name: string;
  readonly rows: readonly Int32Array[];
}

/** A table as numbers: N rows of F inputs. */
export interface TableData {
  readonly name: string;
  readonly rows: number;
  readonly inputs: number;
  /** A name for every input. */
  readonly inputNames: readonly string[];
  /** Whether an input is scaled with the table. */
  readonly scaled: readonly boolean[];
  /** Whether an input is a number of the table, and not a word, a date or a mark. */
  readonly numeric: readonly boolean[];
  /**
   * `[N, F]`. Scaled inputs are (x − center)/spread, so float32 keeps the differences between rows for columns of any
   * magnitude; NaN for a missing cell.
   */
  readonly features: Float32Array;
  readonly target: TableTarget | undefined;
  /** Whether columns, including targets, are scaled. */
  readonly standardized: boolean;
  /** The groups, if the table was read with a group column. */
  readonly groups?: RowGroups;
  /** Rows before which rows were left out, so a series has a gap there. Ascending. */
  readonly gaps: readonly number[];
  /** If the table has a column of dates: the direction in which the rows are ordered. */
  readonly timeOrder: { readonly name: string; readonly way: "ascending" | "descending" | "none" } | undefined;
  readonly notes: readonly string[];
}

/**
 * By default, rows with missing cells are left out, if they are at most this share of all. Up to `MANY_MISSING`, too
 * much would be lost with them, so the cells are filled. Beyond it, the means would be much of the data: the caller
 * decides.
 */
const FEW_MISSING = 0.05;
const MANY_MISSING = 0.2;
/** Number of cells between two pauses. */
const SLICE = 16_384;
const sliceRows = ({ columns }: RowSource): number => Math.max(1, Math.floor(SLICE / columns.length));

/**
 * Reads a table twice: first to find the kinds of its columns, then to turn them into numbers. The decisions are in
 * `notes`. Memory is four bytes for each number that is kept, and does not depend on the size of the file.
 *
 * @throws EvanesceError that names line and column of a cell that cannot be read, or can be read in two ways, and the
 *   option that decides
 */
export function* readTable(source: RowSource, options: TableOptions): Generator<void, TableData> {
  const marks = new MissingMarks(options.na);
  const profiles = source.columns.map(() => new ColumnProfile(marks));
  const slice = sliceRows(source);
  let rows = 0;
  for (const { line, cells } of source.rows()) {
    for (let i = 0; i < profiles.length; i++) profiles[i].add(cells[i], line);
    if (++rows % slice === 0) yield;
  }
  if (rows === 0) throw new EvanesceError(source.name, "at least one row of numbers", "only a header", "add the data");
  const plan = planTable(source, profiles, options);
  return yield* encode(source, profiles, plan, options, marks);
}

function* encode(
  source: RowSource,
  profiles: readonly ColumnProfile[],
  plan: TablePlan,
  options: TableOptions,
  marks: MissingMarks,
): Generator<void, TableData> {
  const notes = [...source.notes, ...plan.notes];
  const encoders = plan.features.map((feature) => encoderOf(feature, profiles[feature.column], options.dates, notes));
  requireInputs(encoders, source);
  const policy = options.missing;
  const masked = policy === "mask" ? encoders.filter(({ column }) => profiles[column].missing > 0) : [];
  const F = encoders.reduce((sum, { names }) => sum + names.length, 0) + masked.length;
  const inputs = [
    ...encoders.flatMap(({ column, names, scaled }) => names.map(() => ({ column, scaled }))),
    ...masked.map(({ column }) => ({ column, scaled: false })),
  ];
  const total = profiles[0].count;
  const features = storage(source.name, total, F);
  const target = targetWriter(plan, source.name, total, profiles, options.standardize);
  const scale = inputs.map(({ column, scaled }) =>
    scaled && options.standardize ? new Scale(largestOf(profiles[column])) : undefined,
  );
  const out = new Float64Array(F);
  const gaps: number[] = [];
  const groups = new Map<string, number[]>();
  let [kept, read, filled] = [0, 0, 0];
  const slice = sliceRows(source);
  let skipped = false; // since the last row kept
  for (const row of source.rows()) {
    if (++read % slice === 0) yield;
    const missing = missingIn(row, encoders, plan, marks);
    const unanswered = missing?.target === true && options.keepUnanswered === true;
    const lacking = unanswered ? missingIn(row, encoders, { ...plan, target: undefined }, marks) : missing;
    if (lacking !== undefined && (policy === "error" || policy === undefined || policy === "drop" || lacking.target)) {
      if (policy === "error") throw missingCell(source, row, lacking.column);
      skipped = true;
      continue;
    }
    if (skipped && kept > 0) gaps.push(kept);
    skipped = false;
    if (lacking !== undefined) filled++;
    writeRow(row, encoders, masked, marks, out);
    for (let f = 0; f < F; f++) features[kept * F + f] = scale[f]?.of(out[f]) ?? out[f];
    if (unanswered) target?.skip(kept);
    else target?.write(row.cells, kept);
    if (plan.group !== undefined) addRow(groups, String(row.cells[plan.group]).trim(), kept);
    kept++;
  }
  if (kept === 0 && policy !== undefined) {
    throw new EvanesceError(
      source.name,
      "a row without a missing cell",
      "none",
      "use missing=fill, or leave out columns with drop=",
    );
  }
  if (policy === undefined && read - kept > FEW_MISSING * read) {
    if (read - kept > MANY_MISSING * read) throw tooManyMissing(source, profiles, plan, read - kept);
    const whole = yield* encode(source, profiles, plan, { ...options, missing: "fill" }, marks);
    return { ...whole, notes: [...whole.notes, "missing=drop leaves out the rows with a missing cell."] };
  }
  sayMissing(read - kept, read, filled, policy, notes);
  return {
    name: source.name,
    rows: kept,
    inputs: F,
    inputNames: [...encoders.flatMap(({ names }) => names), ...masked.map(({ title }) => `${title} missing`)],
    scaled: inputs.map(({ scaled }) => scaled && options.standardize),
    numeric: encoders.flatMap(({ names, numeric }) => names.map(() => numeric)).concat(masked.map(() => false)),
    features: features.subarray(0, kept * F),
    target: target?.finish(kept, notes),
    standardized: options.standardize,
    ...(plan.group === undefined
      ? {}
      : {
          groups: {
            name: source.columns[plan.group],
            rows: Array.from(groups.values(), (rows) => Int32Array.from(rows)),
          },
        }),
    gaps,
    timeOrder: timeOrderOf(plan, profiles),
    notes,
  };
}

function addRow(groups: Map<string, number[]>, group: string, row: number): void {
  const rows = groups.get(group);
  if (rows === undefined) groups.set(group, [row]);
  else rows.push(row);
}

function requireInputs(encoders: readonly Encoder[], { name, columns }: RowSource): void {
  if (encoders.length > 0) return;
  const rule = "a target and at least one input column";
  throw new EvanesceError(name, rule, columns.length, "add columns, or choose the inputs with columns=");
}

/** The first missing cell of the row, with targets before inputs; undefined if none is missing. */
function missingIn(
  { cells }: Row,
  encoders: readonly Encoder[],
  { target }: TablePlan,
  marks: MissingMarks,
): { readonly column: number; readonly target: boolean } | undefined {
  if (target !== undefined) {
    const columns = target.kind === "classes" ? [target] : target.columns;
    for (const { column } of columns) if (marks.has(cells[column])) return { column, target: true };
  }
  for (const { column } of encoders) if (marks.has(cells[column])) return { column, target: false };
  return undefined;
}

function writeRow(
  { cells }: Row,
  encoders: readonly Encoder[],
  masked: readonly Encoder[],
  marks: MissingMarks,
  out: Float64Array,
): void {
  let at = 0;
  for (const { column, names, write } of encoders) {
    const cell = cells[column];
    if (marks.has(cell)) out.fill(Number.NaN, at, at + names.length);
    else write(cell, out, at);
    at += names.length;
  }
  for (const { column } of masked) out[at++] = marks.has(cells[column]) ? 1 : 0;
}

function missingCell({ name, columns, unit }: RowSource, { line, cells }: Row, column: number): EvanesceError {
  const where = `${name}: ${unit} ${line}, column ${column + 1} (${columns[column]})`;
  return new EvanesceError(
    where,
    "a value, because of missing=error",
    cells[column] ?? null,
    "fill the cell, or use missing=drop, fill or mask",
  );
}

/** The error if many rows lack a cell and the caller chose nothing: it has the count of each column. */
function tooManyMissing(
  { name, columns }: RowSource,
  profiles: readonly ColumnProfile[],
  { features, target }: TablePlan,
  rows: number,
): EvanesceError {
  const answered = target === undefined ? [] : target.kind === "classes" ? [target] : target.columns;
  const used = [...new Set([...features, ...answered].map(({ column }) => column))].sort((a, b) => a - b);
  const list = used.flatMap((column) => {
    const { missing } = profiles[column];
    return missing === 0 ? [] : [`${columns[column]} ${missing}`];
  });
  const columnList = `${list.slice(0, 12).join(", ")}${list.length > 12 ? `, and ${list.length - 12} more columns` : ""}`;
  return new EvanesceError(
    `${name}: missing cells`,
    `at most ${100 * MANY_MISSING} % of the rows with one, which are then filled`,
    `${rows} of ${profiles[0].count} rows: ${columnList}`,
    "use missing=fill (the column's mean), missing=mask (the mean, and an input that marks the cell), missing=drop, or leave columns out with drop=",
  );
}

function sayMissing(
  dropped: number,
  read: number,
  filled: number,
  policy: MissingPolicy | undefined,
  notes: string[],
): void {
  const rows = (count: number) => `${count} of ${read} ${read === 1 ? "row" : "rows"}`;
  if (dropped > 0) {
    const why =
      policy === "fill" || policy === "mask"
        ? "lack the target and are left out"
        : `${dropped === 1 ? "has a missing cell and is" : "have a missing cell and are"} left out`;
    notes.push(`${rows(dropped)} ${why}${policy === undefined ? "; missing=fill keeps them" : ""}.`);
  }
  if (filled > 0)
    notes.push(
      `${rows(filled)} ${filled === 1 ? "has" : "have"} a missing cell, filled with the column's mean${policy === "mask" ? " and marked by an input" : ""}.`,
    );
}

/** The first column of dates decides the direction of a series in time. */
function timeOrderOf({ features }: TablePlan, profiles: readonly ColumnProfile[]): TableData["timeOrder"] {
  const moment = features.find(({ kind }) => kind.kind === "date");
  if (moment === undefined) return undefined;
  const p = profiles[moment.column];
  const [up, down] = p.dates > 0 ? [p.dateAscending, p.dateDescending] : [p.ascending, p.descending];
  return { name: moment.name, way: up ? "ascending" : down ? "descending" : "none" };
}
