import { EvanesceError } from "../base/errors.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { changesBetween } from "./changes.ts";
import { rounded } from "../words/numbers.ts";
import { CONTROLS } from "./controls.ts";
import type { Work } from "./findings.ts";
import { interval } from "./interval.ts";
import { difference, distance, outcomeOf } from "./measure.ts";
import { EXPECTED_REMEDIES } from "./measure-network.ts";
import type { PassResult } from "./passes/bench.ts";
import { type PassEnd, resultsOf, runPasses } from "./passes/run.ts";
import { whyNotWithFixedWeights } from "./fixed-weights.ts";
import { applied, fitted, type MeasuredNetwork, REMEDIES, type Remedy } from "./remedies/index.ts";
import { scaledBy } from "./remedies/initializations.ts";
import { type Solved, solveGain } from "./solve.ts";
import type { PrescriptionEvent, Treatment } from "./types.ts";

/** A search for the gain uses this many seeds. Its result is then measured with all seeds. */
const SEARCH_SEEDS = 2;
const SEARCH_PASSES = 16;

/** The description of a treatment before it is measured. */
export type Plan = Pick<Treatment, "name" | "kind" | "family" | "what" | "source" | "price" | "of"> & {
  readonly spec: NetworkSpec;
  readonly shortens: boolean;
  readonly batch: Remedy["batch"];
};

/** Tries every remedy that fits, with every seed. */
export async function* tryRemedies(work: Work): AsyncGenerator<PrescriptionEvent, void> {
  const { network, remedies } = work.settings;
  const measured = work.findings.profile as MeasuredNetwork;
  const plans = REMEDIES.filter(
    ({ kind, name, against }) =>
      kind === network.kind && (remedies?.includes(name) ?? true) && (against?.includes(measured.verdict) ?? true),
  ).flatMap((remedy) => {
    const fit = remedy.solves ? scaledBy(network, 1) : fitted(remedy, network, measured);
    const why = fit !== null && measured.hasFixedWeights ? whyNotWithFixedWeights(remedy, network, fit) : null;
    if (why !== null) work.findings.untried.push({ name: remedy.name, why });
    const spec = measured.hasFixedWeights ? applied(remedy, network, measured) : fit;
    return spec === null ? [] : [{ remedy, spec }];
  });
  const { batch } = work.sample(work.settings.seeds[0]);
  const own = work.cost(network, batch).flops;
  work.plan(-work.settings.seeds.length * EXPECTED_REMEDIES);
  for (const { remedy, spec } of plans) {
    work.plan((work.settings.seeds.length * work.cost(spec, batch).flops) / own);
    if (remedy.solves) work.plan(SEARCH_SEEDS * SEARCH_PASSES);
  }
  const ready: Plan[] = [];
  for (const { remedy, spec } of plans) {
    const plan = { ...planOf(remedy, measured), spec };
    if (!remedy.solves) {
      ready.push(plan);
      continue;
    }
    try {
      const { factor } = yield* search(work);
      ready.push({
        ...plan,
        what: `${remedy.what}: ${rounded(factor, 4)} times that of the network`,
        spec: applied({ ...remedy, change: () => scaledBy(network, factor) }, network, measured)!,
      });
    } catch (error) {
      if (!(error instanceof EvanesceError)) throw error;
      work.findings.untried.push({ name: remedy.name, why: error.message });
    }
  }
  yield* treat(work, ready);
}

/** The description of a remedy before it is tried. */
export const planOf = (remedy: Remedy, { hasFixedWeights }: MeasuredNetwork): Omit<Plan, "spec"> => ({
  name: remedy.name,
  kind: "remedy",
  family: remedy.family,
  what: hasFixedWeights ? `${remedy.bare ?? remedy.what}, the weights as they are` : remedy.what,
  source: remedy.source,
  price: remedy.price ?? null,
  shortens: remedy.family === "shorter path",
  batch: remedy.batch,
});

/** A part beside the path is judged with the statistics that come with a ledger; elsewhere a remedy needs neither. */
const isBlocked = ({ findings }: Work): boolean => findings.unchanged?.verdict === "blocked";

/**
 * Measures treatments with every seed and adds them to the findings. A treatment that cannot be measured is listed as
 * untried, with the reason of its first seed that failed.
 */
