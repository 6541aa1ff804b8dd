import type { AsyncWork } from "../base/cooperative-work.ts";
import { adviceFor } from "./advice.ts";
import { combine } from "./combine.ts";
import { type Findings, Stopped, Work } from "./findings.ts";
import { testKnockOuts } from "./test-knock-outs.ts";
import { measureNetwork } from "./measure-network.ts";
import { expectedPasses, race } from "./race/race.ts";
import type { Race } from "./race/types.ts";
import { ranked } from "./rank.ts";
import type { Settings } from "./settings.ts";
import { verify } from "./verify.ts";
import { runControls, tryRemedies } from "./try-remedies.ts";
import type { Prescription, PrescriptionEvent, Treatment, Verification, VerifiedLoss } from "./types.ts";

/** The work of `prescribe`. */
export async function* tryAll(settings: Settings): AsyncWork<PrescriptionEvent, Prescription> {
  const work = new Work(settings);
  const { findings } = work;
  let outcome: Prescription["outcome"] = "stopped";
  try {
    yield* stages(work);
    outcome = "complete";
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    await work.endPasses();
  }
  return conclude(settings, findings, outcome);
}

async function* stages(work: Work): AsyncWork<PrescriptionEvent, void> {
  const unchanged = yield* measureNetwork(work);
  if (unchanged.verdict === "healthy") return;
  work.plan(expectedPasses(work));
  yield* testKnockOuts(work);
  yield* tryRemedies(work);
  yield* combine(work);
  yield* runControls(work);
  await work.endPasses();
  yield* race(work);
  yield* verify(work);
}

function conclude(settings: Settings, findings: Findings, outcome: Prescription["outcome"]): Prescription {
  const { unchanged, knockOuts, controls, untried, task, race, verification, lost } = findings;
  const treatments = inOrderOf(race, ranked(findings.treatments));
  const chosen = chosenOf(unchanged, treatments, verification, race);
  return {
    schema: "evanesce.prescription/1",
    outcome,
    network: settings.network,
    given: settings.fixedWeights === undefined ? null : Object.keys(settings.fixedWeights),
    task: task ?? null,
    seeds: settings.seeds,
    patient: unchanged ?? null,
    knockOuts,
    treatments,
    controls,
    untried,
    race: race ?? null,
    verification: verification ?? null,
    prescribed: chosen?.name ?? null,
    spec: chosen?.spec ?? settings.network,
    advice: adviceFor(unchanged, treatments, chosen, verification, race),
    ...(lost.size === 0 ? {} : { notes: [...lost].map(lostWorker) }),
  };
}

const lostWorker = (reason: string): string =>
  `A worker thread was lost (${reason}); the main thread did its pass. The numbers are the same.`;

/** The treatments in the order of the race. Those that did not take part come last, in the order of the path. */
function inOrderOf(race: Race | undefined, treatments: readonly Treatment[]): readonly Treatment[] {
  if (race?.conclusive !== true) return treatments;
  const raced = race.entries.flatMap(({ name }) => treatments.filter((treatment) => treatment.name === name));
  const rest = treatments.filter((treatment) => !raced.includes(treatment));
  return [...raced, ...rest].map((treatment, i) => ({ ...treatment, rank: i + 1 }));
}

/**
 * The treatment to prescribe. With a race, its winner, or none if the winner is the network as it is. Without one, the
 * first in rank that changes the spec and improves the path, or, if the path was sound, that leaves nothing in its way.
 * With verification, the first whose loss followed; if none did, the first that could be trained.
 */
function chosenOf(
  unchanged: Findings["unchanged"],
  treatments: readonly Treatment[],
  verification: Verification | undefined,
  race: Race | undefined,
): Treatment | undefined {
  if (race?.conclusive === true) return treatments.find(({ name }) => name === race.entries[0].name);
  const helping = treatments.filter(
    ({ changes, recovered, verdicts }) =>
      changes.length > 0 &&
      (unchanged?.verdict === "blocked" ? verdicts.every((verdict) => verdict === "healthy") : recovered.mean > 0),
  );
  const trained = verification?.remedies ?? [];
  const first = (fits: (loss: VerifiedLoss) => boolean) =>
    helping.find(({ name }) => trained.some((loss) => loss.name === name && fits(loss)));
  return first(({ follows }) => follows) ?? first(({ loss }) => loss !== null) ?? helping[0];
}
