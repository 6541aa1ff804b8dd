/**
 * Judges the losses of a run: whether they change, are flat or diverge. Losses are averaged over blocks, which also
 * gives the noise of the batches.
 */

/**
 * Number of blocks and least length of a block: enough blocks to see a trend, each long enough to average the noise.
 */
const BLOCKS = 50;
const LEAST_BLOCK = 10;
/** Least blocks of a plateau, a fifth of a long run. Over fewer, a slow fall cannot be seen in the noise. */
const LEAST_BLOCKS = 10;
/** A flat loss changes by at most this part of the trivial loss. */
const FLAT = 0.01;
/** Or it changes by at most this many standard errors: between two blocks, and in the trend over all blocks. */
const BLOCK_ERRORS = 3;
const TREND_ERRORS = 2;
/**
 * A loss of this many times its least value diverges. Noise, warm-up or a jump of the learning rate change it far less,
 * and a run that comes back from there has lost what it had learned.
 */
const RUNAWAY = 10;
/** The median of this many losses represents one end of a run. */
const END = 5;

interface Block {
  readonly mean: number;
  /** Standard error of the mean by the noise of the batches; the same for all blocks of a run. */
  readonly error: number;
}

export interface LossSeries {
  /** The mean of the last block; NaN if there is no block. */
  readonly last: number;
  /**
   * `moving`: the loss changes by more than its noise; `flat`: it has not changed since the update `since`; `unclear`:
   * there are too few updates.
   */
  readonly state: "moving" | "flat" | "unclear" | "none";
  /** The update (the first is 1) since which the loss is flat; `level` is its mean since then. */
  readonly since: number | null;
  readonly level: number;
}

/** @param scale the loss with which a change is compared: that of the trivial answer, or null for the loss itself */
export function readLosses(losses: ArrayLike<number>, scale: number | null): LossSeries {
  const size = Math.max(LEAST_BLOCK, Math.ceil(losses.length / BLOCKS));
  const blocks = blocksOf(losses, size);
  const last = blocks.at(-1);
  if (last === undefined) return { last: Number.NaN, state: "none", since: null, level: Number.NaN };
  const unit = scale ?? Math.abs(last.mean);
  const found = { last: last.mean, since: null, level: last.mean };
  if (blocks.length < LEAST_BLOCKS && !(blocks.length > 1 && moves(blocks, unit)))
    return { ...found, state: "unclear" };
  const first = flatFrom(blocks, unit);
  if (first === null) return { ...found, state: "moving" };
  const flat = blocks.slice(first);
  const level = flat.reduce((sum, { mean }) => sum + mean, 0) / flat.length;
  return { last: last.mean, state: "flat", since: losses.length - (blocks.length - first) * size + 1, level };
}

/** A loss that has grown far above its least value and stayed there. */
export interface Runaway {
  /** The update (the first is 1) since which it has stayed there. */
  readonly since: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Whether the loss has diverged: the median of the last updates is ten times the least loss. If losses are negative,
 * the rise is compared with what the run had gained. Null if it has not diverged, or for fewer than ten updates.
 */
export function runaway(losses: ArrayLike<number>): Runaway | null {
  const n = losses.length;
  if (n < 2 * END) return null;
  const at = (from: number) => middle(Array.from({ length: END }, (_, i) => losses[from + i]));
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let from = 0; from + END <= n; from++) {
    const value = at(from);
    least = Math.min(least, value);
    if (from === 0) most = value;
  }
  const last = at(n - END);
  const start = at(0);
  const limit =
    least > 0 ? RUNAWAY * least : least + RUNAWAY * Math.max(most - least, Math.abs(least), Number.MIN_VALUE);
  // a loss that is still below its large start has not diverged
  if (!(last > limit) || !(last > start)) return null;
  let since = n;
  while (since > 0 && losses[since - 1] > Math.min(limit, last)) since--;
  return { since: since + 1, from: least, to: last };
}

function middle(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Blocks of `size` losses. The last block is complete; losses left over are at the start. */
function blocksOf(losses: ArrayLike<number>, size: number): Block[] {
  const means: number[] = [];
  const errors: number[] = [];
  for (let end = losses.length; end >= size; end -= size) {
    let mean = 0;
    let square = 0;
    for (let i = end - size; i < end; i++) mean += losses[i] / size;
    for (let i = end - size; i < end; i++) square += (losses[i] - mean) ** 2;
    means.unshift(mean);
    errors.push(Math.sqrt(square / (size - 1) / size));
  }
  // the median, because in a block where the loss falls, the spread is not noise
  const error = errors.sort((a, b) => a - b)[Math.floor(errors.length / 2)];
  return means.map((mean) => ({ mean, error }));
}

/**
 * The first block of a flat end: from there on all blocks are equal within noise, without a trend. Null if too few are.
 */
function flatFrom(blocks: readonly Block[], scale: number): number | null {
  const last = blocks[blocks.length - 1];
  const alike = ({ mean, error }: Block) =>
    Math.abs(mean - last.mean) <= Math.max(FLAT * scale, BLOCK_ERRORS * Math.SQRT2 * error);
  let first = blocks.length - 1;
  while (first > 0 && alike(blocks[first - 1])) first--;
  for (; blocks.length - first >= LEAST_BLOCKS; first += Math.ceil((blocks.length - first) / 4)) {
    if (!moves(blocks.slice(first), scale)) return first;
  }
  return null;
}

/**
 * Whether the straight line through n block means changes by more than noise from the first to the last: its slope has
 * variance 12 σ²/(n³ − n).
 */
function moves(blocks: readonly Block[], scale: number): boolean {
  const n = blocks.length;
  const weights = (n ** 3 - n) / 12;
  const slope = blocks.reduce((sum, { mean }, i) => sum + (i - (n - 1) / 2) * mean, 0) / weights;
  const error = blocks[0].error / Math.sqrt(weights);
  return Math.abs(slope) * (n - 1) > Math.max(FLAT * scale, TREND_ERRORS * error * (n - 1));
}
