import { runJobs } from "../../src/parallel/runner.ts";
import type { RaceRunner } from "../../src/prescription/race/runners.ts";
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

/** Every network at every rate on every seed. */
export async function search(
  candidates: readonly Candidate[],
  { rates, seeds, updates }: { rates: readonly number[]; seeds: readonly number[]; updates: number },
  runner: RaceRunner,
): Promise<Searched> {
  const arms = candidates.flatMap((candidate) => rates.map((rate) => ({ candidate, rate, runs: [] as RaceRun[] })));
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
  const found: Record<string, Record<string, number | null>> = {};
  for (const { candidate, rate, runs } of arms) {
    const score = scoreOf(runs);
    found[candidate.name] ??= {};
    found[candidate.name][rate] = Number.isFinite(score) ? score : null;
  }
  return found;
}

/** The loss at the best rate; +∞ if all rates diverged. */
export const bestLoss = (searched: Searched, name: string): number =>
  Math.min(...Object.values(searched[name] ?? {}).map((loss) => loss ?? Number.POSITIVE_INFINITY));

/** The network with the least loss. */
export const bestOf = (searched: Searched): { readonly name: string; readonly loss: number } =>
  Object.keys(searched)
    .map((name) => ({ name, loss: bestLoss(searched, name) }))
    .sort((a, b) => a.loss - b.loss)[0];
