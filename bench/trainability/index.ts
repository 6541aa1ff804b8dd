/**
 * `npm run calibrate:trainability [--optimizer adam|sgd] [--updates N] [--journal FILE] [--known]`: whether networks that are called
 * healthy learn, and whether those that are called sick do not. A network learns where its loss on held-out samples
 * falls to at most half of the trivial answer's on two of three seeds, at the best rate of a grid. Only tasks that the
 * network's mended twin learns count. The table goes to standard output, progress to standard error. With a journal,
 * networks that it holds are not trained again; --known leaves out those that it does not hold.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { diagnose, propagate } from "../../src/index.ts";
import { taskCost } from "../../src/training/index.ts";
import type { TaskCost, Verdict } from "../../src/diagnosis/index.ts";
import type { RaceOptimizer } from "../../src/prescription/index.ts";
import { GRIDS } from "../../src/prescription/race/schedule.ts";
import { type RaceSetup, RaceTrack } from "../../src/prescription/race/training.ts";
import { finish } from "../../src/base/time-slicing.ts";
import { type NetworkInput, parseSpec } from "../../src/spec/index.ts";
import { trivialLoss } from "../../src/training/short-training.ts";
import { type Trainable, TRAINABLE } from "./networks.ts";
import { formatTrainability, type Judged } from "./table.ts";

const { values: flags } = parseArgs({
  options: {
    optimizer: { type: "string", default: "adam" },
    updates: { type: "string", default: "500" },
    journal: { type: "string" },
    known: { type: "boolean", default: false },
  },
});
const optimizer = flags.optimizer as RaceOptimizer;
const updates = Number(flags.updates);
if (!Object.hasOwn(GRIDS, optimizer) || !(Number.isSafeInteger(updates) && updates > 0)) {
  console.error("--optimizer: adam or sgd; --updates: a whole number from 1 on");
  process.exit(2);
}
const BATCH = 32;
const SEEDS = [0, 1, 2];
/** A network learns if its loss falls to this share of the trivial loss on this number of seeds. */
const HALF = 0.5;
const ENOUGH = 2;
/** Held-out samples on which a training is judged; finite data may have fewer. */
const HELD_OUT = 256;

/** Held-out loss / loss of the trivial answer for each rate and seed; null if training diverged. */
type Losses = Readonly<Record<string, readonly (number | null)[]>>;

const known = new Map<string, Losses>();
const prices = new Map<string, TaskCost["verdict"]>();
if (flags.journal !== undefined && existsSync(flags.journal)) {
  for (const line of readFileSync(flags.journal, "utf8").trim().split("\n").filter(Boolean)) {
    const { key, losses, price } = JSON.parse(line) as { key: string; losses?: Losses; price?: TaskCost["verdict"] };
    if (losses !== undefined) known.set(key, losses);
    if (price !== undefined) prices.set(key, price);
  }
}

const judged: Judged[] = [];
for (const one of TRAINABLE) {
  if (flags.known && !isKnown(one)) continue;
  const learns = isLearned(trainedOn(one.network, one.task));
  const twinLearns = learns || isLearned(trainedOn(one.twin, one.task));
  const { verdict, price } = await verdictOf(one);
  const best = Math.min(...Object.values(trainedOn(one.network, one.task)).map(middle));
  judged.push({ name: one.name, verdict, price, learns, twinLearns, loss: best });
  process.stderr.write(
    `${judged.length}/${TRAINABLE.length} ${one.name}: ${verdict}, ${best.toPrecision(3)} of the trivial loss${twinLearns ? "" : ", nor does its twin learn"}\n`,
  );
}
console.log(formatTrainability(judged, { optimizer, updates, batch: BATCH, rates: GRIDS[optimizer] }));

function keyOf(network: NetworkInput, task: Trainable["task"]): string {
  return JSON.stringify([network, task, optimizer, updates]);
}

/** Whether the journal has all results that are needed to judge it. */
function isKnown({ network, task, twin }: Trainable): boolean {
  const own = known.get(keyOf(network, task));
  return own !== undefined && (isLearned(own) || known.has(keyOf(twin, task)));
}

/** Every rate of the grid on every seed. */
function trainedOn(network: NetworkInput, task: Trainable["task"]): Losses {
  const key = keyOf(network, task);
  const found = known.get(key);
  if (found !== undefined) return found;
  const spec = parseSpec(network);
  const fixed = { oneBatch: false, fixedWeights: undefined, bare: false, memoryLimit: undefined, heldOut: HELD_OUT };
  const setup: RaceSetup = { network: spec, task, batch: BATCH, optimizer, schedule: "constant", ...fixed };
  const track = new RaceTrack(setup);
  const losses: Record<string, (number | null)[]> = {};
  for (const seed of SEEDS) {
    const trivial = trivialLoss(finish(track.data(seed)).validation(HELD_OUT)[0]);
    for (const learningRate of GRIDS[optimizer]) {
      const run = finish(track.run({ spec, steps: null, learningRate, seed, updates }));
      losses[learningRate] ??= [];
      losses[learningRate].push("loss" in run && run.loss !== null ? run.loss / trivial : null);
    }
  }
  known.set(key, losses);
  if (flags.journal !== undefined) appendFileSync(flags.journal, `${JSON.stringify({ key, losses })}\n`);
  return losses;
}

function isLearned(losses: Losses): boolean {
  const low = (ofRate: readonly (number | null)[]) => ofRate.filter((loss) => loss !== null && loss <= HALF).length;
  return Object.values(losses).some((ofRate) => low(ofRate) >= ENOUGH);
}

/** The median of three; a diverged one counts as +∞. */
function middle(losses: readonly (number | null)[]): number {
  const sorted = losses.map((loss) => loss ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}

/**
 * What is said of most seeds. Of a sick path what it costs on this task is asked for as well, by short trainings at
 * rates of their own on a seed that the long ones do not see.
 */
async function verdictOf({ network, task }: Trainable): Promise<Pick<Judged, "price"> & { verdict: Verdict }> {
  const said = SEEDS.map((seed) => diagnose(propagate({ network, task, batch: BATCH, seed })));
  const counted = (verdict: Verdict) => said.filter((one) => one.verdict === verdict).length;
  const [first] = [...said].sort((a, b) => counted(b.verdict) - counted(a.verdict));
  if (first.verdict === "healthy") return { verdict: "healthy", price: null };
  const price = await priceOf(network, task);
  return { verdict: first.verdict, price: first.summary.includes("costs nothing here") ? "harmless" : price };
}

/** The cost of a sick path from the short trainings; `unclear` if it cannot be found for this task. */
async function priceOf(network: NetworkInput, task: Trainable["task"]): Promise<TaskCost["verdict"]> {
  const found = prices.get(keyOf(network, task));
  if (found !== undefined) return found;
  const price = await taskCost({ network, task, batch: BATCH, updates, seed: SEEDS.length }).result.then(
    ({ verdict }) => verdict,
    () => "unclear" as const,
  );
  prices.set(keyOf(network, task), price);
  if (flags.journal !== undefined)
    appendFileSync(flags.journal, `${JSON.stringify({ key: keyOf(network, task), price })}\n`);
  return price;
}
