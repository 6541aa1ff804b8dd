import { EvanesceError } from "../../base/errors.ts";
import type { Batch } from "../batch.ts";
import type { DataSet } from "../dataset.ts";
import { IGNORED } from "../lengths.ts";
import { outlineOfFacts } from "../outline.ts";
import { classCounts, entropy } from "../statistics.ts";
import { float32, int32 } from "../task.ts";
import type { RowGroups, TableData, TableTarget } from "./read.ts";
import { targetScaling } from "./rows.ts";
import { copyScaled, type Scaling, scalingOf, valueAt } from "./scaling.ts";

/** The targets of the sequences of a table. */
export interface GroupOptions {
  /**
   * `last`: one target for each sequence, that of its last row; `every`: one for each row. By default found from the
   * table.
   */
  readonly lossAt: "last" | "every" | undefined;
}

/**
 * The sequences of a table as examples. Each has the rows of one group in their order: `inputs [T, B, F]`,
 * `lengths [B]`. A row without a target has no loss. Pauses while it measures the rows.
 *
 * @param measuredBy the sequences whose mean and deviation scale the columns: a run's training part; by default all
 * @throws EvanesceError if no sequence has a target
 */
export function* groupExamples(
  table: TableData,
  options: GroupOptions,
  measuredBy?: Int32Array,
): Generator<void, DataSet> {
  const { features, inputs: F, name, inputNames } = table;
  const target = table.target as TableTarget;
  const groups = table.groups as RowGroups;
  const constant = groups.rows.every((rows) => sameTarget(target, rows));
  const lossAt = options.lossAt ?? (constant ? "last" : "every");
  const sequences = groups.rows.filter((rows) =>
    lossAt === "last" ? isAnswered(target, rows[rows.length - 1]) : rows.some((row) => isAnswered(target, row)),
  );
  if (sequences.length === 0)
    throw new EvanesceError(name, "a sequence with a target", "none", "choose another target");
  const T = sequences.reduce((most, rows) => Math.max(most, rows.length), 0);
  const chosen = measuredBy === undefined ? sequences : Array.from(measuredBy, (n) => sequences[n]);
  const range = chosen.flatMap((rows) => Array.from(rows));
  const scaling = yield* scalingOf(features, table.scaled, range);
  const answers = yield* answersOf(
    table,
    target,
    range,
    lossAt === "last" ? chosen.map((rows) => rows[rows.length - 1]) : range,
  );
  const shortest = sequences.reduce((least, rows) => Math.min(least, rows.length), T);
  const lengthsOf = (indices: ArrayLike<number>) => Int32Array.from(indices, (n) => sequences[n].length);
  const own = lossAt === "last" ? "one target for each sequence, that of its last row" : "one target for each row";
  const notes = [
    ...table.notes,
    `${sequences.length} sequences by \`${groups.name}\`, of ${shortest === T ? T : `${shortest} to ${T}`} rows; ${own}.`,
  ];
  const facts = {
    name: "sequences",
    steps: T,
    inputSize: F,
    ...answers.facts,
    lossAt,
    columns: inputNames,
    notes,
  } as const;
  const batch = (indices: ArrayLike<number>): Batch => {
    const B = indices.length;
    const inputs = float32(T, B, F);
    const rowsOf = Array.from(indices, (index) => sequences[index]);
    for (const [b, rows] of rowsOf.entries()) {
      rows.forEach((row, t) => {
        copyScaled(features, row, scaling, inputs, (t * B + b) * F);
      });
    }
    const places = lossAt === "every" ? T : 1;
    const asked = Array.from({ length: places * B }, (_, place): number | undefined => {
      const rows = rowsOf[place % B];
      return lossAt === "every" ? rows[Math.floor(place / B)] : rows[rows.length - 1];
    });
    return { ...facts, batch: B, inputs, lengths: lengthsOf(indices), targets: answers.of(asked) };
  };
  return {
    size: sequences.length,
    span: 1,
    name,
    batch,
    outline: (indices) => outlineOfFacts(facts, indices.length, { lengths: lengthsOf(indices) }),
    scaledBy: (indices) => groupExamples(table, { lossAt }, indices),
  };
}

const isAnswered = (target: TableTarget, row: number): boolean =>
  target.kind === "classes"
    ? target.indices[row] !== IGNORED
    : target.names.every((_, y) => !Number.isNaN(target.values[row * target.names.length + y]));

/** Whether all rows with a target have the same target. */
function sameTarget(target: TableTarget, rows: Int32Array): boolean {
  const answered = rows.filter((row) => isAnswered(target, row));
  if (target.kind === "classes") return answered.every((row) => target.indices[row] === target.indices[answered[0]]);
  const Y = target.names.length;
  return answered.every((row) =>
    target.names.every((_, y) => target.values[row * Y + y] === target.values[answered[0] * Y + y]),
  );
}

/** The targets of rows, and what all batches of them have in common. */
interface Answers {
  readonly facts: Pick<Batch, "outputSize" | "loss" | "baseline">;
  readonly of: (rows: readonly (number | undefined)[]) => Float32Array | Int32Array;
}

/**
 * Targets of rows; −100 or NaN if a row has none.
 * @param measured the rows whose mean and deviation scale the numbers
 * @param scored the rows with a loss
 */
function* answersOf(
  table: TableData,
  target: TableTarget,
  measured: readonly number[],
  scored: readonly number[],
): Generator<void, Answers> {
  const answered = scored.filter((row) => isAnswered(target, row));
  if (target.kind === "classes") {
    const { indices, names } = target;
    const baseline = entropy(
      classCounts(
        answered.map((row) => indices[row]),
        names.length,
      ),
    );
    const of: Answers["of"] = (rows) => {
      const targets = int32(rows.length);
      for (const [i, row] of rows.entries()) targets[i] = row === undefined ? IGNORED : indices[row];
      return targets;
    };
    return { facts: { outputSize: names.length, loss: "cross_entropy", baseline }, of };
  }
  const Y = target.names.length;
  const scaling = yield* targetScaling(
    table,
    target,
    measured.filter((row) => isAnswered(target, row)),
  );
  const baseline = variance(target.values, scaling, answered);
  const of: Answers["of"] = (rows) => {
    const targets = float32(rows.length, Y).fill(Number.NaN);
    for (const [i, row] of rows.entries()) {
      if (row === undefined || !isAnswered(target, row)) continue;
      copyScaled(target.values, row, scaling, targets, i * Y);
    }
    return targets;
  };
  return { facts: { outputSize: Y, loss: "mse", baseline }, of };
}

/** The mean squared error of the mean of each column over these rows. */
function variance(values: Float32Array, scaling: Scaling, rows: readonly number[]): number {
  const Y = scaling.mean.length;
  let error = 0;
  for (let y = 0; y < Y; y++) {
    const own = rows.map((row) => valueAt(values, row, y, scaling));
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    for (const value of own) error += (value - mean) ** 2 / own.length / Y;
  }
  return error;
}
