/**
 * `npm run calibrate:remedies [--updates N] [--schedule cosine|constant] [--journal FILE] [--part tuned|"held out"|fresh]
 * [--threads N] [--known] [--once]`: whether the remedy that `prescribe` ranks first is the one that learns best. Sick
 * networks of twenty kinds; the truth is a search fixed beforehand: every remedy that fits and the network as it is, at
 * every learning rate of the grid, for N updates, on other seeds. The race may do a tenth of the updates of the search,
 * all trainings together. The table goes to standard output, progress to standard error. With a journal, searches that
 * it holds are not run again; --known leaves out networks that it does not hold.
 *
 * The search itself depends on its seeds. So a second one, with seeds of its own, names its own best remedy, and the
 * first one judges it as it judges the race's: the share that the second search reaches is the ceiling of this measure.
 * --once runs no second search; one that the journal holds is used.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { prescribe } from "../../src/index.ts";
import { AS_IT_IS, type Prescription } from "../../src/prescription/index.ts";
import { racePool } from "../../src/prescription/node/pool.ts";
import type { RaceSchedule } from "../../src/prescription/race/types.ts";
import { GRIDS, planRungs, updatesOf } from "../../src/prescription/race/schedule.ts";
import { ranked } from "../../src/prescription/rank.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { type Sick, SICK } from "./networks.ts";
import { bestLoss, bestOf, type Searched, search } from "./search.ts";
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
/** The first seed of the race, and the seeds of both searches. No two of them share a seed. */
const RACE_SEED = 0;
const SEARCH_SEEDS = [1000, 1001];
const SECOND_SEEDS = [2000, 2001];
/** Updates of the whole search / updates of the whole race, at least. */
const LONGER = 10;
const RATES = GRIDS.adam;

interface Line {
  readonly key: string;
  readonly searched: Searched;
}
const known = new Map<string, Searched>();
if (flags.journal !== undefined && existsSync(flags.journal)) {
  for (const line of readFileSync(flags.journal, "utf8").trim().split("\n").filter(Boolean)) {
    const { key, searched } = JSON.parse(line) as Line;
    known.set(key, searched);
  }
}

const scored: Scored[] = [];
for (const sick of inTurns(SICK)) {
  if (flags.part !== undefined && sick.part !== flags.part) continue;
  if (flags.known && !known.has(keyOf(sick, SEARCH_SEEDS))) continue;
  const started = performance.now();
  const common = { network: sick.network, task: sick.task, batch: BATCH, seed: RACE_SEED, seeds: 3 } as const;
  const { treatments } = await prescribe({ ...common, fast: true }).result;
  const finalists = longestRace(treatments);
  const found = await prescribe({ ...common, race: { updates: finalists }, threads }).result;
  const raced = performance.now();
  const searched = await searchedWith(SEARCH_SEEDS, sick, found);
  const again = flags.once
    ? (known.get(keyOf(sick, SECOND_SEEDS)) ?? null)
    : await searchedWith(SECOND_SEEDS, sick, found);
  const one = score(sick, found, { searched, again }, finalists);
  scored.push(one);
  const seconds = [raced - started, performance.now() - raced].map((ms) => (ms / 1000).toFixed(0));
  process.stderr.write(
    `${scored.length}: ${sick.kind}, ${sick.severity}: ${one.first} ${one.ratio.toFixed(2)} (best ${one.best} ${one.bestLoss.toPrecision(3)} of ${one.trivial?.toPrecision(3)}), race ${seconds[0]} s, search ${seconds[1]} s\n`,
  );
}
console.log(formatRemedies(scored, { updates, schedule, longer: LONGER, rates: RATES, seeds: SEARCH_SEEDS.length }));

/** First networks of every kind, then second ones, and so on, so a study that is stopped early has all kinds. */
function inTurns(all: readonly Sick[]): Sick[] {
  const turn = (sick: Sick) => all.filter(({ kind }) => kind === sick.kind).indexOf(sick);
  return [...all].sort((a, b) => turn(a) - turn(b));
}

function keyOf({ network, task }: Sick, seeds: readonly number[]): string {
  return JSON.stringify([network, task, updates, seeds, RATES, schedule]);
}

/** The search with these seeds, from the journal if it holds it. */
async function searchedWith(seeds: readonly number[], sick: Sick, found: Prescription): Promise<Searched> {
  const key = keyOf(sick, seeds);
  const held = known.get(key);
  if (held !== undefined) return held;
  const searched = await searchAll(seeds, sick, found);
  if (flags.journal !== undefined) {
    appendFileSync(flags.journal, `${JSON.stringify({ key, searched } satisfies Line)}\n`);
  }
  return searched;
}

async function searchAll(
  seeds: readonly number[],
  { network, task }: Sick,
  { treatments, race }: Prescription,
): Promise<Searched> {
  const spec = parseSpec(network);
  const fixed = { fixedWeights: undefined, bare: false, memoryLimit: undefined };
  const setup = {
    network: spec,
    task,
    batch: BATCH,
    optimizer: "adam" as const,
    schedule,
    oneBatch: false,
    ...fixed,
  };
  const candidates = [
    { name: AS_IT_IS, spec, steps: null },
    ...treatments.map((one) => ({
      name: one.name,
      spec: one.spec,
      steps: race?.entries.find(({ name }) => name === one.name)?.steps ?? null,
    })),
  ];
  const runner = racePool(setup, {
    threads,
    onLost: (reason) => process.stderr.write(`a worker was lost: ${reason}\n`),
  });
  try {
    return await search(candidates, { rates: RATES, seeds, updates }, runner);
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

function score(
  sick: Sick,
  { patient, prescribed, race, treatments }: Prescription,
  { searched, again }: { searched: Searched; again: Searched | null },
  finalists: number,
): Scored {
  const best = bestOf(searched);
  const first =
    race?.conclusive === true ? race.entries[0] : { name: treatments[0]?.name ?? AS_IT_IS, learningRate: null };
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
    second: again === null ? null : bestLoss(searched, bestOf(again).name) / best.loss,
    untreated: bestLoss(searched, AS_IT_IS) / best.loss,
    byPath: bestLoss(searched, ranked(treatments)[0]?.name ?? AS_IT_IS) / best.loss,
  };
}
