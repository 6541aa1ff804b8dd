/**
 * `npm run calibrate:remedies [--updates N] [--schedule cosine|constant] [--journal FILE] [--part tuned|"held out"|fresh]
 * [--threads N] [--known] [--once]`: whether the remedy that `prescribe` ranks first is the one that learns best. Sick
 * networks of twenty kinds; the truth is a search fixed beforehand: every remedy that fits and the network as it is, at
 * every learning rate of the grid, for N updates, on other seeds. The race may do a tenth of the updates of the search,
 * all trainings together. The table goes to standard output, progress to standard error. With a journal, searches that
 * it holds are not run again; --known leaves out networks that it does not hold.
 *
 * The search itself depends on its seeds, and its lowest loss is low by chance, too. So the best networks of the search
 * train again on more seeds and are judged on more held-out samples. These repeats judge the race's first remedy, and
 * the best remedy of the search in the same way: the share that the search reaches is the ceiling of this measure.
 * --once repeats nothing; repeats that the journal holds are used.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { prescribe } from "../../src/index.ts";
import { AS_IT_IS, type Prescription } from "../../src/prescription/index.ts";
import { racePool } from "../../src/prescription/node/pool.ts";
import type { RaceRunner } from "../../src/prescription/race/runners.ts";
import type { RaceSchedule } from "../../src/prescription/race/types.ts";
import { GRIDS, planRungs, updatesOf } from "../../src/prescription/race/schedule.ts";
import { ranked } from "../../src/prescription/rank.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { type Sick, SICK } from "./networks.ts";
import {
  bestLoss,
  bestNames,
  bestOf,
  type Candidate,
  meansOf,
  type Repeated,
  repeat,
  type Searched,
  search,
} from "./search.ts";
import { formatRemedies, type Scored } from "./table.ts";

const { values: flags } = parseArgs({
  options: {
    updates: { type: "string", default: "600" },
    schedule: { type: "string", default: "cosine" },
    journal: { type: "string" },
    part: { type: "string" },
    threads: { type: "string" },
    known: { type: "boolean", default: false },
    once: { type: "boolean", default: false },
  },
});
/** Updates of each training of the search. */
const updates = Number(flags.updates);
/** How the rate goes on in the search. In a race it always falls to 0 along half a cosine. */
const schedule = flags.schedule as RaceSchedule;
const threads = flags.threads === undefined ? availableParallelism() : Number(flags.threads);
const BATCH = 16;
/** The first seed of the race, the seeds of the search, and those of the repeats. No two of them share a seed. */
const RACE_SEED = 0;
const SEARCH_SEEDS = [1000, 1001];
const REPEAT_SEEDS = [3000, 3001, 3002, 3003];
/** Held-out samples of the search and of the repeats. */
const SEARCH_SAMPLES = 256;
const REPEAT_SAMPLES = 2048;
/** Updates of the whole search / updates of the whole race, at least. */
const LONGER = 10;
const RATES = GRIDS.adam;

interface Line {
  readonly key: string;
  readonly searched?: Searched;
  readonly repeated?: Repeated;
}
const known = new Map<string, Searched>();
const knownRepeats = new Map<string, Repeated>();
if (flags.journal !== undefined && existsSync(flags.journal)) {
  for (const line of readFileSync(flags.journal, "utf8").trim().split("\n").filter(Boolean)) {
    const { key, searched, repeated } = JSON.parse(line) as Line;
    if (searched !== undefined) known.set(key, searched);
    if (repeated !== undefined) knownRepeats.set(key, { ...knownRepeats.get(key), ...repeated });
  }
}

const scored: Scored[] = [];
for (const sick of inTurns(SICK)) {
  if (flags.part !== undefined && sick.part !== flags.part) continue;
  if (flags.known && !known.has(keyOf(sick))) continue;
  const started = performance.now();
  const common = { network: sick.network, task: sick.task, batch: BATCH, seed: RACE_SEED, seeds: 3 } as const;
  const { treatments } = await prescribe({ ...common, fast: true }).result;
  const finalists = longestRace(treatments);
  const found = await prescribe({ ...common, race: { updates: finalists }, threads }).result;
  const raced = performance.now();
  const searched = await searchOf(sick, found);
  const repeated = await repeatsOf(sick, found, searched, firstOf(found).name);
  const one = score(sick, found, { searched, repeated }, finalists);
  scored.push(one);
  const seconds = [raced - started, performance.now() - raced].map((ms) => (ms / 1000).toFixed(0));
  process.stderr.write(
    `${scored.length}: ${sick.kind}, ${sick.severity}: ${one.first} ${one.ratio.toFixed(2)} (best ${one.best} ${one.bestLoss.toPrecision(3)} of ${one.trivial?.toPrecision(3)}), race ${seconds[0]} s, search ${seconds[1]} s\n`,
  );
}
const seeds = { search: SEARCH_SEEDS.length, repeats: REPEAT_SEEDS.length };
console.log(
  formatRemedies(scored, { updates, schedule, longer: LONGER, rates: RATES, seeds, samples: REPEAT_SAMPLES }),
);

/** First networks of every kind, then second ones, and so on, so a study that is stopped early has all kinds. */
function inTurns(all: readonly Sick[]): Sick[] {
  const turn = (sick: Sick) => all.filter(({ kind }) => kind === sick.kind).indexOf(sick);
  return [...all].sort((a, b) => turn(a) - turn(b));
}

