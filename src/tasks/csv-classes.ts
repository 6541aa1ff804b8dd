import { EvanesceError } from "../base/errors.ts";
import { type CsvTable, labelColumn } from "../formats/index.ts";
import { asSequence, sequenceFields } from "./as-sequence.ts";
import type { Batch } from "./batch.ts";
import type { DataSet } from "./dataset.ts";
import { type Field, flag, type Values } from "./options.ts";
import { classCounts, entropy, standardize as standardized } from "./statistics.ts";
import { tableFields, tableOf } from "./table.ts";
import { defineTask, float32, int32 } from "./task.ts";

const label: Field<string | number> = {
  type: 'text or a whole number ≥ 0, e.g. "last"',
  describe: 'the column of classes: "last", its name, or its number from 0',
  default: "last",
  accept: (given) =>
    typeof given === "string" || (Number.isInteger(given) && (given as number) >= 0)
      ? (given as string | number)
      : undefined,
};

const classFields = {
  ...tableFields,
  label,
  standardize: {
    ...flag("scale every column to mean 0 and variance 1; constant columns become 0", true),
    alias: "standardise",
  },
};

/**
 * Classify the rows of a table by one of its columns, words or whole numbers, numbered in ascending order. A batch is B
 * different rows in random order.
 *
 * `inputs [B, X]`, the other columns; `targets [B]`, cross-entropy.
 */
export const csvClasses = defineTask({
  name: "csv_classes",
  aliases: ["csv", "table", "classify"],
  kind: "feedforward",
  summary: "classify the rows of a table of your own by its class column",
  source: "supervised classification",
  baseline: "the entropy of the class frequencies in the whole table, in nats (ln C where all are equally frequent)",
  options: classFields,
  prepare: (options) => readClasses(options).data,
});

/**
 * The same rows, their columns as steps.
 *
 * `inputs [T, B, X]`, T the columns of a row over X a step; `targets [B]`, cross-entropy at the last step.
 */
export const sequentialCsv = defineTask({
  name: "sequential_csv",
  aliases: ["csv_sequences", "sequential_table"],
  kind: "recurrent",
  summary: "classify the rows of a table whose columns come one after the other",
  source: "Le, Jaitly and Hinton 2015, on a table's columns in place of an image's pixels",
  baseline: "the entropy of the class frequencies in the whole table, in nats (ln C where all are equally frequent)",
  options: { ...classFields, ...sequenceFields },
  prepare: ({ perStep, permute, ...options }) => {
    const { data, features } = readClasses(options);
    return asSequence(data, features, "sequential_csv", perStep, permute);
  },
});

/** The table read, its class column apart, and every row's features and class. */
function readClasses({ label, standardize, ...values }: Values<typeof classFields>): {
  readonly data: DataSet;
  readonly features: number;
} {
  const table = tableOf(values, { label });
  const width = table.columns.length;
  const { column, names, rank } = classesOf(table, label);
  if (width < 2) throw new EvanesceError(table.name, "a class column and at least one more", width, "add columns");
  const N = table.rows;
  const X = width - 1;
  const classes = new Int32Array(N);
  const features = new Float64Array(N * X);
  for (let row = 0; row < N; row++) {
    for (let c = 0, x = 0; c < width; c++) {
      const value = table.data[row * width + c];
      if (c === column) classes[row] = rank.get(value) as number;
      else features[row * X + x++] = value;
    }
  }
  const data = standardize ? standardized(features, X) : features;
  const baseline = entropy(classCounts(classes, names.length));
  const named = table.columns.filter((_, c) => c !== column);
  const batch = (indices: ArrayLike<number>): Batch => {
    const B = indices.length;
    const inputs = float32(B, X);
    const targets = int32(B);
    for (let b = 0; b < B; b++) {
      const row = indices[b];
      inputs.set(data.subarray(row * X, (row + 1) * X), b * X);
      targets[b] = classes[row];
    }
    return {
      name: "csv_classes",
      batch: B,
      inputSize: X,
      outputSize: names.length,
      inputs,
      targets,
      loss: "cross_entropy",
      lossAt: "last",
      baseline,
      columns: named,
    };
  };
  return { features: X, data: { size: N, span: 1, name: table.name, batch } };
}

interface Classes {
  readonly column: number;
  readonly names: readonly string[];
  /** A value of the column → the number of its class. */
  readonly rank: ReadonlyMap<number, number>;
}

/** A table read from a file has its classes numbered already; those of any other are its column's whole numbers. */
function classesOf(table: CsvTable, label: string | number): Classes {
  if (table.label !== undefined) {
    const { column, names } = table.label;
    return { column, names, rank: new Map(names.map((_, i) => [i, i])) };
  }
  const width = table.columns.length;
  const column = labelColumn(table.columns, { label }, table.name) as number;
  const values = new Set<number>();
  for (let at = column; at < table.data.length; at += width) {
    const value = table.data[at];
    if (!Number.isInteger(value)) {
      const where = `${table.name}[${(at - column) / width}, ${column}]`;
      throw new EvanesceError(where, "a class that is a whole number", value, "choose another column of classes");
    }
    values.add(value);
  }
  const sorted = [...values].sort((a, b) => a - b);
  return { column, names: sorted.map(String), rank: new Map(sorted.map((value, i) => [value, i])) };
}
