import { asSequence, sequenceFields } from "../as-sequence.ts";
import type { DataSet } from "../dataset.ts";
import type { Values } from "../../base/option-fields.ts";
import { defineTask } from "../task.ts";
import { readingOf, sourceOf, tableFields, targetField, targetKindField } from "./options.ts";
import { readTable, type TableTarget } from "./read.ts";
import { rowExamples } from "./rows.ts";

const { optional: _, ...target } = targetField;
const rowFields = {
  ...tableFields,
  target: { ...target, default: ["last"] },
  targetKind: targetKindField,
};

const BASELINE =
  "for classes the entropy of their frequencies in the whole table, in nats (ln C if all are equally frequent); for numbers the mean squared error if the answer is always their mean";

/**
 * Predict one or several columns of a table from its others: a class (words or few whole numbers), or numbers. A batch
 * is B different rows in random order.
 *
 * `inputs [B, X]`; `targets [B]` classes with cross-entropy, or `[B, Y]` numbers with squared error.
 */
export const csvRows = defineTask({
  name: "csv_classes",
  aliases: ["csv", "table", "classify", "csv_regression", "regression"],
  kind: "feedforward",
  summary: "predict one column of your own table from the others: a class or a number",
  source: "supervised classification and regression",
  baseline: BASELINE,
  options: rowFields,
  prepare: function* (options) {
    return (yield* readRows(options)).data;
  },
});

/**
 * The same rows with their columns as steps.
 * `inputs [T, B, X]`, T = inputs of a row / X; the target is predicted after the last step.
 */
export const sequentialCsv = defineTask({
  name: "sequential_csv",
  aliases: ["csv_sequences", "sequential_table"],
  kind: "recurrent",
  summary: "predict one column of a table whose other columns are read one after the other",
  source: "Le, Jaitly and Hinton 2015, with the columns of a table instead of the pixels of an image",
  baseline: BASELINE,
  options: { ...rowFields, ...sequenceFields },
  prepare: function* ({ perStep, permute, ...options }) {
    const { data, features } = yield* readRows(options);
    return asSequence(data, features, "sequential_csv", perStep, permute);
  },
});

/** Reads the table and separates its target. */
function* readRows(
  options: Values<typeof rowFields>,
): Generator<void, { readonly data: DataSet; readonly features: number }> {
  const { target, targetKind } = options;
  const table = yield* readTable(sourceOf(options), { ...readingOf(options), target, targetKind });
  return { data: yield* rowExamples(table, table.target as TableTarget), features: table.inputs };
}
