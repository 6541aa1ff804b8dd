import { EvanesceError } from "../base/errors.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { Batch } from "../tasks/index.ts";
import { createTrainer } from "../training/index.ts";
import type { Work } from "./findings.ts";
import { type Interval, interval } from "./interval.ts";
import { ranked } from "./rank.ts";
import { summarize } from "./summary.ts";
import type { PrescriptionEvent, Treatment, VerifiedLoss } from "./types.ts";

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
  /** In passes of the network. */
  readonly passes: number;
}

/**
 * Trains the network as it is, the best remedy of each family and the controls, and adds the result to the findings.
 * Does nothing if there is nothing to learn.
 */
export function* verify(work: Work): Generator<PrescriptionEvent | undefined, void> {
  const { settings, findings } = work;
  if (settings.verify === undefined || work.sample(settings.seeds[0]).batch.targets === undefined) return;
  const seeds = Array.from({ length: SEEDS }, (_, i) => settings.seeds[0] + i);
  const best = bestOfFamilies(ranked(findings.treatments));
  const unchanged: Candidate = { name: "patient", spec: settings.network, optimizer: "sgd", grid: SGD_GRID, passes: 1 };
  const adam: Candidate = { ...unchanged, name: "adam", optimizer: "adam", grid: ADAM_GRID };
  const remedies = best.map(({ name, spec, flopsRatio }) => ({ ...unchanged, name, spec, passes: flopsRatio }));
  const runs = [unchanged, adam, ...remedies].reduce(
    (sum, { grid, passes }) => sum + passes * (grid.length + SEEDS - 1),
    0,
  );
  const passes = runs + 2 * SEEDS; // two rates and the network's own
  const steps = settings.verify ?? Math.round(clamp(BUDGET / (passes * findings.unchanged!.flops), FEWEST, MOST));
  work.plan(passes * steps);

  const own = yield* trained(work, unchanged, seeds, steps, null);
  const followers: VerifiedLoss[] = [];
  for (const candidate of remedies) {
    try {
      followers.push(yield* trained(work, candidate, seeds, steps, own));
    } catch (error) {
      if (!(error instanceof EvanesceError)) throw error; // there is not enough memory to train it
      findings.untried.push({ name: `${candidate.name}, trained`, why: error.message });
    }
  }
  const controls = [yield* trained(work, adam, seeds, steps, own)];
  if (own.learningRate !== null) {
    for (const [name, factor] of [
      ["rate_x10", 10],
      ["rate_/10", 0.1],
    ] as const) {
      controls.push(yield* trained(work, { ...unchanged, name, grid: [own.learningRate * factor] }, seeds, steps, own));
    }
  }
  const oneBatch = memorizes(work);
  const verification = { steps, seeds, oneBatch, patient: own, remedies: followers, controls };
  findings.verification = { ...verification, summary: summarize(verification) };
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

/** Trains one network at every rate of its grid with every seed. */
function* trained(
  work: Work,
  candidate: Candidate,
  seeds: readonly number[],
  steps: number,
  unchanged: VerifiedLoss | null,
): Generator<PrescriptionEvent | undefined, VerifiedLoss> {
  const { name, optimizer, grid, passes } = candidate;
  let best: { rate: number; losses: number[]; mean: number } | null = null;
  for (const rate of grid) {
    const losses: number[] = [];
    for (const seed of seeds) {
      const loss = yield* train(work, candidate, rate, seed, steps);
      if (loss === null) {
        work.plan(-passes * steps * (seeds.length - losses.length - 1)); // a rate that diverges once is dropped
        break;
      }
      losses.push(loss);
    }
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    if (losses.length === seeds.length && (best === null || mean < best.mean)) best = { rate, losses, mean };
  }
  const losses = best?.losses ?? seeds.map(() => null);
  const loss = meanOf(losses);
  const gained = unchanged === null ? null : meanOf(losses.map((value, i) => minus(unchanged.losses[i], value)));
  const follows =
    gained === null
      ? unchanged !== null && unchanged.loss === null && loss !== null && loss.high < 1 - LEAST
      : gained.low > 0 && gained.mean >= LEAST;
  return { name, optimizer, learningRate: best?.rate ?? null, grid, losses, loss, gained, follows };
}

/** Runs one training. Returns its final loss relative to that of the trivial answer; null if it diverged. */
function* train(
  work: Work,
  { name, spec, optimizer, passes }: Candidate,
  learningRate: number,
  seed: number,
  steps: number,
): Generator<PrescriptionEvent | undefined, number | null> {
  const trivial = work.findings.unchanged!.diagnosis.evidence.loss.baseline ?? 1;
  const network = work.network(spec, work.sample(seed));
  const trainer = createTrainer(network, { optimizer: { name: optimizer, learningRate } });
  const counted = Math.max(1, Math.floor(steps / 10));
  let sum = 0;
  try {
    for (let update = 0; update < steps; update++) {
      work.check();
      const { loss, outcome } = trainer.step(trainingBatch(work, seed, update));
      if (outcome === "nonfinite") {
        yield work.event("verification", name, seed, passes * (steps - update));
        return null;
      }
      if (update >= steps - counted) sum += loss / counted;
      yield work.event("verification", name, seed, passes);
    }
  } finally {
    trainer.dispose();
    network.dispose();
  }
  return sum / (trivial > 0 ? trivial : 1);
}

/**
 * Whether training uses the same batch for every update: labels without information can only be memorized (Zhang et al.
 * 2017).
 */
const memorizes = (work: Work): boolean => work.findings.task?.name === "gaussian";

/** The batch of an update, the same for every network. Its seeds are used by no measurement. */
function trainingBatch(work: Work, seed: number, update: number): Batch {
  if (memorizes(work)) return work.sample(seed).batch;
  return work.sample(((seed % 2 ** 31) + 1) * 2 ** 20 + update).batch;
}

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);

const minus = (a: number | null, b: number | null) => (a === null || b === null ? null : a - b);

function meanOf(values: readonly (number | null)[]): Interval | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length < values.length ? null : interval(numbers);
}
