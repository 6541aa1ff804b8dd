import type { TrainingTrace } from "../../training/index.ts";
import { counted } from "../../words/numbers.ts";
import type { Advice } from "../kit/advice.ts";

/** Phases in which the path stands in the way: the last look at it says why, and which options mend it. */
const OF_THE_PATH: readonly string[] = ["vanishing", "exploding", "dead"];

/** What to do about a run: the next step of its phase, then what the last look at the path advises. */
export function traceAdvice({ phase, diagnoses, updates }: TrainingTrace): readonly Advice[] {
  const { name, next } = phase;
  const path = OF_THE_PATH.includes(name) ? (diagnoses.at(-1)?.advice ?? []) : [];
  if (next !== undefined) return [next, ...path];
  if (name === "converged") return ["Nothing to do: the loss is at most a hundredth of the trivial answer's."];
  const options = `--updates ${Math.max(1, 2 * updates)}`;
  if (name === "too-early") {
    return [{ sentence: `Train on: ${counted(updates, "update")} are too few to judge by.`, options }];
  }
  return name === "learning" ? [{ sentence: "Train on: the loss still moves.", options }] : path;
}

/** The causes that the last look found, where the path stands in the way. */
export const traceCauses = ({ phase, diagnoses }: TrainingTrace): { share: number; sentence: string }[] =>
  OF_THE_PATH.includes(phase.name)
    ? (diagnoses.at(-1)?.causes ?? []).map(({ share, sentence }) => ({ share, sentence }))
    : [];
