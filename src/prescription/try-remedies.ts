import type { Verdict } from "../diagnosis/index.ts";
import { EvanesceError } from "../base/errors.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { isRecurrentWeight, scalesHidden } from "../spec/parameter-groups.ts";
import { changesBetween } from "./changes.ts";
import { CONTROLS } from "./controls.ts";
import type { Work } from "./findings.ts";
import { interval } from "./interval.ts";
import type { Network } from "../network/create.ts";
import { difference, distance, measured, outcomeOf } from "./measure.ts";
import { EXPECTED_REMEDIES } from "./measure-network.ts";
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
export function* tryRemedies(work: Work): Generator<PrescriptionEvent | undefined, void> {
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
  for (const { remedy, spec } of plans) {
    try {
      const solved = remedy.solves ? yield* search(work) : null;
      const factor = `: ${Number(solved?.factor.toPrecision(4))} times that of the network`;
      yield* treat(work, {
        ...planOf(remedy, measured),
        ...(solved === null ? {} : { what: remedy.what + factor }),
        spec:
          solved === null
            ? spec
            : applied({ ...remedy, change: () => scaledBy(network, solved.factor) }, network, measured)!,
      });
    } catch (error) {
      if (!(error instanceof EvanesceError)) throw error;
      work.findings.untried.push({ name: remedy.name, why: error.message });
    }
  }
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

/** Measures a treatment with every seed and adds it to the findings. */
export function* treat(work: Work, plan: Plan): Generator<PrescriptionEvent | undefined, void> {
  const { settings, findings } = work;
  const measured = findings.profile as MeasuredNetwork;
  const gains: number[] = [];
  const verdicts: Verdict[] = [];
  const flops = work.cost(plan.spec, work.sample(settings.seeds[0]).batch).flops / findings.unchanged!.flops;
  for (const seed of settings.seeds) {
    const sample = work.sample(seed);
    const batch = plan.batch?.(sample.batch, measured) ?? sample.batch;
    const { gain, diagnosis } = yield* work.measure(plan.spec, { seed, batch });
    gains.push(gain);
    verdicts.push(diagnosis.verdict);
    yield work.event(plan.kind, plan.name, seed, flops);
  }
  findings.treatments.push(treatmentOf(work, plan, gains, verdicts));
}

function treatmentOf(
  work: Work,
  { shortens, batch, ...plan }: Plan,
  gains: readonly number[],
  verdicts: readonly Verdict[],
): Treatment {
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
 * Searches the factor on the weights at which the mean gain of the first seeds is nearest to 0. The networks are drawn
 * once and then rescaled.
 */
function* search(work: Work): Generator<PrescriptionEvent | undefined, Solved> {
  const { network: spec, seeds } = work.settings;
  const samples = seeds.slice(0, SEARCH_SEEDS).map((seed) => work.sample(seed));
  const networks = samples.map((sample) => rescalable(work.network(spec, sample)));
  try {
    const steps = solveGain();
    let step = steps.next();
    let tried = 0;
    while (!step.done) {
      tried++;
      let sum = 0;
      for (const [i, { network, rescale }] of networks.entries()) {
        rescale(step.value);
        sum += (yield* work.guarded(measured(network, samples[i].batch, false))).gain;
        yield work.event("gain", "gain", samples[i].seed, 1);
      }
      step = steps.next(sum / networks.length);
    }
    work.plan(networks.length * (tried - SEARCH_PASSES));
    return step.value;
  } finally {
    for (const { network } of networks) network.dispose();
  }
}

/**
 * A network whose hidden or recurrent weights can be set to a factor times their present values, as `scaledBy` does in
 * the spec.
 */
function rescalable(network: Network): { network: Network; rescale: (factor: number) => void } {
  const { parameters } = network;
  const weights = network.training.table
    .filter((parameter) => isRecurrentWeight(parameter) || scalesHidden(parameter))
    .map(({ name }) => ({ name, values: parameters.get(name) }));
  return {
    network,
    rescale: (factor) => {
      for (const { name, values } of weights) {
        parameters.set(
          name,
          values.map((value) => factor * value),
        );
      }
    },
  };
}

/** Runs the controls: the network once more with each measure that cannot change the path. */
export function* runControls(work: Work): Generator<PrescriptionEvent | undefined, void> {
  const { settings, findings } = work;
  const { verdict } = findings.unchanged!;
  const gains: number[] = [];
  const verdicts: Verdict[] = [];
  work.plan(settings.seeds.length);
  for (const seed of settings.seeds) {
    const { gain, diagnosis } = yield* work.measure(settings.network, work.sample(seed));
    gains.push(gain);
    verdicts.push(diagnosis.verdict);
    yield work.event("control", "controls", seed, 1);
  }
  for (const { against, ...control } of CONTROLS) {
    if (against !== undefined && !against.includes(verdict)) continue;
    const plan: Plan = { ...control, kind: "control", spec: settings.network, shortens: false, batch: undefined };
    findings.controls.push(treatmentOf(work, plan, gains, verdicts));
  }
}
