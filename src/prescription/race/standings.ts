import { type Interval, interval } from "../interval.ts";
import type { RaceRun } from "./training.ts";
import { blockLength } from "./training.ts";
import type { RungPlan } from "./schedule.ts";
import type { RacedRate, RaceEntry } from "./types.ts";

/** A network in the race with its results so far. */
export interface Racer {
  readonly name: string;
  /** Rates that it still uses. */
  rates: readonly number[];
  /** The result of each round, from the first. */
  readonly rungs: RungResult[];
  /** Number of last steps of every sequence that it sees; null for all. */
  readonly steps: number | null;
  /** Operations of one of its passes. */
  readonly flops: number;
}

/**
 * The runs of one network up to a round, by rate and then by seed: those of this round, after those of earlier rounds
 * that were as long.
 */
export interface RungResult {
  readonly plan: RungPlan;
  readonly runs: ReadonlyMap<number, readonly RaceRun[]>;
}

/** Adds the runs of a round, one for each rate, to a racer. */
export function addRung({ rungs }: Racer, plan: RungPlan, runs: ReadonlyMap<number, RaceRun>): void {
  const last = rungs.at(-1);
  const before = last?.plan.updates === plan.updates ? last.runs : undefined;
  rungs.push({ plan, runs: new Map([...runs].map(([rate, run]) => [rate, [...(before?.get(rate) ?? []), run]])) });
}

/** Validation losses of a rate, one for each seed. */
const lossesOf = (runs: readonly RaceRun[]): (number | null)[] => runs.map((run) => ("loss" in run ? run.loss : null));