function keyOf({ network, task }: Sick): string {
  return JSON.stringify([network, task, updates, SEARCH_SEEDS, RATES, schedule]);
}

function record(line: Line): void {
  if (flags.journal !== undefined) appendFileSync(flags.journal, `${JSON.stringify(line)}\n`);
}

/** The search, from the journal if it holds it. */
async function searchOf(sick: Sick, found: Prescription): Promise<Searched> {
  const key = keyOf(sick);
  const held = known.get(key);
  if (held !== undefined) return held;
  const plan = { rates: RATES, seeds: SEARCH_SEEDS, updates };
  const searched = await withRunner(sick, SEARCH_SAMPLES, (runner) => search(candidatesOf(sick, found), plan, runner));
  record({ key, searched });
  return searched;
}

/**
 * The repeats of the best networks of the search and of the race's first, from the journal as far as it holds them; null
 * if some are missing and nothing is to be repeated.
 */
async function repeatsOf(sick: Sick, found: Prescription, searched: Searched, first: string): Promise<Repeated | null> {
  const { network, task } = sick;
  const key = JSON.stringify([network, task, updates, REPEAT_SEEDS, REPEAT_SAMPLES, schedule]);
  const held = knownRepeats.get(key) ?? {};
  const missing = [...bestNames(searched), first].filter((name) => !(name in held));
  if (missing.length === 0) return held;
  if (flags.once) return null;
  const candidates = candidatesOf(sick, found).filter(({ name }) => missing.includes(name));
  const plan = { seeds: REPEAT_SEEDS, updates };
  const repeated = await withRunner(sick, REPEAT_SAMPLES, (runner) => repeat(searched, candidates, plan, runner));
  record({ key, repeated });
  return { ...held, ...repeated };
}

/** The network as it is and every remedy that fits. */
function candidatesOf({ network }: Sick, { treatments, race }: Prescription): Candidate[] {
  const stepsOf = (name: string) => race?.entries.find((one) => one.name === name)?.steps ?? null;
  const remedies = treatments.map(({ name, spec }) => ({ name, spec, steps: stepsOf(name) }));
  return [{ name: AS_IT_IS, spec: parseSpec(network), steps: null }, ...remedies];
}

async function withRunner<Result>(
  { network, task }: Sick,
  heldOut: number,
  work: (runner: RaceRunner) => Promise<Result>,
): Promise<Result> {
  const fixed = { oneBatch: false, fixedWeights: undefined, bare: false, memoryLimit: undefined };
  const setup = {
    ...{ network: parseSpec(network), task, batch: BATCH, optimizer: "adam" as const, schedule, heldOut },
    ...fixed,
  };
  const onLost = (reason: string) => process.stderr.write(`a worker was lost: ${reason}\n`);
  const runner = racePool(setup, { threads, onLost });
  try {
    return await work(runner);
  } finally {
    await runner.close();
  }
}

/** The most updates of the finalists with which a race does at most a tenth of the updates of the search. */
function longestRace(treatments: Prescription["treatments"]): number {
  const allowed = ((treatments.length + 1) * RATES.length * SEARCH_SEEDS.length * updates) / LONGER;
  const costs = Array(treatments.length + 1).fill(1);
  let finalists = updates;
  while (finalists > 9 && updatesOf(planRungs(costs, RATES.length, finalists)) > allowed) finalists--;
  return finalists;
}

/** The network that the race ranks first, and its rate; that of the path if the race decided nothing. */
function firstOf({ race, treatments }: Prescription): { name: string; learningRate: number | null } {
  if (race?.conclusive === true) return race.entries[0];
  return { name: treatments[0]?.name ?? AS_IT_IS, learningRate: null };
}

function score(
  sick: Sick,
  found: Prescription,
  { searched, repeated }: { searched: Searched; repeated: Repeated | null },
  finalists: number,
): Scored {
  const { patient, prescribed, race, treatments } = found;
  const best = bestOf(searched);
  const first = firstOf(found);
  const rate = first.learningRate;
  return {
    ...sick,
    finalists,
    raced: race?.updates ?? 0,
    prescribed: prescribed !== null,
    advised: (patient?.diagnosis.advice[0]?.options.length ?? 0) > 0,
    first: first.name,
    conclusive: race?.conclusive ?? false,
    trivial: race?.trivial ?? null,
    best: best.name,
    bestLoss: best.loss,
    ratio: bestLoss(searched, first.name) / best.loss,
    ratioAtRate: rate === null ? null : (searched[first.name][rate] ?? Number.POSITIVE_INFINITY) / best.loss,
    repeated: repeated === null ? null : judgedBy(meansOf(repeated), { first: first.name, searched: best.name }),
    untreated: bestLoss(searched, AS_IT_IS) / best.loss,
    byPath: bestLoss(searched, ranked(treatments)[0]?.name ?? AS_IT_IS) / best.loss,
  };
}

/** The losses of the race's first, of the search's best and of no remedy in the repeats / the best loss there. */
function judgedBy(repeats: Searched, { first, searched }: { first: string; searched: string }): Scored["repeated"] {
  const best = bestOf(repeats);
  const ratio = (name: string) => bestLoss(repeats, name) / best.loss;
  return { best: best.name, bestLoss: best.loss, ratio: ratio(first), search: ratio(searched), none: ratio(AS_IT_IS) };
}
