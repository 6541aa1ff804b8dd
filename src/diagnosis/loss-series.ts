/**
 * The losses of a run, whoever recorded them: whether they move, stand or run away. Averages over blocks, so that the
 * batches' noise is known.
 */

/**
 * Blocks the losses are averaged over: enough of them to see a trend, each long enough to average the batches' noise.
 */
const BLOCKS = 50;
const LEAST_BLOCK = 10;
/** Fewest blocks that make a plateau, a fifth of a long run: over fewer, a slow fall hides in the noise. */
const LEAST_BLOCKS = 10;
/** The part of the trivial loss by which the loss may change and still be flat, … */
const FLAT = 0.01;
/** … or by so many standard errors: from block to block, of which there are many, and of the trend over all. */
const BLOCK_ERRORS = 3;
const TREND_ERRORS = 2;
/**
 * A loss this many times its least has run away: what noise, warm-up or a jump of the rate does is far less, and a run
 * that comes back from there has lost what it had learned.
 */
const RUNAWAY = 10;
/** Losses whose median stands for one end of a run. */
const END = 5;

interface Block {
  readonly mean: number;
  /** Standard error of the mean: the batches' noise, the same for all blocks of a run. */
  readonly error: number;
}

export interface LossSeries {
  /** The mean of the last block; NaN of none. */
  readonly last: number;
  /**
   * `moving`: the loss changes by more than its noise; `flat`: it has stood since `since`; `unclear`: too few updates
   * to tell.
   */
  readonly state: "moving" | "flat" | "unclear" | "none";
  /** The update, from 1, since which it is flat, and its level there. */
  readonly since: number | null;
  readonly level: number;
}

/** @param scale what a change is compared with: the trivial answer's loss, or null for the loss itself */
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

/** A loss that has run away from its least value, and stayed there. */
export interface Runaway {
  /** The update, from 1, after which it has not come back. */
  readonly since: number;
  readonly from: number;
  readonly to: number;
}

/**
 * Whether the loss has run away: the median of the last updates is ten times the least loss, measured from 0 or, where
 * losses are negative, against what the run had gained. Null where it has not, or where fewer than ten updates are
 * known.
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
  // a run that still falls from a large start has not run away
  if (!(last > limit) || !(last > start)) return null;
  let since = n;
  while (since > 0 && losses[since - 1] > Math.min(limit, last)) since--;
  return { since: since + 1, from: least, to: last };
}

function middle(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Blocks of `size` losses, the last complete: what is left over is at the start. */
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
  // the median: in a block where the loss falls the spread is not noise
  const error = errors.sort((a, b) => a - b)[Math.floor(errors.length / 2)];
  return means.map((mean) => ({ mean, error }));
}

/** The block from which on all are alike, within noise, and show no trend; null where too few are. */
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
