import type { AsyncWork } from "../base/cooperative-work.ts";
import { EvanesceError } from "../base/errors.ts";
import { type Runner, runJobs } from "../parallel/runner.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { Work } from "./findings.ts";
import { type Interval, interval } from "./interval.ts";
import { helpersFor } from "./passes/runner.ts";
import { ranked } from "./rank.ts";
import { summarize } from "./summary.ts";
import type { PrescriptionEvent, Treatment, VerifiedLoss } from "./types.ts";
import { verifyInThread, type VerifyRunner } from "./verify-training.ts";

/*
 * Checks whether the loss follows the gradient. Every network gets the same updates, batches and optimizer, and its own
 * best learning rate of a grid: the rate with the lowest mean loss over all seeds, so that one lucky seed does not
 * decide. The final loss is the mean over the last tenth of the updates. Each loss is measured before its update, on a
 * batch that was not trained on yet.
 */

/** The rates of plain gradient descent, by powers of ten, so that no network is favored. */
const SGD_GRID = [1e-4, 1e-3, 1e-2, 1e-1, 1];
/** The usual rates of Adam. Its step has about the size of the rate, whatever the gradient is. */
const ADAM_GRID = [1e-4, 1e-3, 1e-2];
/** Number of remedies that are trained. */
const BEST = 3;
const SEEDS = 3;
/** Operations of all updates together if the caller does not choose a number: about a minute at 30 GFLOP/s. */
const BUDGET = 2e12;
const [FEWEST, MOST] = [30, 200];
/** A remedy must win at least this share of the trivial loss over the network to count. */
const LEAST = 0.01;

/** A network to train, and its training. */
interface Candidate {
  readonly name: string;
  readonly spec: NetworkSpec;
  readonly optimizer: "sgd" | "adam";
  readonly grid: readonly number[];
  /** The work of its training, in passes of the network. */
  readonly passes: number;
  /** Whether it is left out if there is not enough memory to train it. */
  readonly optional: boolean;
}

/** The data that the trainings share. */
interface Plan {
  readonly runner: VerifyRunner;
  readonly seeds: readonly number[];
  /** Updates of each training. */
  readonly steps: number;
}

/**
 * Trains the network as it is, the best remedy of each family and the controls, and adds the result to the findings.
 * Does nothing if there is nothing to learn.
 */
export async function* verify(work: Work): AsyncWork<PrescriptionEvent, void> {
  const { settings, findings } = work;
  if (settings.verify === undefined || work.sample(settings.seeds[0]).batch.targets === undefined) return;
  const seeds = Array.from({ length: SEEDS }, (_, i) => settings.seeds[0] + i);
  const best = bestOfFamilies(ranked(findings.treatments));
  const ownSpec = { spec: settings.network, passes: 1, optional: false };
  const unchanged: Candidate = { ...ownSpec, name: "patient", optimizer: "sgd", grid: SGD_GRID };
  const adam: Candidate = { ...unchanged, name: "adam", optimizer: "adam", grid: ADAM_GRID };
  const remedies = best.map(
    ({ name, spec, flopsRatio: passes }): Candidate => ({ ...unchanged, name, spec, passes, optional: true }),
  );
  const all = [unchanged, adam, ...remedies];
  const runs = all.reduce((sum, { grid, passes }) => sum + passes * (grid.length + SEEDS - 1), 0);
  const passes = runs + 2 * SEEDS; // two rates and the network's own
  const { flops } = findings.unchanged!;
  const steps = settings.verify ?? Math.round(clamp(BUDGET / (passes * flops), FEWEST, MOST));

  work.plan(steps * SEEDS * all.reduce((sum, one) => sum + one.passes * one.grid.length, 2));
  const runner = await runnerFor(work, passes * steps * flops);
  const plan: Plan = { runner, seeds, steps };
  try {
    const losses = yield* trained(work, plan, all);
    const own = verified(losses, unchanged, null);
    const followers = remedies.filter((remedy) => losses.has(remedy)).map((remedy) => verified(losses, remedy, own));
    const controls = [verified(losses, adam, own)];
    if (own.learningRate !== null) {
      const rate = own.learningRate;
      const others = [
        { ...unchanged, name: "rate_x10", grid: [rate * 10] },
        { ...unchanged, name: "rate_/10", grid: [rate * 0.1] },
      ];
      const ofOthers = yield* trained(work, plan, others);
      for (const other of others) controls.push(verified(ofOthers, other, own));
    }
    const verification = { steps, seeds, oneBatch: memorizes(work), patient: own, remedies: followers, controls };
    findings.verification = { ...verification, summary: summarize(verification) };
  } finally {
    await runner.close();
  }
}

