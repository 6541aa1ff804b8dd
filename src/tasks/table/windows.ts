import { EvanesceError } from "../../base/errors.ts";
import type { Batch } from "../batch.ts";
import type { DataSet } from "../dataset.ts";
import { outlineOfFacts } from "../outline.ts";
import { classCounts, entropy } from "../statistics.ts";
import { float32, int32 } from "../task.ts";
import type { TableData } from "./read.ts";
import { targetScaling } from "./rows.ts";
import { type Answered, bestSimpleForecast } from "./baselines.ts";
import { copyScaled, scalingOf, valueAt } from "./scaling.ts";

/** The windows of a series. */
export interface WindowOptions {
  /** T: the number of input rows. */
  readonly steps: number;
  /** Number of rows from a step to the row it predicts; 0 predicts the step itself. */
  readonly horizon: number;
  /** Number of rows between the starts of two windows. */
  readonly stride: number;
  readonly lossAt: "last" | "every";
  /** Number of successive rows that are predicted, from `horizon` on; default 1. Only at the last step. */
  readonly ahead?: number;
  /** Number of rows in a season, which the baseline may repeat; default none. */
  readonly season?: number;
  /** The task's name; default `csv`. */
  readonly task?: string;
}

/**
 * The windows of a series as examples: `inputs [T, B, F]`, and the target `horizon` rows after the last step or after
 * every step. A window never contains a gap of rows that were left out. Pauses while it measures the rows.
 *
 * @param measuredBy the windows whose mean and deviation scale the columns: a run's training part; by default all rows
 * @throws EvanesceError if no window fits between two gaps
 */
export function* windowExamples(
  table: TableData,
  options: WindowOptions,
  measuredBy?: Int32Array,
): Generator<void, DataSet> {
  const { steps: T, horizon, stride, lossAt, ahead = 1, season = 0, task = "csv" } = options;
  const length = T + horizon + ahead - 1;
  const starts = windowStarts(table, length, stride);
  if (starts.length === 0) throw tooShort(table, T, horizon + ahead - 1);
  const [from, to] = rowsOf(starts, measuredBy, length, table.rows);
  const range = {
    *[Symbol.iterator]() {
      for (let row = from; row < to; row++) yield row;
    },
  };
  const { features, inputs: F, target, notes, name } = table;
  const scaling = yield* scalingOf(features, table.scaled, range);
  const answers = target?.kind === "classes" ? undefined : numbersOf(table);
  const answerScaling = target?.kind === "numbers" ? yield* targetScaling(table, target, range) : scaling;
  const baseline =
    answers === undefined
      ? entropy(classCounts(classesOf(table), classNames(table)))
      : yield* bestSimpleForecast(table, answers, answerScaling, { horizon, ahead, season }, from, to);
  const places = lossAt === "every" ? Array.from({ length: T }, (_, t) => t) : [T - 1];
  const facts = {
    name: task,
    steps: T,
    inputSize: F,
    lossAt,
    baseline,
    columns: table.inputNames,
    notes,
    ...(answers === undefined
      ? ({ outputSize: classNames(table), loss: "cross_entropy" } as const)
      : ({ outputSize: answers.columns.length * ahead, loss: "mse" } as const)),
  };
  const batch = (indices: ArrayLike<number>): Batch => {
    const B = indices.length;
    const data = float32(T, B, F);
    for (let b = 0; b < B; b++) {
      for (let t = 0; t < T; t++) copyScaled(features, starts[indices[b]] + t, scaling, data, (t * B + b) * F);
    }
    const answered = (write: (row: number, place: number) => void) => {
      for (const [k, t] of places.entries()) {
        for (let b = 0; b < B; b++) write(starts[indices[b]] + t + horizon, k * B + b);
      }
    };
    if (answers === undefined) {
      const classes = classesOf(table);
      const targets = int32(places.length, B);
      answered((row, place) => {
        targets[place] = classes[row];
      });
      return { ...facts, batch: B, inputs: data, targets };
    }
    const Y = facts.outputSize;
    const targets = float32(places.length, B, Y);
    answered((row, place) => {
      for (let lead = 0; lead < ahead; lead++) {
        for (const [y, column] of answers.columns.entries()) {
          const at = place * Y + lead * answers.columns.length + y;
          targets[at] = valueAt(answers.values, row + lead, column, answerScaling);
        }
      }
    });
    return { ...facts, batch: B, inputs: data, targets };
  };
  return {
    size: starts.length,
    span: Math.ceil(length / stride),
    ordered: true,
    ...(T % stride === 0 && table.gaps.length === 0 ? { advance: T / stride } : {}),
    name,
    batch,
    outline: ({ length: B }) => outlineOfFacts(facts, B),
    scaledBy: (indices) => windowExamples(table, options, indices),
  };
}

const classesOf = ({ target }: TableData): Int32Array =>
  target?.kind === "classes" ? target.indices : new Int32Array(0);
const classNames = ({ target }: TableData): number => (target?.kind === "classes" ? target.names.length : 0);

/** The numbers of the target; without a target, all inputs that are numbers of the table. */
function numbersOf({ target, features, numeric, inputs }: TableData): Answered {
  if (target?.kind === "numbers") {
    const width = target.names.length;
    return { values: target.values, columns: Array.from({ length: width }, (_, y) => y), width };
  }
  return { values: features, columns: numeric.flatMap((each, i) => (each ? [i] : [])), width: inputs };
}

/** The starts of windows, `stride` apart between two gaps. */
function windowStarts({ rows, gaps }: TableData, length: number, stride: number): Int32Array {
  const starts: number[] = [];
  const edges = [0, ...gaps, rows];
  for (let i = 0; i + 1 < edges.length; i++) {
    for (let start = edges[i]; start + length <= edges[i + 1]; start += stride) starts.push(start);
  }
  return Int32Array.from(starts);
}

function tooShort({ name, rows, gaps }: TableData, T: number, horizon: number): EvanesceError {
  const more = horizon === 1 ? "one more" : `${horizon} more`;
  const rule = `at least ${T + horizon} rows${gaps.length > 0 ? " without a gap" : ""}, for ${T} ${T === 1 ? "step" : "steps"}${horizon === 0 ? "" : ` and ${more}`}`;
  const got = gaps.length > 0 ? `${rows} with ${gaps.length} gaps, where rows were left out` : rows;
  const remedy = gaps.length > 0 ? "use fewer steps, or missing=fill" : "use fewer steps or a longer table";
  return new EvanesceError(name, rule, got, remedy);
}

/** The rows that these windows cover, in order; by default all. */
function rowsOf(
  starts: Int32Array,
  chosen: ArrayLike<number> | undefined,
  length: number,
  rows: number,
): [from: number, to: number] {
  if (chosen === undefined || chosen.length === 0) return [0, rows];
  let [from, to] = [rows, 0];
  for (let i = 0; i < chosen.length; i++) {
    from = Math.min(from, starts[chosen[i]]);
    to = Math.max(to, starts[chosen[i]] + length);
  }
  return [from, to];
}
