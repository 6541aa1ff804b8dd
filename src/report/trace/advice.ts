import type { TrainingTrace } from "../../training/index.ts";
import { counted } from "../../words/numbers.ts";
import type { Advice } from "../kit/advice.ts";

/** Phases in which the path is at fault. The last diagnosis says why, and which options help. */
const OF_THE_PATH: readonly string[] = ["vanishing", "exploding", "dead"];

/** The advice for a run: the next step for its phase, then the advice of the last diagnosis. */
export function traceAdvice({ phase, diagnoses, updates }: TrainingTrace): readonly Advice[] {
  const { name, next } = phase;
  const path = OF_THE_PATH.includes(name) ? (diagnoses.at(-1)?.advice ?? []) : [];
  if (next !== undefined) return [next, ...path.filter(({ sentence }) => sentence !== next)];
  if (name === "converged") return ["Nothing to do: the loss is at most a hundredth of that of the trivial answer."];
  const options = `--updates ${Math.max(1, 2 * updates)}`;
  if (name === "too-early") {
    return [{ sentence: `Train longer: ${counted(updates, "update")} are too few for a judgement.`, options }];
  }
  return name === "learning" ? [{ sentence: "Train longer: the loss still changes.", options }] : path;
}

/** The causes from the last diagnosis, if the path is at fault. */
export const traceCauses = ({ phase, diagnoses }: TrainingTrace): { share: number; sentence: string }[] =>
  OF_THE_PATH.includes(phase.name)
    ? (diagnoses.at(-1)?.causes ?? []).map(({ share, sentence }) => ({ share, sentence }))
    : [];