/** Trains on worker threads if the work is long enough, otherwise on this one. */
async function runnerFor(work: Work, operations: number): Promise<VerifyRunner> {
  const { network, task, batch, fixedWeights, bare, memoryLimit, threads, signal } = work.settings;
  const setup = { network, task, batch, fixedWeights, bare, memoryLimit, oneBatch: memorizes(work) };
  const helpers = helpersFor(task, { threads, operations });
  if (helpers === undefined) return verifyInThread(setup, signal);
  const { verifyPool } = await import("./node/pool.ts");
  const onLost = (reason: string) => work.findings.lost.add(reason);
  return verifyPool({ ...setup, task: helpers.task }, { threads: helpers.threads, signal, onLost });
}

/** The first remedies in rank, each from another family, so that three different approaches are compared. */
function bestOfFamilies(treatments: readonly Treatment[]): Treatment[] {
  const families = new Map<string, Treatment>();
  for (const treatment of treatments) {
    const { kind, family, wholePath, changes, recovered } = treatment;
    if (kind !== "remedy" || !wholePath || changes.length === 0 || !(recovered.mean > 0)) continue;
    if (!families.has(family)) families.set(family, treatment);
  }
  return [...families.values()].slice(0, BEST);
}

/** The losses of a candidate: for each rate of its grid, one for each seed; null for a rate that diverged. */
type Losses = ReadonlyMap<Candidate, readonly (readonly number[] | null)[]>;

/**
 * Trains networks at every rate of their grids with every seed. A rate that diverges with one seed is dropped. A remedy
 * that cannot be trained is missing in the result.
 */
async function* trained(
  work: Work,
  { runner, seeds, steps }: Plan,
  candidates: readonly Candidate[],
): AsyncWork<PrescriptionEvent, Losses> {
  const { findings, settings } = work;
  const trivial = findings.unchanged!.diagnosis.evidence.loss.baseline ?? 1;
  const losses = new Map(candidates.map((one) => [one, one.grid.map((): number[] | null => [])]));
  // seed by seed, so that a rate that diverges at once is found early
  const jobs = seeds.flatMap((seed, i) =>
    candidates.flatMap((candidate) => candidate.grid.map((_, rate) => ({ candidate, rate, seed, i }))),
  );
  const dropping: Runner<(typeof jobs)[number], number | null> = {
    ...runner,
    run: async ({ candidate, rate, seed }) => {
      if (losses.get(candidate)?.[rate] == null) return null;
      const { spec, optimizer, grid } = candidate;
      return runner.run({ spec, optimizer, learningRate: grid[rate], seed, updates: steps });
    },
  };
  for await (const { index, outcome } of runJobs(jobs, dropping, settings.signal)) {
    const { candidate, rate, seed, i } = jobs[index];
    const { name, passes } = candidate;
    const ofRates = losses.get(candidate);
    if ("result" in outcome) {
      const { result } = outcome;
      const ofRate = ofRates?.[rate];
      if (result === null && ofRates !== undefined) ofRates[rate] = null;
      else if (result !== null && ofRate != null) ofRate[i] = result / (trivial > 0 ? trivial : 1);
    } else if (outcome.error instanceof EvanesceError && candidate.optional) {
      // its training did not fit into memory
      if (losses.delete(candidate)) findings.untried.push({ name: `${name}, trained`, why: outcome.error.message });
    } else throw outcome.error;
    yield work.event("verification", name, seed, passes * steps);
    work.check();
  }
  work.check();
  return losses;
}

/** The result of one network, at the rate of its grid with the lowest mean loss. */
function verified(all: Losses, candidate: Candidate, unchanged: VerifiedLoss | null): VerifiedLoss {
  const { name, optimizer, grid } = candidate;
  let best: { rate: number; losses: readonly number[]; mean: number } | null = null;
  for (const [i, losses] of (all.get(candidate) ?? []).entries()) {
    if (losses === null) continue;
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    if (best === null || mean < best.mean) best = { rate: grid[i], losses, mean };
  }
  const losses = best?.losses ?? new Array<null>(SEEDS).fill(null);
  const loss = meanOf(losses);
  const gained = unchanged === null ? null : meanOf(losses.map((value, i) => minus(unchanged.losses[i], value)));
  const follows =
    gained === null
      ? unchanged !== null && unchanged.loss === null && loss !== null && loss.high < 1 - LEAST
      : gained.low > 0 && gained.mean >= LEAST;
  return { name, optimizer, learningRate: best?.rate ?? null, grid, losses, loss, gained, follows };
}

/** Whether training uses the same batch for every update. */
const memorizes = (work: Work): boolean => work.findings.task?.name === "gaussian";

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

const minus = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b);

function meanOf(values: readonly (number | null)[]): Interval | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length < values.length ? null : interval(numbers);
}
