import { maybe, oneOf } from "../../base/option-fields.ts";
import { defineTask } from "../task.ts";
import type { ColumnName } from "./columns.ts";
import { groupExamples } from "./groups.ts";
import { readingOf, sourceOf, tableFields, targetField, targetKindField } from "./options.ts";
import { readTable } from "./read.ts";

const { optional: _, ...target } = targetField;
const column = maybe("the name of a column, or its number from 0", "", (input): ColumnName | undefined =>
  typeof input === "string" || (Number.isInteger(input) && (input as number) >= 0) ? (input as ColumnName) : undefined,
);
const { optional: __, ...group } = column;

/**
 * Sequences of different lengths in one table: the rows of a group (a patient, a device, a visit) in their order are a
 * sequence. A column is predicted, once for each sequence or at every row; rows without a target have no loss.
 *
 * `inputs [T, B, X]`, `lengths [B]`; `targets [B]` or `[T, B]` classes with cross-entropy, `[B, Y]` or `[T, B, Y]`
 * numbers with squared error.
 */
export const sequences = defineTask({
  name: "sequences",
  aliases: ["grouped_table", "csv_groups", "panel"],
  kind: "recurrent",
  summary:
    "sequences of different lengths in your own table, one for each value of a column: predict a class of each sequence, or of each row",
  source: "classification and labeling of sequences; lengths like PyTorch's packed sequences",
  baseline:
    "for classes the entropy of the frequencies of the targets, in nats; for numbers the mean squared error if the answer is always their mean",
  options: {
    ...tableFields,
    group: { ...group, describe: "the column that tells to which sequence a row belongs; it is no input" },
    target: { ...target, default: ["last"] },
    targetKind: targetKindField,
    lossAt: {
      ...oneOf(
        ["last", "every"],
        "one target for each sequence, or for each row; by default found from whether the target changes within a sequence",
      ),
      alias: ["loss-at"],
    },
  },
  prepare: function* (options) {
    const { group: by, target: answered, targetKind, lossAt } = options;
    const reading = { ...readingOf(options), group: by, target: answered, targetKind, keepUnanswered: true };
    return yield* groupExamples(yield* readTable(sourceOf(options), reading), { lossAt });
  },
});
