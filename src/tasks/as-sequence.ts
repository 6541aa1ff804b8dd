import { EvanesceError } from "../base/errors.ts";
import { random } from "../base/random.ts";
import type { Batch } from "./batch.ts";
import type { DataSet } from "./dataset.ts";
import { flag, whole } from "../base/option-fields.ts";
import { drawRows } from "./statistics.ts";

/** Options that turn a row of features into a sequence. */
export const sequenceFields = {
  perStep: whole("number of features at each step, X; T is the number of such steps in a row", 1),
  permute: flag("reorder the features by a random permutation, the same for all rows (Le 2015)", false),
};

/** One permutation for all batches and seeds, as in published comparisons. */
const PERMUTATION_SEED = 92916;

/**
 * The same examples with their features as steps: `[B, T·X]` → `[T, B, X]`. The class is predicted after the last step.
 *
 * @throws EvanesceError if the features do not give a whole number of steps
 */
export function asSequence(data: DataSet, features: number, name: string, perStep: number, permute: boolean): DataSet {
  const T = features / perStep;
  if (!Number.isInteger(T)) {
    throw new EvanesceError("task.perStep", `a divisor of ${features}, the features of a row`, perStep, "use 1");
  }
  let drawn: ArrayLike<number> | undefined;
  /**
   * Returns the function from a position in the sequence to the place of its feature in the row. The permutation is
   * drawn for the first batch.
   */
  const placeOf = (): ((at: number) => number) => {
    if (!permute) return (at) => at;
    drawn ??= drawRows(random(PERMUTATION_SEED, "task/permutation"), features, features, data.name);
    const order = drawn;
    return (at) => order[at];
  };
  const batch = (indices: ArrayLike<number>): Batch => {
    const rows = data.batch(indices);
    const place = placeOf();
    const B = rows.batch;
    const inputs = new Float32Array(rows.inputs.length); // [T, B, X]
    for (let t = 0; t < T; t++) {
      for (let b = 0; b < B; b++) {
        for (let x = 0; x < perStep; x++) {
          inputs[(t * B + b) * perStep + x] = rows.inputs[b * features + place(t * perStep + x)];
        }
      }
    }
    return { ...rows, name, steps: T, inputSize: perStep, inputs, lossAt: "last" };
  };
  const { scaledBy } = data;
  return {
    ...data,
    batch,
    outline: (indices) => ({ ...data.outline(indices), name, steps: T, inputSize: perStep, lossAt: "last" }),
    ...(scaledBy === undefined
      ? {}
      : {
          *scaledBy(indices: Int32Array) {
            return asSequence(yield* scaledBy(indices), features, name, perStep, permute);
          },
        }),
  };
}
