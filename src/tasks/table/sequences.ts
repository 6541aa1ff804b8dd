import { maybe, oneOf } from "../../base/option-fields.ts";
import { defineTask } from "../task.ts";
import type { ColumnName } from "./columns.ts";
import { groupExamples } from "./groups.ts";
import { readingOf, sourceOf, tableFields, targetField, targetKindField } from "./options.ts";
import { readTable } from "./read.ts";

const { optional: _, ...target } = targetField;
const column = maybe("the name of a column, or its number from 0", "", (given): ColumnName | undefined =>
  typeof given === "string" || (Number.isInteger(given) && (given as number) >= 0) ? (given as ColumnName) : undefined,
);
const { optional: __, ...group } = column;

/**
 * Sequences of different lengths in one table: the rows of a group (a patient, a device, a visit) in their order are a
 * sequence. Answered is a column: once a sequence, or at every row, where rows without a target have no loss.
 *
 * `inputs [T, B, X]`, `lengths [B]`; `targets [B]` or `[T, B]` classes with cross-entropy, `[B, Y]` or `[T, B, Y]`
 * numbers with squared error.
 */
export const sequences = defineTask({
  name: "sequences",
  aliases: ["grouped_table", "csv_groups", "panel"],
  kind: "recurrent",
  summary:
    "sequences of different lengths in a table of your own, told apart by a column: a class each, or a label a row",
  source: "classification and labeling of sequences; lengths as PyTorch's packed sequences",
  baseline:
    "of classes the entropy of their frequencies over what is answered, in nats; of numbers the mean squared error of always answering their mean",
  options: {
    ...tableFields,
    group: { ...group, describe: "the column whose value says which sequence a row belongs to; it is not fed in" },
    target: { ...target, default: ["last"] },
    targetKind: targetKindField,
    lossAt: {
      ...oneOf(
        ["last", "every"],
        "one answer a sequence, or each row's own; told by whether the target changes in one",
      ),
      alias: ["loss-at"],
    },
  },
  prepare: function* (options) {
    const { group: by, target: answered, targetKind, lossAt } = options;
    const reading = { ...readingOf(options), group: by, target: answered, targetKind, keepUnanswered: true };
    return groupExamples(yield* readTable(sourceOf(options), reading), { lossAt });
  },
});
