import { type LossState, THRESHOLDS } from "../diagnosis/index.ts";
import type { Work } from "./findings.ts";
import { majority, outcomeOf } from "./measure.ts";
import { type PassEnd, resultsOf, runPasses } from "./passes/run.ts";
import type { PatientOutcome, PrescriptionEvent } from "./types.ts";

/** Number of remedies that is assumed for the progress before it is known which fit. */
export const EXPECTED_REMEDIES = 20;

/** Measures the network as it is, with every seed. */
export async function* measureNetwork(work: Work): AsyncGenerator<PrescriptionEvent, PatientOutcome> {
  const { settings, findings } = work;
  const { network, seeds } = settings;
  work.plan(seeds.length * (1 + EXPECTED_REMEDIES));
  const jobs = seeds.map((seed) => ({ kind: "network", seed, steps: null, ledger: true }) as const);
  const ends: PassEnd[] = [];
  try {
    const eventOf = (i: number) => work.event("patient", "patient", seeds[i], 1);
    yield* runPasses(work, jobs, ends, eventOf, jobs.length); // the path may be healthy; then no more passes follow
  } finally {
    const [first] = ends;
    if (first !== undefined && "task" in first) findings.task = first.task;
  }
  const passes = resultsOf(ends);
  const [{ task, stations }] = passes;
  for (const pass of passes) {
    findings.diagnoses.push(pass.diagnosis);
    findings.gains.push(pass.gain);
    findings.verdicts.push(pass.diagnosis.verdict);
  }
  const { diagnoses, gains, verdicts } = findings;
  const outcome = outcomeOf(gains, verdicts);
  const { batch } = work.sample(seeds[0]);
  const states = diagnoses.map(({ state }) => state);
  const state = majority<LossState>(states, []);
  findings.unchanged = {
    ...outcome,
    ...work.cost(network, batch),
    states,
    state,
    diagnosis: diagnoses[verdicts.indexOf(outcome.verdict)],
  };
  findings.profile = {
    spec: network,
    hasFixedWeights: settings.fixedWeights !== undefined,
    verdict: outcome.verdict,
    gain: outcome.gain.mean,
    stations,
    inputs: batch.inputSize,
    inputSquare: task.inputSquare as number, // a pass has it; only a flow from a file may lack it
    tolerance: THRESHOLDS.gain,
  };
  return findings.unchanged;
}
