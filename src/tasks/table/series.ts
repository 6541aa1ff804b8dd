import { EvanesceError } from "../../base/errors.ts";
import { oneOf, whole } from "../../base/option-fields.ts";
import { defineTask } from "../task.ts";
import { readingOf, sourceOf, tableFields, targetField, targetKindField } from "./options.ts";
import { readTable, type TableData } from "./read.ts";
import { windowExamples } from "./windows.ts";

/**
 * The rows of a table as a series. Without a target, every step answers the row after it; with one, the last step
 * answers the target's value `horizon` rows later.
 *
 * `inputs [T, B, X]`; `targets [T, B, Y]` or, at the last step, `[B, Y]` numbers with squared error, or classes with
 * cross-entropy.
 */
export const series = defineTask({
  name: "csv",
  aliases: ["next_row", "table", "series"],
  kind: "recurrent",
  summary: "predict the next row of a table of your own, or one of its columns some rows ahead",
  source: "prediction of a series from a window of its rows",
  baseline:
    "of numbers the smaller mean squared error, over the whole series, of two predictors: each column's mean, and persistence (the value at the step itself); of classes the entropy of their frequencies",
  options: {
    ...tableFields,
    steps: whole("T, the length of a sequence", 100),
    target: targetField,
    targetKind: targetKindField,
    horizon: whole(
      "rows from a step to the one it answers; 0: the target's value at the step itself, which is then not fed in",
      1,
      { least: 0 },
    ),
    stride: whole("rows from one window's beginning to the next", 1),
    lossAt: {
      ...oneOf(["last", "every"], "which steps answer: every one without a target, the last with one"),
      alias: ["loss-at"],
    },
  },
  prepare: function* (options) {
    const { steps, target, targetKind, horizon, stride } = options;
    if (target === undefined && horizon === 0) {
      throw new EvanesceError(
        "task.horizon",
        "at least 1, where every column is answered",
        0,
        "name a target, or use horizon=1",
      );
    }
    const reading = { ...readingOf(options), target, targetKind, feedTarget: horizon > 0 };
    const table = inOrderOfTime(yield* readTable(sourceOf(options), reading));
    const lossAt = options.lossAt ?? (target === undefined ? "every" : "last");
    return windowExamples(table, { steps, horizon, stride, lossAt });
  },
});

/**
 * A series whose dates go backward is turned around; one without order is taken as it stands, which is said.
 * @throws EvanesceError where no column of numbers is left to predict
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
    said.push(`The rows are not in the order of \`${timeOrder.name}\`: windows take them as they stand.`);
  if (timeOrder?.way !== "descending") return { ...table, notes: said };
  said.push(`The rows go backward in \`${timeOrder.name}\`: they are taken from the last to the first.`);
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
