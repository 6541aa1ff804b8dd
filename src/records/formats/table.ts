import { EvanesceError } from "../../base/errors.ts";
import { csvRows, type Delimiter } from "../../formats/table/delimited.ts";
import { detectSeparator } from "../../formats/table/sniff.ts";
import type { Pieces, RecordEvent } from "../types.ts";
import { linesOf } from "./lines.ts";
import { Scalars } from "./scalars.ts";

const STEP = /^(_?step|global_step|trainer\/global_step|update|iteration|iter|batch)$/i;
const NAME = /^(name|tensor|parameter|layer|key|tag)$/i;
const NORM = /^(norm|value|grad(ient)?(_norm)?)$/i;

/**
 * A table of norms in one of three forms: columns are names and rows are steps (the column `step`, or the first); rows
 * are names and columns are steps; or a long table with the columns name, step and norm. Columns of W&B's exported
 * tables are named `RUN - gradients/fc.weight`.
 *
 * @throws EvanesceError that names the line of a field that is not a number
 */
export async function* readTable(pieces: Pieces, name: string): AsyncGenerator<RecordEvent> {
  let delimiter: Delimiter | undefined;
  let head: readonly string[] | undefined;
  let add: ((fields: readonly string[], where: string) => Generator<RecordEvent>) | undefined;
  let finish: (() => Generator<RecordEvent>) | undefined;
  for await (const { number, text, whole } of linesOf(pieces, name)) {
    delimiter ??= delimiterOf(text);
    const fields = [...csvRows(text.replace(/^\uFEFF/, ""), delimiter, `${name}: line ${number}`)][0]?.fields;
    if (fields === undefined) continue;
    const where = `${name}: line ${number}`;
    if (head === undefined) {
      head = fields;
      ({ add, finish } = shapeOf(head, name));
      continue;
    }
    if (!whole && fields.length !== head.length) continue; // still being written
    if (fields.length !== head.length) {
      throw new EvanesceError(
        where,
        `${head.length} fields, like the header`,
        `${fields.length} fields`,
        "fill the row",
      );
    }
    yield* add?.(fields, where) ?? [];
  }
  yield* finish?.() ?? [];
}

interface Shape {
  readonly add: (fields: readonly string[], where: string) => Generator<RecordEvent>;
  readonly finish: () => Generator<RecordEvent>;
}

function shapeOf(head: readonly string[], name: string): Shape {
  const bare = head.map((one) => one.replace(/^.+? - /, ""));
  const step = bare.findIndex((one) => STEP.test(one));
  const key = bare.findIndex((one) => NAME.test(one));
  const value = bare.findIndex((one) => NORM.test(one));
  if (step >= 0 && key >= 0 && value >= 0) return long(step, key, value);
  const steps = head.slice(1);
  if (steps.length > 0 && !isNumber(head[0]) && steps.every((one) => /^(step[ _]?)?\d+$/i.test(one)))
    return transposed(steps);
  if (head.length < 2 || head.every(isNumber)) {
    const remedy = "name the columns: step, loss, and a name for every parameter";
    throw new EvanesceError(`${name}: line 1`, "a head with names of parameters", head.join(", "), remedy);
  }
  return wide(bare, step);
}

/** Columns are names. */
function wide(columns: readonly string[], stepColumn: number): Shape {
  // if some columns are named gradients, all others are something else
  const says = columns.some((one) => /grad/i.test(one));
  const scalars = new Scalars(!says, []);
  let row = 0;
  return {
    *add(fields, where) {
      const at = stepColumn < 0 ? row : stepOf(fields[stepColumn], where);
      row++;
      for (let i = 0; i < columns.length; i++) {
        if (i === stepColumn || fields[i] === "" || /__(MIN|MAX)$/.test(columns[i])) continue;
        const number = numberOf(fields[i]);
        // a word in a column of numbers is an error; a column of words is ignored
        if (number !== undefined) yield* scalars.add(at, columns[i], number);
      }
    },
    finish: () => scalars.flush(),
  };
}

/** Rows are names. All rows are kept until the end, because a step is a column. */
function transposed(steps: readonly string[]): Shape {
  const rows: { name: string; values: number[] }[] = [];
  return {
    *add(fields, where) {
      const values = fields.slice(1).map((field, i) => {
        const number = field === "" ? Number.NaN : numberOf(field);
        if (number !== undefined) return number;
        throw new EvanesceError(`${where}, column ${i + 2}`, "a number", field, "leave the field empty");
      });
      rows.push({ name: fields[0], values });
    },
    *finish() {
      const scalars = new Scalars(true, []);
      for (let s = 0; s < steps.length; s++) {
        const at = Number(steps[s].replace(/\D/g, ""));
        for (const { name, values } of rows) yield* scalars.add(at, name, values[s]);
      }
      yield* scalars.flush();
    },
  };
}

/** Each row is a name and a step. */
function long(step: number, key: number, value: number): Shape {
  const scalars = new Scalars(true, []);
  return {
    *add(fields, where) {
      const number = numberOf(fields[value]);
      if (number === undefined)
        throw new EvanesceError(where, "a number", fields[value], "write NaN where there is none");
      yield* scalars.add(stepOf(fields[step], where), fields[key], number);
    },
    finish: () => scalars.flush(),
  };
}

function stepOf(field: string, where: string): number {
  const number = Number(field);
  if (field !== "" && Number.isSafeInteger(number) && number >= 0) return number;
  throw new EvanesceError(`${where}: step`, "a whole number ≥ 0", field, "number the rows");
}

/** The separator of the names in the header. */
function delimiterOf(head: string): Delimiter {
  const separator = detectSeparator(head);
  return separator === "space" ? "," : separator;
}

const isNumber = (field: string) => field !== "" && Number.isFinite(Number(field));

/** Decimal numbers, and non-finite ones in the spellings of common languages. */
function numberOf(field: string): number | undefined {
  if (/^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(field)) return Number(field);
  if (/^nan$/i.test(field)) return Number.NaN;
  const infinite = /^([+-]?)inf(inity)?$/i.exec(field);
  return infinite === null ? undefined : infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
