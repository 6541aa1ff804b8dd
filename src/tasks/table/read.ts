import { EvanesceError } from "../../base/errors.ts";
import type { Row, RowSource } from "../../formats/table/source.ts";
import { type Encoder, encoderOf } from "./encoders.ts";
import { MissingMarks } from "./marks.ts";
import { type ColumnOptions, type MissingPolicy, planTable, type TablePlan } from "./plan.ts";
import { ColumnProfile } from "./profile.ts";
import { largestOf, Scale, storage, type TableTarget, targetWriter } from "./target-writer.ts";

export type { TableTarget };

/** What a caller says of a table. */
export interface TableOptions extends ColumnOptions {
  /** Texts and numbers that stand for a missing cell, beside the usual. */
  readonly na?: readonly (string | number)[] | undefined;
  /** Scale every column by its mean and deviation. */
  readonly standardize: boolean;
  /** Whether rows without a target are kept: their class is −100, their numbers NaN. */
  readonly keepUnanswered?: boolean | undefined;
}

/** Rows by the value of one column: each group's in the order of the table, the groups by their first row. */
export interface RowGroups {
  /** The column's name. */
  readonly name: string;
  readonly rows: readonly Int32Array[];
}

/** A table as numbers. N rows, F inputs a row. */
export interface TableData {
  readonly name: string;
  readonly rows: number;
  readonly inputs: number;
  /** A name for every input. */
  readonly inputNames: readonly string[];
  /** Whether an input is scaled with the table. */
  readonly scaled: readonly boolean[];
  /** Whether an input is a number of the table, not a word, a date or a mark. */
  readonly numeric: readonly boolean[];
  /**
   * `[N, F]`. Scaled inputs are (x − center)/spread, so that float32 holds what is different between rows, whatever the
   * column's magnitude; NaN for a missing cell.
   */
  readonly features: Float32Array;
  readonly target: TableTarget | undefined;
  /** Whether columns, targets among them, are scaled. */
  readonly standardized: boolean;
  /** Of a table that was read with a group. */
  readonly groups?: RowGroups;
  /** Rows before which others were left out: a series has a gap there. Ascending. */
  readonly gaps: readonly number[];
  /** Where the table is in order of a column of dates: which way. */
  readonly timeOrder: { readonly name: string; readonly way: "ascending" | "descending" | "none" } | undefined;
  readonly notes: readonly string[];
}

/** The default leaves out rows with missing cells up to this share of all. */
const FEW_MISSING = 0.05;
/** Rows read between two pauses. */
const SLICE = 4096;

/**
 * Reads a table: once to learn what its columns hold, and once more to turn them into numbers. What was decided stands
 * in `notes`. Memory goes with the numbers kept, four bytes each, not with the file.
 *
 * @throws EvanesceError naming line and column of what cannot be read, or can in two ways, and the option that decides
 */
export function* readTable(source: RowSource, options: TableOptions): Generator<void, TableData> {
  const marks = new MissingMarks(options.na);
  const profiles = source.columns.map(() => new ColumnProfile(marks));
  let rows = 0;
  for (const { line, cells } of source.rows()) {
    for (let i = 0; i < profiles.length; i++) profiles[i].add(cells[i], line);
    if (++rows % SLICE === 0) yield;
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
  let skipped = false; // since the last row kept
  for (const row of source.rows()) {
    if (++read % SLICE === 0) yield;
    const gone = missingIn(row, encoders, plan, marks);
    const unanswered = gone?.target === true && options.keepUnanswered === true;
    const lacking = unanswered ? missingIn(row, encoders, { ...plan, target: undefined }, marks) : gone;
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
  if (policy === undefined && read - kept > FEW_MISSING * read)
    throw tooManyMissing(source, profiles, plan, read - kept);
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
  const rule = "a target and at least one more column to feed in";
  throw new EvanesceError(name, rule, columns.length, "add columns, or name those to feed in with columns=");
}

/** Which of the row's cells is missing, a target's first; undefined where none is. */
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
    "a value, as missing=error says",
    cells[column] ?? null,
    "fill the cell, or use missing=drop, fill or mask",
  );
}

/** Many rows lack a cell and nothing was asked: the count of every column that is read. */
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
  const shown = `${list.slice(0, 12).join(", ")}${list.length > 12 ? `, and ${list.length - 12} more columns` : ""}`;
  return new EvanesceError(
    `${name}: missing cells`,
    `at most ${100 * FEW_MISSING} % of the rows with one, which are then left out`,
    `${rows} of ${profiles[0].count} rows: ${shown}`,
    "use missing=fill (the column's mean), missing=mask (that, and an input that says so), missing=drop, or leave columns out with drop=",
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

/** The first column of dates decides whether a series goes on in time. */
function timeOrderOf({ features }: TablePlan, profiles: readonly ColumnProfile[]): TableData["timeOrder"] {
  const moment = features.find(({ kind }) => kind.kind === "date");
  if (moment === undefined) return undefined;
  const p = profiles[moment.column];
  const [up, down] = p.dates > 0 ? [p.dateAscending, p.dateDescending] : [p.ascending, p.descending];
  return { name: moment.name, way: up ? "ascending" : down ? "descending" : "none" };
}
