import { runJobs } from "../../parallel/runner.ts";
import { parameterTable } from "../../spec/parameters.ts";
import { baselineOf } from "../../training/index.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import type { Batch } from "../../tasks/index.ts";
import { Stopped, type Work } from "../findings.ts";
import { type Helpers, helpersFor } from "../passes/runner.ts";
import { ranked } from "../rank.ts";
import { REMEDIES, type MeasuredNetwork } from "../remedies/index.ts";
import type { PrescriptionEvent, Treatment } from "../types.ts";
import { inThread, type RaceRunner } from "./runners.ts";
import { GRIDS, middleOf, planRungs, type RungPlan, SEEDS, updateCost, updatesOf } from "./schedule.ts";
import { addRung, byLoss, entriesOf, MOVED, type Racer, ratesByLoss, trainAlike } from "./standings.ts";
import { summarizeRace } from "./summary.ts";
import { heldOutSamples, isOneBatch, type RaceJob, type RaceRun, type RaceSetup, RaceTrack } from "./training.ts";
import { AS_IT_IS, type Race, type Rung } from "./types.ts";

/*
 * The race finds the remedy that learns best. The network as it is and the remedies whose gradient is neither dead nor
 * non-finite train for a short while, at every learning rate of a grid, with the same seeds and batches. The better
 * ones train again, three times as long, and so on (successive halving: Jamieson and Talwalkar 2016; the rounds are in
 * schedule.ts). Each is judged by its loss on held-out samples at its own best rate; the longest trainings are repeated
 * on several seeds. The network as it is stays to the end.
 *
 * In every training the learning rate falls to 0 along half a cosine. At a constant rate the loss after the last update
 * depends on the last batches, most of all at large rates, so the order of good remedies changes from update to update.
 */

/** A racer with its network. */
interface Runnable extends Racer {
  readonly spec: NetworkSpec;
}

/** Number of remedies that is assumed for the progress before it is known which fit. */
const EXPECTED_REMEDIES = 20;

/** Whether there is a race, and something to learn. */
const isWanted = (work: Work): boolean =>
  work.settings.race !== undefined && work.sample(work.settings.seeds[0]).batch.targets !== undefined;

/** The approximate number of passes of a race; 0 if there is none. */
export function expectedPasses(work: Work): number {
  const { settings } = work;
  if (!isWanted(work)) return 0;
  const rates = GRIDS[settings.race?.optimizer ?? "adam"].length;
  const own = costOf(work, settings.network, work.sample(settings.seeds[0]).batch);
  const plans = planRungs(Array(EXPECTED_REMEDIES + 1).fill(own), rates, settings.race?.updates);
  return passesOf(plans, own / work.findings.unchanged!.flops);
}

/** Work of all rounds, in passes of the network. */
const passesOf = (plans: readonly RungPlan[], perUpdate: number): number => updatesOf(plans) * perUpdate;

