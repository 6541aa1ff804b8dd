import { adviceSentence } from "../diagnosis/index.ts";
import { rounded, significant } from "../words/numbers.ts";
import { reaches } from "./race/summary.ts";
import { AS_IT_IS, type Race, type RaceEntry } from "./race/types.ts";
import type { Change, PatientOutcome, Treatment, Verification } from "./types.ts";

/** The advice of a prescription in one line. */
export function adviceFor(
  unchanged: PatientOutcome | undefined,
  treatments: readonly Treatment[],
  chosen: Treatment | undefined,
  verification?: Verification,
  race?: Race,
): string {
  if (unchanged === undefined) return "Stopped before the network was measured, so there is no advice.";
  if (unchanged.verdict === "healthy") return healthy(unchanged);
  const isBlocked = unchanged.verdict === "blocked";
  const repair = adviceSentence(unchanged.diagnosis.advice);
  if (race?.conclusive === true) return `${isBlocked ? `${repair} ` : ""}${raced(race, chosen)}`;
  if (chosen === undefined) {
    if (isBlocked) return repair;
    if (treatments.length === 0) return `No remedy was tried: ${repair}`;
    return `None of ${treatments.length} remedies brought the gain nearer to 0: ${repair}`;
  }
  const sound = chosen.verdicts.filter((verdict) => verdict === "healthy").length;
  const of = `${sound} of ${chosen.verdicts.length} seeds`;
  const result =
    sound === chosen.verdicts.length
      ? `the path is healthy on every seed`
      : sound === 0
        ? `the path is still ${chosen.verdict}, but less so; no remedy that was tried repairs it`
        : `the path is healthy on ${of}`;
  const other = alternative(treatments, chosen);
  const before = isBlocked ? `${repair} Or ${chosen.what}` : sentence(chosen.what);
  return `${before} (${described(chosen.changes)}): ${result}${loss(chosen, verification)}.${other === undefined ? "" : ` Or ${other.what} (${described(other.changes)}).`}`;
}

/** The winner of a race, compared with the network as it is. */
function raced({ entries, optimizer }: Race, winner: Treatment | undefined): string {
  const [first] = entries;
  const own = entries.find(({ name }) => name === AS_IT_IS) as RaceEntry;
  if (winner === undefined) {
    return `Leave the network as it is: none of ${entries.length - 1} remedies learns clearly better. With ${optimizer} it ${reaches(first)}.`;
  }
  const path = winner.verdict === "healthy" ? "" : ` It learns although its path is ${winner.verdict} at the start.`;
  const without =
    own.loss === null ? "diverges at every rate without it" : `reaches ${significant(own.loss.mean)} without it`;
  const doubt =
    first.gained !== null && !(first.gained.low > 0) ? "; this difference is within the spread of the seeds" : "";
  return `${sentence(winner.what)} (${described(winner.changes)}): with ${optimizer} it ${reaches(first)} on held-out samples; the network ${without}${doubt}.${path}`;
}

/** The result of training the chosen remedy. */
function loss({ name }: Treatment, verification: Verification | undefined): string {
  const trained = verification?.remedies.find((one) => one.name === name);
  if (trained === undefined) return "";
  return trained.follows
    ? ", and the loss follows"
    : ", but the loss did not follow within the updates of the training";
}

/** The best remedy of another family that is healthy on every seed. */
function alternative(treatments: readonly Treatment[], chosen: Treatment): Treatment | undefined {
  return treatments.find(
    ({ kind, family, wholePath, verdicts, changes }) =>
      kind === "remedy" &&
      wholePath &&
      changes.length > 0 &&
      !chosen.family.split(" + ").includes(family) &&
      verdicts.every((verdict) => verdict === "healthy"),
  );
}

/** The advice for a healthy path; it follows from the state of the loss. */
function healthy({ state, diagnosis }: PatientOutcome): string {
  const sound = state === "training" || state === "unlabelled";
  return sound ? "Nothing to repair: the path carries the gradient." : adviceSentence(diagnosis.advice);
}

/** `activation relu, init.weight he_normal`. */
export function described(changes: readonly Change[]): string {
  return changes.map(({ path, to }) => `${path} ${settingText(to)}`).join(", ");
}

function settingText(value: unknown): string {
  if (value === null) return "left out";
  if (typeof value === "number") return String(rounded(value, 4));
  return typeof value === "string" ? value : JSON.stringify(value);
}

const sentence = (text: string) => text[0].toUpperCase() + text.slice(1);
