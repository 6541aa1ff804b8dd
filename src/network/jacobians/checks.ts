import { EvanesceError } from "../../base/errors.ts";
import type { RecurrentSpec } from "../../spec/recurrent.ts";
import type { Batch } from "../../tasks/batch.ts";
import type { OwnArrays } from "../own-arrays.ts";
import type { JacobiansInput } from "./types.ts";

/** The most directions that are followed in float64: more would take minutes. */
const LARGEST = 512;

/** @throws EvanesceError naming the field whose units are too many */
export function requireSize(where: string, units: number): void {
  if (units <= LARGEST) return;
  throw new EvanesceError(where, `at most ${LARGEST} units for Jacobians`, units, "measure a narrower network");
}

/** Refuses options about steps for a network without steps. */
export function requireNoSteps(input: JacobiansInput): void {
  for (const key of ["window", "lyapunov", "layer", "reverse"] as const) {
    if (input[key] === undefined || input[key] === false) continue;
    throw new EvanesceError(key, "a recurrent network", "a feed-forward one", "leave it out: it has no steps");
  }
}

/** The state of a skip over time, or of a dilated layer, holds h of all the steps it spans. */
export function requireState({ hidden }: RecurrentSpec, steps: number, dilated: boolean): void {
  if (hidden * steps <= LARGEST) return;
  const [where, what] = dilated ? ["network.dilation", "dilation"] : ["network.timeSkip.steps", "skip"];
  const rule = `at most ${LARGEST} numbers of state for Jacobians, h of every step the ${what} spans`;
  throw new EvanesceError(where, rule, `${steps} × ${hidden}`, `measure a narrower network or a shorter ${what}`);
}

/** The data without targets: a Jacobian needs no loss. */
export function withoutTargets(input: Batch | OwnArrays): Batch | OwnArrays {
  if (!("inputSize" in input)) return { inputs: input.inputs, batch: input.batch };
  const { outputSize: _, targets: __, ...rest } = input;
  return { ...rest, loss: "none" };
}

/**
 * The samples whose trajectories are followed, as indices into a batch of B. @throws EvanesceError for an invalid index
 */
export function sampleIndices(input: JacobiansInput["sample"], B: number): number[] {
  const samples = typeof input === "object" ? [...input] : [input ?? 0];
  if (samples.length === 0) throw new EvanesceError("sample", "at least one index", [], "leave it out for the first");
  for (const b of samples) {
    if (Number.isInteger(b) && b >= 0 && b < B) continue;
    throw new EvanesceError("sample", `a whole number from 0 to ${B - 1}`, b, "choose a sample of the batch");
  }
  return samples;
}