/** Races the treatments, and adds the result to the findings after every round. */
export async function* race(work: Work): AsyncGenerator<PrescriptionEvent | undefined, void> {
  const { settings } = work;
  const seed = settings.seeds[0];
  if (!isWanted(work)) return;
  work.plan(-expectedPasses(work));
  const setup = yield* work.guarded(setupOf(work));
  const data = yield* work.guarded(new RaceTrack(setup).data(seed));
  const { field, left } = fieldOf(work, data.next(1));
  const [unchanged] = field;
  const grid = GRIDS[setup.optimizer];
  const costs = field.map(({ spec }) => costOf(work, spec, data.next(1)));
  const plans = planRungs(costs, grid.length, settings.race?.updates);
  for (const { name } of field.slice(plans[0].remedies + 1)) {
    left.push({ name, why: "the budget of operations does not allow more networks of this size" });
  }
  const racers = field.slice(0, plans[0].remedies + 1);
  for (const racer of racers) racer.rates = middleOf(grid, plans[0].rates);

  const passes = (racer: Runnable) => costs[field.indexOf(racer)] / costs[0];
  const own = work.findings.unchanged!.flops;
  const perUpdate = costs[0] / own; // in passes of the network
  work.plan(passesOf(plans, perUpdate));
  const baseline = baselineOf(setup.oneBatch ? data.next(1) : data.validation(1)[0]);
  const rungs: Rung[] = [];
  let updates = 0;
  const announceRound = (plan: RungPlan, racing: readonly Runnable[]) => {
    const ran = racing.filter((racer) => racer.rungs.at(-1)?.plan === plan);
    if (ran.length === 0) return;
    const trained = ran.flatMap((racer) => [...racer.rungs.at(-1)!.runs.values()]);
    rungs.push({ updates: plan.updates, seeds: 1, networks: ran.length, arms: trained.length });
    updates += trained.length * plan.updates;
    const entries = entriesOf(racers, unchanged);
    const known = {
      optimizer: setup.optimizer,
      schedule: setup.schedule,
      grid: middleOf(grid, plans[0].rates),
      batch: setup.batch,
      seeds: seedsOf(seed, SEEDS),
      validation: setup.oneBatch ? 0 : samplesOf(data.validation(heldOutSamples(plan.updates))),
      oneBatch: setup.oneBatch,
      trivial: baseline?.value ?? null,
      rungs: [...rungs],
      updates,
      entries,
      left,
      ...(lost.size === 0 ? {} : { notes: [...lost].map(lostWorker) }),
    };
    const lowest = Math.min(...entries.map(({ loss }) => loss?.mean ?? Number.POSITIVE_INFINITY));
    const conclusive = lowest < (baseline === null ? Number.POSITIVE_INFINITY : (1 - MOVED) * baseline.value);
    work.findings.race = { ...known, conclusive, summary: summarizeRace({ ...known, conclusive }) } satisfies Race;
  };
  const operations = own * passesOf(plans, perUpdate);
  const lost = new Set<string>();
  const runner = await runnerFor(setup, { threads: settings.threads, operations }, settings.signal, lost);
  try {
    let racing = racers;
    for (const [i, plan] of plans.entries()) {
      const trainings = racing.flatMap((racer) => racer.rates.map((rate) => ({ racer, rate })));
      try {
        yield* rung(work, runner, trainings, plan, seed + plan.seed, (racer) => passes(racer) * perUpdate);
      } finally {
        announceRound(plan, racing);
      }
      if (i === plans.length - 1) break;
      const next = plans[i + 1];
      const order = byLoss(racing, baseline?.value).filter(isFirstOfItsKind) as Runnable[];
      racing = [unchanged, ...order.filter((racer) => racer !== unchanged).slice(0, next.remedies)];
      for (const racer of racing) {
        const count = racer === unchanged ? next.ownRates : next.rates;
        racer.rates = ratesByLoss(racer.rungs.at(-1)!).slice(0, count);
      }
    }
  } catch (error) {
    if (settings.signal?.aborted !== true) throw error;
    throw new Stopped();
  } finally {
    await runner.close();
  }
}

/** Runs one round: every network at its rates, on one seed. If it is stopped in the middle, what was trained counts. */
async function* rung(
  work: Work,
  runner: RaceRunner,
  trainings: readonly { readonly racer: Runnable; readonly rate: number }[],
  plan: RungPlan,
  seed: number,
  passes: (racer: Runnable) => number,
): AsyncGenerator<PrescriptionEvent | undefined, void> {
  const runs = new Map<Runnable, Map<number, RaceRun>>();
  const asked = trainings.map(
    ({ racer: { spec, steps }, rate: learningRate }): RaceJob => ({
      ...{ spec, steps, learningRate, seed, updates: plan.updates },
    }),
  );
  try {
    for await (const { index, outcome } of runJobs(asked, runner, work.settings.signal)) {
      if ("error" in outcome) throw outcome.error;
      const { racer, rate } = trainings[index];
      runs.set(racer, (runs.get(racer) ?? new Map<number, RaceRun>()).set(rate, outcome.result));
      yield work.event("race", racer.name, seed, passes(racer) * plan.updates);
      work.check();
    }
  } finally {
    for (const [racer, ofRacer] of runs) addRung(racer, plan, ofRacer);
  }
}