/** Mean over seeds; +∞ if a seed diverged or could not be trained. */
export function scoreOf(runs: readonly RaceRun[]): number {
  const losses = lossesOf(runs).filter((loss) => loss !== null);
  if (losses.length < runs.length || losses.length === 0) return Number.POSITIVE_INFINITY;
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** The rates of a round, the best first; of equally good rates the smaller first. */
export function ratesByLoss({ runs }: RungResult): number[] {
  return [...runs.keys()].sort((a, b) => order(score(a), score(b)) || a - b);
  function score(rate: number): number {
    return scoreOf(runs.get(rate) as readonly RaceRun[]);
  }
}

/** The loss at the best rate of the last round. */
function best(racer: Racer): { rate: number; runs: readonly RaceRun[]; score: number } | undefined {
  const last = racer.rungs.at(-1);
  if (last === undefined) return undefined;
  const rate = ratesByLoss(last)[0];
  const runs = last.runs.get(rate) as readonly RaceRun[];
  return { rate, runs, score: scoreOf(runs) };
}

/** A loss within this share of the trivial loss has not left it: the network has not begun to learn. */
export const MOVED = 0.02;

/**
 * Sorts racers, the best first: those of a later round before those of an earlier one, and within a round by their
 * loss. Equal ones keep their order. With `trivial`, losses that lie within 2 % of the trivial loss are equal: a
 * network on that plateau may leave it late and then learn best, and which of two such losses is lower is chance.
 */
export function byLoss(racers: readonly Racer[], trivial?: number): Racer[] {
  const onPlateau = (loss: number) => trivial !== undefined && Math.abs(loss - trivial) <= MOVED * Math.abs(trivial);
  const scores = new Map(
    racers.map((racer) => {
      const score = best(racer)?.score ?? Number.POSITIVE_INFINITY;
      return [racer, onPlateau(score) ? trivial! : score];
    }),
  );
  return [...racers].sort(
    (a, b) => b.rungs.length - a.rungs.length || order(scores.get(a) as number, scores.get(b) as number),
  );
}

/**
 * Whether two racers are the same network: in the last round, each of their rates gave the same loss to the last bit.
 * A gain before an initialization that scales every layer anew is such a pair.
 */
export function trainAlike(one: Racer, other: Racer): boolean {
  const [a, b] = [one, other].map(({ rungs }) => rungs.at(-1));
  if (a === undefined || b === undefined || a.plan !== b.plan || a.runs.size !== b.runs.size) return false;
  if (best(one)?.score === Number.POSITIVE_INFINITY) return false;
  return [...a.runs].every(([rate, runs]) => b.runs.has(rate) && scoreOf(runs) === scoreOf(b.runs.get(rate)!));
}

/**
 * The table of a race. `unchanged` is the network as it is: a remedy comes before it only if it learns clearly better.
 */
export function entriesOf(racers: readonly Racer[], unchanged: Racer): RaceEntry[] {
  const own = best(unchanged);
  const remedies = byLoss(racers).filter((racer) => racer !== unchanged);
  const better = remedies.filter(
    (racer) => racer.rungs.length >= unchanged.rungs.length && isClearlyBetter(racer, own),
  );
  const others = remedies.filter((racer) => !better.includes(racer));
  return [...better, unchanged, ...others].map((racer, i) =>
    entryOf(racer, i + 1, racer === unchanged ? undefined : own, unchanged),
  );
}

/** A remedy whose mean loss is above this share of the loss without it is not worth a change of the network. */
const WORTH = 0.9;
/** One whose mean loss is below this share may learn worse on a seed. */
const FAR_BELOW = 0.5;

/**
 * Whether a remedy learns clearly better than the network as it is: its mean loss is lower by a tenth, and its loss is
 * lower on every seed or its mean loss by half. Losses that differ by less change their order from seed to seed.
 */
function isClearlyBetter(racer: Racer, own: ReturnType<typeof best>): boolean {
  const found = best(racer);
  if (found === undefined || found.score === Number.POSITIVE_INFINITY) return false;
  if (own === undefined || own.score === Number.POSITIVE_INFINITY) return true;
  const without = lossesOf(own.runs);
  const onEverySeed = lossesOf(found.runs).every((loss, i) => loss! < (without[i] ?? Number.POSITIVE_INFINITY));
  return found.score < WORTH * own.score && (onEverySeed || found.score < FAR_BELOW * own.score);
}

function entryOf(racer: Racer, rank: number, own: ReturnType<typeof best>, unchanged: Racer): RaceEntry {
  const found = best(racer);
  const plan = racer.rungs.at(-1)?.plan;
  const losses = found === undefined ? [] : lossesOf(found.runs);
  const ofOwn = own === undefined || racer.rungs.length < unchanged.rungs.length ? [] : lossesOf(own.runs);
  const diverged = found === undefined || found.score === Number.POSITIVE_INFINITY;
  return {
    name: racer.name,
    rank,
    rung: racer.rungs.length,
    learningRate: diverged ? null : found.rate,
    losses,
    loss: intervalOf(losses),
    gained: intervalOf(ofOwn.map((loss, i) => difference(loss, losses[i]))),
    rates: ratesOf(racer),
    steps: racer.steps,
    updates: plan?.updates ?? 0,
    flops: (plan?.updates ?? 0) * racer.flops,
    curve: diverged ? null : curveOf(found.runs, plan?.updates ?? 0),
  };
}

const difference = (a: number | null, b: number | null | undefined) => (a === null || b == null ? null : a - b);

function intervalOf(values: readonly (number | null)[]): Interval | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 || numbers.length < values.length ? null : interval(numbers);
}

/** Every rate in the order of the grid, with the result of its longest training. */
function ratesOf({ rungs }: Racer): RacedRate[] {
  const latest = new Map<number, RacedRate>();
  for (const { plan, runs } of rungs) {
    for (const [learningRate, ofRate] of runs) {
      const score = scoreOf(ofRate);
      const loss = Number.isFinite(score) ? score : null;
      latest.set(learningRate, { learningRate, updates: plan.updates, loss });
    }
  }
  return [...latest.values()].sort((a, b) => a.learningRate - b.learningRate);
}

function curveOf(runs: readonly RaceRun[], updates: number): RaceEntry["curve"] {
  const curves = runs.map((run) => ("curve" in run ? run.curve : []));
  const length = Math.min(...curves.map((curve) => curve.length));
  const mean = (i: number) => curves.reduce((sum, curve) => sum + curve[i], 0) / curves.length;
  const block = blockLength(updates);
  return {
    updates: Array.from({ length }, (_, i) => (i + 1) * block),
    losses: Array.from({ length }, (_, i) => mean(i)),
  };
}

const order = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0);
