import { EvanesceError } from "../../base/errors.ts";
import type { Batch } from "../batch.ts";
import type { DataSet } from "../dataset.ts";
import { classCounts, entropy } from "../statistics.ts";
import { float32, int32 } from "../task.ts";
import type { TableData } from "./read.ts";
import { targetScaling } from "./rows.ts";
import { type Answered, bestSimpleForecast } from "./baselines.ts";
import { copyScaled, scalingOf, valueAt } from "./scaling.ts";

/** How a series is cut into windows. */
export interface WindowOptions {
  /** T: rows fed in. */
  readonly steps: number;
  /** Rows from a step to the one it answers; 0 answers the step itself. */
  readonly horizon: number;
  /** Rows from one window's beginning to the next. */
  readonly stride: number;
  readonly lossAt: "last" | "every";
  /** Rows answered, one after the other from `horizon` on; 1 where left out. Only at the last step. */
  readonly ahead?: number;
  /** Rows of a season, which the baseline may repeat; none where left out. */
  readonly season?: number;
  /** The task's name; `csv` where left out. */
  readonly task?: string;
}

/**
 * The windows of a series as examples: `inputs [T, B, F]`, and the answer `horizon` rows after the last step, or after
 * every one. A window never reaches over a row that was left out.
 *
 * @param measuredBy the windows that the columns are scaled by: a run's training part; the whole series without it
 * @throws EvanesceError where no window fits between two gaps
 */
export function windowExamples(table: TableData, options: WindowOptions, measuredBy?: ArrayLike<number>): DataSet {
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
  const scaling = scalingOf(features, table.scaled, range);
  const answers = target?.kind === "classes" ? undefined : numbersOf(table);
  const answerScaling = target?.kind === "numbers" ? targetScaling(table, target, range) : scaling;
  const baseline =
    answers === undefined
      ? entropy(classCounts(classesOf(table), classNames(table)))
      : bestSimpleForecast(table, answers, answerScaling, { horizon, ahead, season }, from, to);
  const places = lossAt === "every" ? Array.from({ length: T }, (_, t) => t) : [T - 1];

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
    const common = {
      name: task,
      batch: B,
      steps: T,
      inputSize: F,
      inputs: data,
      lossAt,
      baseline,
      columns: table.inputNames,
      notes,
    };
    if (answers === undefined) {
      const classes = classesOf(table);
      const targets = int32(places.length, B);
      answered((row, place) => {
        targets[place] = classes[row];
      });
      return { ...common, outputSize: classNames(table), targets, loss: "cross_entropy" };
    }
    const Y = answers.columns.length * ahead;
    const targets = float32(places.length, B, Y);
    answered((row, place) => {
      for (let lead = 0; lead < ahead; lead++) {
        for (const [y, column] of answers.columns.entries()) {
          const at = place * Y + lead * answers.columns.length + y;
          targets[at] = valueAt(answers.values, row + lead, column, answerScaling);
        }
      }
    });
    return { ...common, outputSize: Y, targets, loss: "mse" };
  };
  return {
    size: starts.length,
    span: Math.ceil(length / stride),
    ordered: true,
    ...(T % stride === 0 && table.gaps.length === 0 ? { advance: T / stride } : {}),
    name,
    batch,
    scaledBy: (indices) => windowExamples(table, options, indices),
  };
}

const classesOf = ({ target }: TableData): Int32Array =>
  target?.kind === "classes" ? target.indices : new Int32Array(0);
const classNames = ({ target }: TableData): number => (target?.kind === "classes" ? target.names.length : 0);

/** The target's numbers; without a target, every input that is a number of the table. */
function numbersOf({ target, features, numeric, inputs }: TableData): Answered {
  if (target?.kind === "numbers") {
    const width = target.names.length;
    return { values: target.values, columns: Array.from({ length: width }, (_, y) => y), width };
  }
  return { values: features, columns: numeric.flatMap((each, i) => (each ? [i] : [])), width: inputs };
}

/** Where windows begin, `stride` apart between two gaps. */
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

/** The rows that some windows cover, from the first to the last; all without a choice. */
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
