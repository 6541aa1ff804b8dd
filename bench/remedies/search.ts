import { runJobs } from "../../src/parallel/runner.ts";
import type { RaceRunner } from "../../src/prescription/race/runners.ts";
import { AS_IT_IS } from "../../src/prescription/race/types.ts";
import { scoreOf } from "../../src/prescription/race/standings.ts";
import type { RaceJob, RaceRun } from "../../src/prescription/race/training.ts";
import type { NetworkSpec } from "../../src/spec/index.ts";

/** A network to train at every rate. */
export interface Candidate {
  readonly name: string;
  readonly spec: NetworkSpec;
  readonly steps: number | null;
}

/** Validation loss for each name and rate, mean over seeds; null if a seed diverged. */
export type Searched = Readonly<Record<string, Readonly<Record<string, number | null>>>>;

/** A network at one rate, and its runs, one for each seed. */
interface Arm {
  readonly candidate: Candidate;
  readonly rate: number;
  readonly runs: RaceRun[];
}

/** Trains every arm on every seed. */
async function train(arms: readonly Arm[], seeds: readonly number[], updates: number, runner: RaceRunner) {
  const jobs = seeds.flatMap((seed, i) => arms.map((arm) => ({ arm, seed, i })));
  const asked = jobs.map(
    ({ arm: { candidate, rate }, seed }): RaceJob => ({
      ...{ spec: candidate.spec, steps: candidate.steps, learningRate: rate, seed, updates },
    }),
  );
  for await (const { index, outcome } of runJobs(asked, runner)) {
    if ("error" in outcome) throw outcome.error;
    jobs[index].arm.runs[jobs[index].i] = outcome.result;
  }
}

/** Every network at every rate on every seed. */
export async function search(
  candidates: readonly Candidate[],
  { rates, seeds, updates }: { rates: readonly number[]; seeds: readonly number[]; updates: number },
  runner: RaceRunner,
): Promise<Searched> {
  const arms = candidates.flatMap((candidate) => rates.map((rate): Arm => ({ candidate, rate, runs: [] })));
  await train(arms, seeds, updates, runner);
  const found: Record<string, Record<string, number | null>> = {};
  for (const { candidate, rate, runs } of arms) {
    const score = scoreOf(runs);
    found[candidate.name] ??= {};
    found[candidate.name][rate] = Number.isFinite(score) ? score : null;
  }
  return found;
}

/** Validation losses for each name and rate, one for each seed; null where a seed diverged. */
export type Repeated = Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;

/** How many of the best networks of a search are trained again, and at how many of their rates. */
const [REPEATED, RATES_REPEATED] = [8, 2];

/** The names of the best networks of a search, and the network as it is. */
export const bestNames = (searched: Searched): string[] => {
  const names = Object.keys(searched).sort((a, b) => bestLoss(searched, a) - bestLoss(searched, b));
  return [...new Set([AS_IT_IS, ...names.slice(0, REPEATED)])];
};

/**
 * Trains networks of a search again, at their best rates, on more seeds. The search decides by few seeds, so the lowest
 * of its many losses is low by chance, too.
 */
export async function repeat(
  searched: Searched,
  candidates: readonly Candidate[],
  { seeds, updates }: { seeds: readonly number[]; updates: number },
  runner: RaceRunner,
): Promise<Repeated> {
  const arms = candidates.flatMap((candidate) =>
    ratesByLoss(searched[candidate.name])
      .slice(0, RATES_REPEATED)
      .map((rate): Arm => ({ candidate, rate, runs: [] })),
  );
  await train(arms, seeds, updates, runner);
  const found: Record<string, Record<string, readonly (number | null)[]>> = {};
  for (const { name } of candidates) found[name] = {};
  for (const { candidate, rate, runs } of arms)
    found[candidate.name][rate] = runs.map((run) => ("loss" in run ? run.loss : null));
  return found;
}

/** The mean over the seeds for each name and rate; null if a seed diverged. */
export const meansOf = (repeated: Repeated): Searched =>
  Object.fromEntries(
    Object.entries(repeated).map(([name, rates]) => [
      name,
      Object.fromEntries(Object.entries(rates).map(([rate, losses]) => [rate, meanOf(losses)])),
    ]),
  );

const meanOf = (losses: readonly (number | null)[]): number | null =>
  losses.reduce((sum: number | null, loss) => (sum === null || loss === null ? null : sum + loss / losses.length), 0);

/** The rates at which a network did not diverge, the best first. */
const ratesByLoss = (rates: Searched[string]): number[] =>
  Object.entries(rates)
    .filter((entry): entry is [string, number] => entry[1] !== null)
    .sort(([, a], [, b]) => a - b)
    .map(([rate]) => Number(rate));

/** The loss at the best rate; +∞ if all rates diverged. */
export const bestLoss = (searched: Searched, name: string): number =>
  Math.min(...Object.values(searched[name] ?? {}).map((loss) => loss ?? Number.POSITIVE_INFINITY));

/** The network with the least loss. */
export const bestOf = (searched: Searched): { readonly name: string; readonly loss: number } =>
  Object.keys(searched)
    .map((name) => ({ name, loss: bestLoss(searched, name) }))
    .sort((a, b) => a.loss - b.loss)[0];
