import type { Batch } from "./batch.ts";
import { type BatchFacts, type BatchOutline, outlineOfFacts } from "./outline.ts";
import { float32, int32 } from "./task.ts";
import { MOST_ONE_HOT } from "./text.ts";

/** Sequences of tokens of different lengths, one after the other. */
export interface TokenSequences {
  readonly tokens: Int32Array;
  /** `[N + 1]`: sequence n has the tokens starts[n] ≤ i < starts[n + 1]. */
  readonly starts: Int32Array;
  /** V. */
  readonly vocabulary: number;
  /** T, the number of tokens of the longest sequence. */
  readonly steps: number;
}

/**
 * The inputs of chosen sequences, padded to T: `tokens [T, B]`, padding 0, `inputs [T, B, V]` one-hot (empty above V =
 * 1,024), `lengths [B]`.
 */
export function tokenInputs(
  { tokens, starts, vocabulary: V, steps: T }: TokenSequences,
  indices: ArrayLike<number>,
): Pick<Batch, "batch" | "steps" | "inputSize" | "inputs"> & {
  readonly tokens: Int32Array;
  readonly lengths: Int32Array;
} {
  const B = indices.length;
  const isOneHot = V <= MOST_ONE_HOT;
  const inputs = isOneHot ? float32(T, B, V) : new Float32Array(0);
  const [padded, lengths] = [int32(T, B), lengthsOf(starts, indices)];
  for (let b = 0; b < B; b++) {
    const from = starts[indices[b]];
    for (let t = 0; t < lengths[b]; t++) {
      padded[t * B + b] = tokens[from + t];
      if (isOneHot) inputs[(t * B + b) * V + tokens[from + t]] = 1;
    }
  }
  return { batch: B, steps: T, inputSize: V, inputs, tokens: padded, lengths };
}

/** The outline of a batch of chosen sequences. @param facts those that do not follow from the sequences */
export function tokenOutline(
  { starts, vocabulary, steps }: TokenSequences,
  facts: Omit<BatchFacts, "steps" | "inputSize">,
): (indices: ArrayLike<number>) => BatchOutline {
  const tokensOnly = vocabulary > MOST_ONE_HOT;
  const all = { ...facts, steps, inputSize: vocabulary };
  return (indices) => outlineOfFacts(all, indices.length, { tokensOnly, lengths: lengthsOf(starts, indices) });
}

const lengthsOf = (starts: Int32Array, indices: ArrayLike<number>): Int32Array =>
  Int32Array.from(indices, (n) => starts[n + 1] - starts[n]);

/** The longest of the sequences. */
export const longestOf = (starts: Int32Array): number => {
  let most = 0;
  for (let n = 0; n + 1 < starts.length; n++) most = Math.max(most, starts[n + 1] - starts[n]);
  return most;
};
