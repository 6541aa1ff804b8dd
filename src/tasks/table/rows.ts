import type { Batch } from "../batch.ts";
import type { DataSet } from "../dataset.ts";
import { outlineOfFacts } from "../outline.ts";
import { classCounts, entropy } from "../statistics.ts";
import { float32, int32 } from "../task.ts";
import type { TableData, TableTarget } from "./read.ts";
import { copyScaled, eachRow, type Scaling, scalingOf, valueAt } from "./scaling.ts";

/**
 * The rows of a table as examples: `inputs [B, F]`, and the target's class or numbers. Pauses while it measures them.
 *
 * @param measuredBy the rows whose mean and deviation scale the columns: a run's training part; by default all
 */
export function* rowExamples(table: TableData, target: TableTarget, measuredBy?: Int32Array): Generator<void, DataSet> {
  const { rows, inputs: F, features, notes } = table;
  const measured = measuredBy ?? rows;
  const scaling = yield* scalingOf(features, table.scaled, measured);
  const answers = yield* answersOf(table, target, measured);
  const facts = {
    name: target.kind === "classes" ? "csv_classes" : "csv_regression",
    inputSize: F,
    ...answers.facts,
    lossAt: "last",
    columns: table.inputNames,
    notes,
  } as const;
  const batch = (indices: ArrayLike<number>): Batch => {
    const B = indices.length;
    const inputs = float32(B, F);
    for (let b = 0; b < B; b++) copyScaled(features, indices[b], scaling, inputs, b * F);
    return { ...facts, batch: B, inputs, targets: answers.of(indices) };
  };
  return {
    size: rows,
    span: 1,
    name: table.name,
    batch,
    outline: ({ length }) => outlineOfFacts(facts, length),
    scaledBy: (indices) => rowExamples(table, target, indices),
  };
}

/** The targets of rows, and what all batches of them have in common. */
interface Answers {
  readonly facts: Pick<Batch, "outputSize" | "loss" | "baseline">;
  readonly of: (indices: ArrayLike<number>) => Float32Array | Int32Array;
}

function* answersOf(table: TableData, target: TableTarget, rows: Int32Array | number): Generator<void, Answers> {
  if (target.kind === "classes") {
    const { indices: classes, names } = target;
    const baseline = entropy(classCounts(classes, names.length));
    const of = (indices: ArrayLike<number>) => {
      const targets = int32(indices.length);
      for (let b = 0; b < indices.length; b++) targets[b] = classes[indices[b]];
      return targets;
    };
    return { facts: { outputSize: names.length, loss: "cross_entropy", baseline }, of };
  }
  const Y = target.names.length;
  const scaling = yield* targetScaling(table, target, rows);
  const baseline = yield* variance(target.values, scaling, rows);
  const of = (indices: ArrayLike<number>) => {
    const targets = float32(indices.length, Y);
    for (let b = 0; b < indices.length; b++) copyScaled(target.values, indices[b], scaling, targets, b * Y);
    return targets;
  };
  return { facts: { outputSize: Y, loss: "mse", baseline }, of };
}

/** Whether targets are scaled, like the table. */
export function targetScaling(
  { standardized }: TableData,
  target: Extract<TableTarget, { kind: "numbers" }>,
  rows: Iterable<number> | number,
): Generator<void, Scaling> {
  return scalingOf(
    target.values,
    target.names.map(() => standardized),
    rows,
  );
}

/** The mean squared error on these rows if the answer is the mean of each column. */
function* variance(values: Float32Array, scaling: Scaling, rows: Int32Array | number): Generator<void, number> {
  const Y = scaling.mean.length;
  const count = typeof rows === "number" ? rows : rows.length;
  let error = 0;
  yield* eachRow(rows, Y, (row) => {
    for (let y = 0; y < Y; y++) {
      const mean = (scaling.mean[y] - scaling.shift[y]) / scaling.deviation[y];
      error += (valueAt(values, row, y, scaling) - mean) ** 2 / count / Y;
    }
  });
  return error;
}