/** Whether no racer before this one is the same network. */
const isFirstOfItsKind = (racer: Racer, i: number, all: readonly Racer[]): boolean =>
  !all.slice(0, i).some((other) => trainAlike(racer, other));

const samplesOf = (batches: readonly Batch[]) => batches.reduce((sum, { batch }) => sum + batch, 0);

const seedsOf = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

function* setupOf({ settings }: Work): Generator<void, RaceSetup> {
  const { network, task, batch, fixedWeights, bare, memoryLimit } = settings;
  const { optimizer = "adam" } = settings.race!;
  const setup = { network, task, batch, optimizer, schedule: "cosine" as const, fixedWeights, bare, memoryLimit };
  return { ...setup, oneBatch: yield* isOneBatch(setup, settings.seeds[0]) };
}

/** The network as it is and the treatments that take part, in the order of admission. */
function fieldOf(work: Work, batch: Batch): { field: Runnable[]; left: { name: string; why: string }[] } {
  const { network } = work.settings;
  const left: { name: string; why: string }[] = [];
  const fit: Treatment[] = [];
  for (const treatment of ranked(work.findings.treatments)) {
    const { name, verdict } = treatment;
    if (verdict === "dead" || verdict === "nonfinite") left.push({ name, why: `its path is ${verdict} at the start` });
    else fit.push(treatment);
  }
  const racer = (name: string, spec: NetworkSpec, steps: number | null): Runnable => {
    const flops = work.cost(spec, batch).flops;
    return { name, spec, steps, flops, rates: [], rungs: [] };
  };
  const remedies = familyByFamily(fit).map(({ name, spec }) => racer(name, spec, stepsOf(work, name)));
  return { field: [racer(AS_IT_IS, network, null), ...remedies], left };
}

/** The first of every family, then the second of every family, …, so that a small field has many kinds of remedies. */
function familyByFamily(treatments: readonly Treatment[]): Treatment[] {
  const seen = new Map<string, number>();
  const places = treatments.map((treatment) => {
    const place = seen.get(treatment.family) ?? 0;
    seen.set(treatment.family, place + 1);
    return { treatment, place };
  });
  return places.sort((a, b) => a.place - b.place).map(({ treatment }) => treatment);
}

/** The number of last steps that a remedy keeps of every sequence; null if it keeps all. */
function stepsOf(work: Work, name: string): number | null {
  const remedy = REMEDIES.find((one) => one.name === name && one.kind === work.settings.network.kind);
  const { batch } = work.sample(work.settings.seeds[0]);
  return remedy?.batch?.(batch, work.findings.profile as MeasuredNetwork).steps ?? null;
}

/** Operations of one update on this batch. */
function costOf(work: Work, spec: NetworkSpec, batch: Batch): number {
  const sizes = { inputs: spec.inputs ?? batch.inputSize, outputs: spec.outputs ?? batch.outputSize ?? null };
  return updateCost(work.cost(spec, batch), parameterTable(spec, sizes));
}

/** @param lost takes the reasons why workers were lost */
async function runnerFor(
  setup: RaceSetup,
  { threads, operations }: Helpers,
  signal: AbortSignal | undefined,
  lost: Set<string>,
): Promise<RaceRunner> {
  const helpers = helpersFor(setup.task, { threads, operations });
  if (helpers === undefined) return inThread(setup, signal);
  const { racePool } = await import("../node/pool.ts");
  const onLost = (reason: string) => lost.add(reason);
  return racePool({ ...setup, task: helpers.task }, { threads: helpers.threads, signal, onLost });
}

const lostWorker = (reason: string): string =>
  `A worker thread was lost (${reason}); the main thread did its training. The numbers are the same.`;
