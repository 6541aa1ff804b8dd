import type { GradientFlow } from "../../flow/index.ts";
import type { TaskCost } from "../cost.ts";
import type { StateReport } from "../state.ts";
import type { Advice, Cause, Verdict } from "../types.ts";
import { optionsOf } from "./patches.ts";
import { remedyFor } from "./rules.ts";
import { IN_DATA, sentenceFor } from "./sentences.ts";

export { optionsOf, type Patch } from "./patches.ts";
export { type Remedy, remedyFor, type DiagnosedPath } from "./rules.ts";

/** Causes that lie in the data or in one tensor. No change of the spec repairs them. */
const IN_DATA_OR_TENSOR: readonly string[] = [...IN_DATA, "nonfinite-value"];

/**
 * The first thing to do: the change of the spec that the rules propose; if there is none, a sentence about the cause.
 */
export function advise(
  flow: GradientFlow,
  verdict: Verdict,
  report: StateReport,
  causes: readonly Cause[],
  cost?: TaskCost,
): Advice[] {
  if (verdict === "vanishing" && cost?.verdict === "harmless") {
    return [{ sentence: "Nothing to do for the path on this task.", options: [], patch: {} }];
  }
  const [first] = causes;
  const own = { sentence: sentenceFor(flow, verdict, report, causes), options: [], patch: {} };
  // a change of the spec does not change the data, or a tensor that was read from a file
  if (
    first !== undefined &&
    (IN_DATA_OR_TENSOR.includes(first.factor) || (first.tensor !== undefined && verdict !== "blocked"))
  ) {
    return [own];
  }
  const remedy = remedyFor({ spec: flow.spec, verdict, factor: first?.factor, stations: flow.lnGradientNorm.length });
  if (remedy === null) return [own];
  return [{ sentence: remedy.sentence, options: optionsOf(remedy.patch), patch: remedy.patch }];
}

/** All sentences of a piece of advice, joined. */
export const adviceSentence = (advice: readonly Pick<Advice, "sentence">[]): string =>
  advice.map(({ sentence }) => sentence).join(" ");
