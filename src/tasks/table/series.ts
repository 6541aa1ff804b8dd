import { EvanesceError } from "../../base/errors.ts";
import { oneOf, whole } from "../../base/option-fields.ts";
import { defineTask } from "../task.ts";
import { readingOf, sourceOf, tableFields, targetField, targetKindField } from "./options.ts";
import { readTable, type TableData } from "./read.ts";
import { windowExamples } from "./windows.ts";

/**
 * The rows of a table as a series. Without a target, every step predicts the next row. With a target, the last step
 * predicts its value `horizon` rows later.
 *
 * `inputs [T, B, X]`; `targets [T, B, Y]` or, at the last step, `[B, Y]` numbers with squared error, or classes with
 * cross-entropy.
 */
export const series = defineTask({
  name: "csv",
  aliases: ["next_row", "table", "series"],
  kind: "recurrent",
  summary: "predict the next row of your own table, or one of its columns some rows later",
  source: "prediction of a series from a window of its rows",
  baseline:
    "for numbers the smaller mean squared error of two predictors over the whole series: each column's mean, and persistence (the value at the step itself); for classes the entropy of their frequencies",
  options: {
    ...tableFields,
    steps: whole("length T of a sequence", 100),
    target: targetField,
    targetKind: targetKindField,
    horizon: whole(
      "number of rows from a step to the row it predicts; 0 predicts the target at the step itself, which then is no input",
      1,
      { least: 0 },
    ),
    stride: whole("number of rows between the starts of two windows", 1),
    lossAt: {
      ...oneOf(
        ["last", "every"],
        "the steps that predict; by default every step without a target, and the last step with one",
      ),
      alias: ["loss-at"],
    },
  },
  prepare: function* (options) {
    const { steps, target, targetKind, horizon, stride } = options;
    if (target === undefined && horizon === 0) {
      throw new EvanesceError(
        "task.horizon",
        "at least 1, if every column is predicted",
        0,
        "name a target, or use horizon=1",
      );
    }
    const reading = { ...readingOf(options), target, targetKind, feedTarget: horizon > 0 };
    const table = inOrderOfTime(yield* readTable(sourceOf(options), reading));
    const lossAt = options.lossAt ?? (target === undefined ? "every" : "last");
    return yield* windowExamples(table, { steps, horizon, stride, lossAt });
  },
});

/**
 * A series whose dates go backward is reversed. One whose dates have no order is used unchanged, with a note.
 * @throws EvanesceError if no column of numbers is left to predict
 */
export function inOrderOfTime(table: TableData): TableData {
  const { target, numeric, timeOrder, notes, name, inputNames } = table;
  const said = [...notes];
  if (target === undefined) {
    const answered = inputNames.filter((_, i) => numeric[i]);
    if (answered.length === 0) {
      throw new EvanesceError(name, "a column of numbers to predict", "none", "name a target with target=");
    }
    if (answered.length < inputNames.length) {
      const list = `${answered.slice(0, 6).join(", ")}${answered.length > 6 ? ", …" : ""}`;
      said.push(`Every step predicts the next row's ${list}; target= names a column to predict.`);
    }
  }
  if (timeOrder?.way === "none")
    said.push(`The rows are not in the order of \`${timeOrder.name}\`; windows use the order of the file.`);
  if (timeOrder?.way !== "descending") return { ...table, notes: said };
  said.push(`The rows go backward in \`${timeOrder.name}\`, so they are read from the last to the first.`);
  return { ...reversed(table), notes: said };
}

/** The same rows from the last to the first. */
function reversed(table: TableData): TableData {
  const { rows, inputs, features, gaps, target } = table;
  return {
    ...table,
    features: backward(features, inputs),
    gaps: gaps.map((gap) => rows - gap).reverse(),
    target:
      target === undefined
        ? undefined
        : target.kind === "classes"
          ? { ...target, indices: target.indices.slice().reverse() }
          : { ...target, values: backward(target.values, target.names.length) },
  };
}

function backward(data: Float32Array, width: number): Float32Array {
  const result = new Float32Array(data.length);
  const rows = data.length / width;
  for (let row = 0; row < rows; row++)
    result.set(data.subarray(row * width, (row + 1) * width), (rows - 1 - row) * width);
  return result;
}