export async function* treat(work: Work, plans: readonly Plan[]): AsyncGenerator<PrescriptionEvent, void> {
  const { settings, findings } = work;
  const { seeds } = settings;
  const measured = findings.profile as MeasuredNetwork;
  const { batch } = work.sample(seeds[0]);
  const jobs = plans.flatMap((plan) => {
    const { spec } = plan;
    const steps = plan.batch?.(batch, measured).steps ?? null;
    const passes = work.cost(spec, batch).flops / findings.unchanged!.flops;
    return seeds.map(
      (seed) => ({ kind: "network", spec, seed, steps, ledger: isBlocked(work), plan, passes }) as const,
    );
  });
  const ends: PassEnd[] = [];
  try {
    yield* runPasses(
      work,
      jobs.map(({ plan: _, passes: __, ...job }) => job),
      ends,
      (i) => work.event(jobs[i].plan.kind, jobs[i].plan.name, jobs[i].seed, jobs[i].passes),
    );
  } finally {
    for (const [i, plan] of plans.entries()) {
      const own = ends.slice(i * seeds.length, (i + 1) * seeds.length);
      const refused = own.find((end) => end !== undefined && "refused" in end);
      if (refused !== undefined) findings.untried.push({ name: plan.name, why: refused.refused.message });
      else if (Object.keys(own).length === seeds.length) {
        findings.treatments.push(treatmentOf(work, plan, resultsOf(own)));
      }
    }
  }
}

function treatmentOf(work: Work, { shortens, batch, ...plan }: Plan, passes: readonly PassResult[]): Treatment {
  const gains = passes.map(({ gain }) => gain);
  const verdicts = passes.map(({ diagnosis }) => diagnosis.verdict);
  const { findings, settings } = work;
  const measured = findings.profile as MeasuredNetwork;
  const sample = work.sample(settings.seeds[0]);
  const cost = work.cost(plan.spec, batch?.(sample.batch, measured) ?? sample.batch);
  const outcome = outcomeOf(gains, verdicts);
  return {
    ...plan,
    ...outcome,
    changes: changesBetween(settings.network, plan.spec),
    recovered: interval(gains.map((gain, i) => difference(distance(findings.gains[i]), distance(gain)))),
    overshoots:
      Math.sign(outcome.gain.mean) === -Math.sign(findings.unchanged!.gain.mean) &&
      Math.abs(outcome.gain.mean) > measured.tolerance,
    parametersRatio: cost.parameters / findings.unchanged!.parameters,
    flopsRatio: cost.flops / findings.unchanged!.flops,
    wholePath: !shortens,
    rank: null,
  };
}

/**
 * Searches the factor on the weights at which the mean gain of the first seeds is nearest to 0.
 *
 * @throws EvanesceError if the network cannot be measured
 */
async function* search(work: Work): AsyncGenerator<PrescriptionEvent, Solved> {
  const seeds = work.settings.seeds.slice(0, SEARCH_SEEDS);
  const steps = solveGain();
  let step = steps.next();
  let tried = 0;
  while (!step.done) {
    tried++;
    const factor = step.value;
    const ends: PassEnd[] = [];
    yield* runPasses(
      work,
      seeds.map((seed) => ({ kind: "gain", factor, seed })),
      ends,
      (i) => work.event("gain", "gain", seeds[i], 1),
    );
    const sum = resultsOf(ends).reduce((total, { gain }) => total + gain, 0);
    step = steps.next(sum / seeds.length);
  }
  work.plan(seeds.length * (tried - SEARCH_PASSES));
  return step.value;
}

/** Runs the controls: the network once more with each measure that cannot change the path. */
export async function* runControls(work: Work): AsyncGenerator<PrescriptionEvent, void> {
  const { settings, findings } = work;
  const { network, seeds } = settings;
  const { verdict } = findings.unchanged!;
  work.plan(seeds.length);
  const ends: PassEnd[] = [];
  yield* runPasses(
    work,
    seeds.map((seed) => ({ kind: "network", seed, steps: null, ledger: isBlocked(work) })),
    ends,
    (i) => work.event("control", "controls", seeds[i], 1),
  );
  for (const { against, ...control } of CONTROLS) {
    if (against !== undefined && !against.includes(verdict)) continue;
    const plan: Plan = { ...control, kind: "control", spec: network, shortens: false, batch: undefined };
    findings.controls.push(treatmentOf(work, plan, resultsOf(ends)));
  }
}
