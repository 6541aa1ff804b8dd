import { EvanesceError } from "../base/errors.ts";
import type { Batch } from "./batch.ts";
import { entropy } from "./statistics.ts";

/** The class of a step whose loss is left out: the default `ignore_index` of `torch.nn.CrossEntropyLoss`. */
export const IGNORED = -100;

/** Values by step and sample, row-major `[T, B]`. */
export interface StepMask {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/**
 * A batch whose sequence b has `lengths[b]` steps; the rest of its inputs and targets is padding.
 *
 * @param name the name of the lengths in messages
 * @throws EvanesceError for a batch without steps, another number of lengths, or one that is no whole number from 1 to
 * T
 */
export function withLengths(batch: Batch, lengths: ArrayLike<number>, name = "lengths"): Batch {
  const T = stepsOf(batch, name);
  if (lengths.length !== batch.batch) {
    throw new EvanesceError(name, `one for each of ${batch.batch} samples`, lengths.length, "give [B] lengths");
  }
  for (let b = 0; b < lengths.length; b++) {
    const n = lengths[b];
    if (!Number.isInteger(n) || n < 1 || n > T) {
      const remedy = "count the real steps of each sequence, and leave out sequences without any";
      throw new EvanesceError(`${name}[${b}]`, `a whole number from 1 to ${T}, the steps`, n, remedy);
    }
  }
  const own = { ...batch, lengths: Int32Array.from(lengths) };
  if (batch.lossAt === "last") return own;
  const { baseline: _, ...rest } = own; // the old baseline was for all steps
  return { ...rest, ...baselineOf(own) };
}

/**
 * A batch with a loss only at steps where `mask[t, b]` is not zero. A sample goes from its first such step to its last;
 * a masked step between them is computed, but has no loss.
 *
 * @param name the name of the mask in messages
 * @throws EvanesceError for a mask of another shape, or a sample without any step
 */
export function withMask(batch: Batch, mask: StepMask, name = "mask"): Batch {
  const T = stepsOf(batch, name);
  const B = batch.batch;
  if (mask.shape.length !== 2 || mask.shape[0] !== T || mask.shape[1] !== B) {
    throw new EvanesceError(name, `shape [T, B] = [${T}, ${B}]`, `[${mask.shape.join(", ")}]`, "transpose or cut it");
  }
  const counts = (t: number, b: number) => mask.data[t * B + b] !== 0;
  const starts = new Int32Array(B);
  const lengths = new Int32Array(B);
  for (let b = 0; b < B; b++) {
    let [first, last] = [0, T - 1];
    while (first < T && !counts(first, b)) first++;
    while (last >= first && !counts(last, b)) last--;
    if (first === T) {
      throw new EvanesceError(`${name}[:, ${b}]`, "at least one step that counts", "none", "leave the sample out");
    }
    starts[b] = first;
    lengths[b] = last - first + 1;
  }
  const every = batch.targets !== undefined && batch.lossAt === "every";
  const ignoring = every ? ignoringHoles(batch, counts, starts, lengths) : batch.targets;
  const shift = <Values extends Float32Array | Int32Array>(values: Values, N: number): Values =>
    starts.every((start) => start === 0) ? values : shifted(values, N, starts, lengths);
  const Y = batch.targets instanceof Int32Array ? 1 : (batch.outputSize ?? 1);
  return withLengths(
    {
      ...batch,
      ...(batch.inputs.length === 0 ? {} : { inputs: shift(batch.inputs, batch.inputSize) }),
      ...(batch.tokens === undefined ? {} : { tokens: shift(batch.tokens, 1) }),
      ...(ignoring === undefined ? {} : { targets: every ? shift(ignoring, Y) : ignoring }),
    },
    lengths,
  );
}

function stepsOf({ steps }: Batch, where: string): number {
  if (steps !== undefined) return steps;
  throw new EvanesceError(where, "none, without steps", "a feed-forward batch", "leave it out");
}

/** Marks the targets of masked steps inside a sample: IGNORED for classes, NaN for numbers. */
function ignoringHoles(
  { targets, batch: B, steps, outputSize = 1 }: Batch,
  counts: (t: number, b: number) => boolean,
  starts: Int32Array,
  lengths: Int32Array,
): Float32Array | Int32Array {
  const own = (targets as Float32Array | Int32Array).slice();
  const Y = own instanceof Int32Array ? 1 : outputSize;
  for (let t = 0; t < (steps as number); t++) {
    for (let b = 0; b < B; b++) {
      const inside = t >= starts[b] && t < starts[b] + lengths[b];
      if (!inside || counts(t, b)) continue;
      own.fill(own instanceof Int32Array ? IGNORED : Number.NaN, (t * B + b) * Y, (t * B + b + 1) * Y);
    }
  }
  return own;
}

/** `[T, B, N]` with every sample moved so that it begins at step 0. */
function shifted<Values extends Float32Array | Int32Array>(
  values: Values,
  N: number,
  starts: Int32Array,
  lengths: Int32Array,
): Values {
  const B = starts.length;
  const to = values.slice() as Values;
  for (let b = 0; b < B; b++) {
    for (let t = 0; starts[b] > 0 && t < lengths[b]; t++) {
      const from = ((starts[b] + t) * B + b) * N;
      to.set(values.subarray(from, from + N), (t * B + b) * N);
    }
  }
  return to;
}

/** The loss of the best constant answer over the steps with a loss, for cross-entropy; not known for other losses. */
function baselineOf({ targets, lengths, batch: B, loss }: Batch): { baseline?: number } {
  if (!(targets instanceof Int32Array) || loss !== "cross_entropy") return {};
  const counts = new Map<number, number>();
  targets.forEach((target, at) => {
    const real = Math.floor(at / B) < (lengths as Int32Array)[at % B];
    if (real && target !== IGNORED) counts.set(target, (counts.get(target) ?? 0) + 1);
  });
  return { baseline: entropy([...counts.values()]) };
}
