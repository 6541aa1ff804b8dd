import { EvanesceError } from "../base/errors.ts";
import type { Batch } from "./batch.ts";
import { flag, whole } from "./options.ts";
import { standardize as standardized } from "./statistics.ts";
import { tableFields, tableOf } from "./table.ts";
import { defineTask, float32 } from "./task.ts";

/**
 * Next row of a table. Every sequence is a window of T + 1 rows at a random position: the first T as inputs, each one's
 * successor as target.
 *
 * `inputs [T, B, X]`, `targets [T, B, X]`, squared error at every step.
 */
export const csv = defineTask({
  name: "csv",
  aliases: ["next_row", "table", "series"],
  kind: "recurrent",
  summary: "predict the next row of a numeric table of your own",
  source: "one-step-ahead prediction of a series",
  baseline:
    "the smaller mean squared error, over all successive rows of the table, of two predictors: each column's mean, and persistence (the row before)",
  options: {
    ...tableFields,
    steps: whole("T, the length of a sequence", 100),
    standardize: {
      ...flag("scale every column to mean 0 and variance 1; constant columns become 0", true),
      alias: "standardise",
    },
  },
  prepare: ({ steps: T, standardize, ...values }) => {
    const table = tableOf(values);
    const X = table.columns.length;
    if (table.rows < T + 1) {
      const rule = `at least ${T + 1} rows, for ${T} steps and one more`;
      throw new EvanesceError(table.name, rule, table.rows, "use fewer steps or a longer table");
    }
    const data = standardize ? standardized(table.data, X) : table.data;
    const baseline = Math.min(meanError(data, X), persistenceError(data, X));
    const batch = (indices: ArrayLike<number>): Batch => {
      const B = indices.length;
      const inputs = float32(T, B, X);
      const targets = float32(T, B, X);
      for (let b = 0; b < B; b++) {
        const start = indices[b];
        for (let t = 0; t < T; t++) {
          const row = (start + t) * X;
          inputs.set(data.subarray(row, row + X), (t * B + b) * X);
          targets.set(data.subarray(row + X, row + 2 * X), (t * B + b) * X);
        }
      }
      return {
        name: "csv",
        batch: B,
        steps: T,
        inputSize: X,
        outputSize: X,
        inputs,
        targets,
        loss: "mse",
        lossAt: "every",
        baseline,
        columns: table.columns,
      };
    };
    return { size: table.rows - T, span: T + 1, name: table.name, batch };
  },
});

/** Mean squared error, on all rows but the first, of answering these rows' own means. */
function meanError(data: Float64Array, X: number): number {
  const count = data.length / X - 1;
  let error = 0;
  for (let x = 0; x < X; x++) {
    let mean = 0;
    for (let i = X + x; i < data.length; i += X) mean += data[i] / count;
    for (let i = X + x; i < data.length; i += X) error += (data[i] - mean) ** 2 / count / X;
  }
  return error;
}

/** Mean squared error, on all rows but the first, of answering the row before. */
function persistenceError(data: Float64Array, X: number): number {
  let error = 0;
  for (let i = X; i < data.length; i++) error += (data[i] - data[i - X]) ** 2 / (data.length - X);
  return error;
}
