import { type LossState, THRESHOLDS } from "../diagnosis/index.ts";
import type { Work } from "./findings.ts";
import { majority, outcomeOf } from "./measure.ts";
import type { PatientOutcome, PrescriptionEvent } from "./types.ts";

/** Number of remedies that is assumed for the progress before it is known which fit. */
export const EXPECTED_REMEDIES = 20;

/** Measures the network as it is, with every seed. */
export function* measureNetwork(work: Work): Generator<PrescriptionEvent | undefined, PatientOutcome> {
  const { settings, findings } = work;
  const { network, seeds } = settings;
  const { diagnoses, gains, verdicts } = findings;
  work.plan(seeds.length * (1 + EXPECTED_REMEDIES));
  for (const seed of seeds) {
    const sample = work.sample(seed);
    const { flow, diagnosis, gain } = yield* work.measure(network, sample, true);
    if (findings.task === undefined) {
      findings.task = flow.task;
      findings.profile = {
        spec: network,
        hasFixedWeights: settings.fixedWeights !== undefined,
        verdict: diagnosis.verdict,
        gain,
        stations: flow.lnGradientNorm.length,
        inputs: sample.batch.inputSize,
        inputSquare: flow.task.inputSquare as number, // a pass has it; only a flow from a file may lack it
        tolerance: THRESHOLDS.gain,
      };
    }
    diagnoses.push(diagnosis);
    gains.push(gain);
    verdicts.push(diagnosis.verdict);
    yield work.event("patient", "patient", seed, 1);
  }
  const outcome = outcomeOf(gains, verdicts);
  const states = diagnoses.map(({ state }) => state);
  const state = majority<LossState>(states, []);
  findings.unchanged = {
    ...outcome,
    ...work.cost(network, work.sample(seeds[0]).batch),
    states,
    state,
    diagnosis: diagnoses[verdicts.indexOf(outcome.verdict)],
  };
  findings.profile = { ...findings.profile!, verdict: outcome.verdict, gain: outcome.gain.mean };
  return findings.unchanged;
}
