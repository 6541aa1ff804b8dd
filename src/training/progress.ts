import type { Diagnosis } from "../diagnosis/index.ts";
import { percent, ratio, significant } from "../words/numbers.ts";
import type { Baseline } from "./baseline.ts";

/**
 * What a run is doing, by its loss and the last look at its gradient:
 * - `too-early`: fewer than 100 updates, or ten blocks of ten, in which the loss has not moved beyond its noise;
 * - `learning`: the loss still moves;
 * - `converged`: at most 1 % of the trivial answer's loss is left;
 * - `dead`: flat, and the path hands back exactly nothing, or the loss sends nothing;
 * - `vanishing`: flat at the trivial baseline, or above it, and the path shrinks the gradient beyond the diagnosis'
 *   threshold;
 * - `exploding`: the same, and the path blows it up;
 * - `trivial-baseline`: flat at the trivial answer's loss, or above it, on a path that is sound: nothing to learn, or
 *   not found yet;
 * - `plateau`: flat below it: stuck, or as far as this learning rate goes;
 * - `nonfinite`: the loss or a gradient left float32's range.
 */
export type PhaseName =
  | "too-early"
  | "learning"
  | "converged"
  | "dead"
  | "vanishing"
  | "exploding"
  | "trivial-baseline"
  | "plateau"
  | "nonfinite";

/** A phase with its reason. */
export interface Phase {
  readonly name: PhaseName;
  /** The update since which the loss has been flat; null where it is not, or is told by its size. */
  readonly since: number | null;
  readonly sentence: string;
}

/** A look at the gradient during a run. */
export interface LiveDiagnosis {
  /** Updates done before it. */
  readonly update: number;
  readonly verdict: Diagnosis["verdict"];
  readonly state: Diagnosis["state"];
  readonly severity: number;
  /** ln ‖δ_first‖ − ln ‖δ_last‖ of what the verdict rests on, the transport probe; NaN for a single station. */
  readonly totalGain: number;
  readonly axis: "layer" | "step";
  readonly summary: string;
  readonly phase: Phase;
}

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
/** At the baseline: within 5 % of it, as in the diagnosis' thresholds. */
const NEAR = 0.05;
const CONVERGED = 0.01;

interface Block {
  readonly mean: number;
  /** Standard error of the mean: the batches' noise, the same for all blocks of a run. */
  readonly error: number;
}

/**
 * What a run is doing. @param losses of updates 1, 2, …, all of them @param look the last look at the gradient, where
 * there was one
 */
export function judgeProgress(
  losses: ArrayLike<number>,
  baseline: Baseline | null,
  look: Pick<LiveDiagnosis, "verdict" | "state" | "totalGain" | "axis"> | null,
): Phase {
  const size = Math.max(LEAST_BLOCK, Math.ceil(losses.length / BLOCKS));
  const blocks = blocksOf(losses, size);
  const last = blocks.at(-1);
  if (last === undefined) return { name: "too-early", since: null, sentence: "too few updates to tell" };
  const loss = significant(last.mean);
  if (!Number.isFinite(last.mean)) return { name: "nonfinite", since: null, sentence: `loss ${loss}` };
  if (baseline !== null && last.mean <= CONVERGED * baseline.value) {
    const sentence = `loss ${loss}: ${percent(last.mean / baseline.value)} of the trivial answer's ${significant(baseline.value)}`;
    return { name: "converged", since: null, sentence };
  }
  const scale = baseline?.value ?? Math.abs(last.mean);
  if (blocks.length < LEAST_BLOCKS && !(blocks.length > 1 && moves(blocks, scale))) {
    const name = nameOf(true, look) === "dead" ? "dead" : "too-early";
    const reason = name === "dead" ? because(name, look) : ", too few updates to tell whether it moves";
    return { name, since: null, sentence: `loss ${loss}${reason}` };
  }
  const first = flatFrom(blocks, scale);
  if (first === null) return { name: "learning", since: null, sentence: movingAt(last.mean, baseline) };
  const since = losses.length - (blocks.length - first) * size + 1;
  const flat = blocks.slice(first);
  const level = flat.reduce((sum, { mean }) => sum + mean, 0) / flat.length;
  const above = baseline !== null && level >= (1 - NEAR) * baseline.value;
  const name = nameOf(above || baseline === null, look);
  return { name, since, sentence: `loss flat ${placeOf(level, baseline)} since update ${since}${because(name, look)}` };
}

/** Of a loss that moves: its size, and that it is worse than the trivial answer's where it is. */
function movingAt(loss: number, baseline: Baseline | null): string {
  if (baseline === null || loss <= (1 + NEAR) * baseline.value) return `loss ${significant(loss)} and moving`;
  return `loss ${significant(loss)}, above the ${nameOfBaseline(baseline)}, and moving`;
}

function nameOf(untrained: boolean, look: Pick<LiveDiagnosis, "verdict" | "state"> | null): PhaseName {
  if (look?.verdict === "dead" || look?.state === "no-gradient") return "dead";
  if (!untrained) return "plateau";
  if (look?.verdict === "vanishing" || look?.verdict === "exploding") return look.verdict;
  return "trivial-baseline";
}

function placeOf(level: number, baseline: Baseline | null): string {
  if (baseline === null || baseline.value === 0) return `at ${significant(level)}`;
  const ratio = level / baseline.value;
  const whose = nameOfBaseline(baseline);
  if (Math.abs(ratio - 1) <= NEAR) return `at the ${whose}`;
  return ratio > 1
    ? `at ${significant(level)}, above the ${whose}`
    : `at ${significant(level)}, ${percent(ratio)} of the ${whose}`;
}

const nameOfBaseline = ({ source, value }: Baseline): string =>
  `${source === "task" ? "trivial baseline" : "best constant answer's"} ${significant(value)}`;

function because(name: PhaseName, look: Pick<LiveDiagnosis, "totalGain" | "axis" | "state"> | null): string {
  if (look === null) return "";
  if (name === "dead") {
    return look.state === "no-gradient"
      ? "; the loss sends exactly zero back"
      : `; no gradient reaches the first ${look.axis}`;
  }
  if (name !== "vanishing" && name !== "exploding") return "";
  const factor = `${ratio(look.totalGain)} times ${look.totalGain < 0 ? "smaller" : "larger"}`;
  return `; on its way back to the first ${look.axis} a gradient becomes ${factor}`;
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
