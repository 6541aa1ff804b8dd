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
  "of classes the entropy of their frequencies in the whole table, in nats (ln C where all are equally frequent); of numbers the mean squared error of always answering their mean";

/**
 * Answer one column of a table, or several, from its others: a class of words or of few whole numbers, or numbers. A
 * batch is B different rows in random order.
 *
 * `inputs [B, X]`; `targets [B]` classes with cross-entropy, or `[B, Y]` numbers with squared error.
 */
export const csvRows = defineTask({
  name: "csv_classes",
  aliases: ["csv", "table", "classify", "csv_regression", "regression"],
  kind: "feedforward",
  summary: "answer one column of a table of your own from the others: a class or a number",
  source: "supervised classification and regression",
  baseline: BASELINE,
  options: rowFields,
  prepare: function* (options) {
    return (yield* readRows(options)).data;
  },
});

/**
 * The same rows, their columns as steps.
 *
 * `inputs [T, B, X]`, T the inputs of a row over X a step; the target is asked for after the last step.
 */
export const sequentialCsv = defineTask({
  name: "sequential_csv",
  aliases: ["csv_sequences", "sequential_table"],
  kind: "recurrent",
  summary: "answer one column of a table whose other columns come one after the other",
  source: "Le, Jaitly and Hinton 2015, on a table's columns in place of an image's pixels",
  baseline: BASELINE,
  options: { ...rowFields, ...sequenceFields },
  prepare: function* ({ perStep, permute, ...options }) {
    const { data, features } = yield* readRows(options);
    return asSequence(data, features, "sequential_csv", perStep, permute);
  },
});

/** The table read, its target apart. */
function* readRows(
  options: Values<typeof rowFields>,
): Generator<void, { readonly data: DataSet; readonly features: number }> {
  const { target, targetKind } = options;
  const table = yield* readTable(sourceOf(options), { ...readingOf(options), target, targetKind });
  return { data: rowExamples(table, table.target as TableTarget), features: table.inputs };
}
