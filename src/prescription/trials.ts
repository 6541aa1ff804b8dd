import type { Work as Steps } from "../base/cooperative-work.ts";
import { adviceFor } from "./advice.ts";
import { combine } from "./combine.ts";
import { type Findings, Stopped, Work } from "./findings.ts";
import { testKnockOuts } from "./test-knock-outs.ts";
import { measureNetwork } from "./measure-network.ts";
import { ranked } from "./rank.ts";
import type { Settings } from "./settings.ts";
import { verify } from "./verify.ts";
import { runControls, tryRemedies } from "./try-remedies.ts";
import type { Prescription, PrescriptionEvent, Treatment, Verification, VerifiedLoss } from "./types.ts";

/** The work of `prescribe`. */
export function* tryAll(settings: Settings): Steps<PrescriptionEvent, Prescription> {
  const work = new Work(settings);
  const { findings } = work;
  let outcome: Prescription["outcome"] = "stopped";
  try {
    yield* stages(work);
    outcome = "complete";
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  }
  return conclude(settings, findings, outcome);
}

function* stages(work: Work): Steps<PrescriptionEvent, void> {
  const patient = yield* measureNetwork(work);
  if (patient.verdict === "healthy") return;
  yield* testKnockOuts(work);
  yield* tryRemedies(work);
  yield* combine(work);
  yield* runControls(work);
  yield* verify(work);
}

function conclude(settings: Settings, findings: Findings, outcome: Prescription["outcome"]): Prescription {
  const { patient, knockOuts, controls, untried, task, verification } = findings;
  const treatments = ranked(findings.treatments);
  const chosen = chosenOf(treatments, verification);
  return {
    schema: "evanesce.prescription/1",
    outcome,
    network: settings.network,
    given: settings.fixedWeights === undefined ? null : Object.keys(settings.fixedWeights),
    task: task ?? null,
    seeds: settings.seeds,
    patient: patient ?? null,
    knockOuts,
    treatments,
    controls,
    untried,
    verification: verification ?? null,
    prescribed: chosen?.name ?? null,
    spec: chosen?.spec ?? settings.network,
    advice: adviceFor(patient, treatments, chosen, verification),
  };
}

/**
 * The first in rank that changes the spec and does the path good. Where networks were trained, the first whose loss
 * followed; where none did, the first that could be trained at all.
 */
function chosenOf(treatments: readonly Treatment[], verification: Verification | undefined): Treatment | undefined {
  const helping = treatments.filter(({ changes, recovered }) => changes.length > 0 && recovered.mean > 0);
  const trained = verification?.remedies ?? [];
  const first = (fits: (loss: VerifiedLoss) => boolean) =>
    helping.find(({ name }) => trained.some((loss) => loss.name === name && fits(loss)));
  return first(({ follows }) => follows) ?? first(({ loss }) => loss !== null) ?? helping[0];
}
