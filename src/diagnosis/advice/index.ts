import type { GradientFlow } from "../../flow/index.ts";
import type { TaskCost } from "../cost.ts";
import { oddSizes } from "../flow/odd-sizes.ts";
import type { StateReport } from "../state.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { Advice, Cause, Verdict } from "../types.ts";
import { initializationPatch } from "./initialization.ts";
import { optionsFor } from "./patches.ts";
import { remedyFor } from "./rules.ts";
import { forTensor, IN_DATA, sentenceFor } from "./sentences.ts";

export { optionsFor, optionsOf, type Patch } from "./patches.ts";
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
  const odd = oddSizes(flow).map(({ tensor }) => tensor);
  const ofSize = causes.filter(({ tensor }) => tensor !== undefined && odd.includes(tensor));
  if (ofSize.length > 0 && verdict !== "blocked") {
    const sentences = new Set(ofSize.map(({ factor, tensor = "" }) => forTensor(flow.spec, factor, tensor)));
    const mended = [...sentences].map((sentence) => ({ sentence, options: [], patch: {} }));
    const rest = causes.filter((cause) => !ofSize.includes(cause));
    const left = rest.reduce((sum, { charged }) => sum + charged, 0);
    // the path stays sick without these faults
    return [...mended, ...(Math.abs(left) > THRESHOLDS.gain ? advise(flow, verdict, report, rest, cost) : [])];
  }
  const [first] = causes;
  const own = { sentence: sentenceFor(flow, verdict, report, causes), options: [], patch: {} };
  // a change of the spec does not change the data, or a tensor that was read from a file
  if (first !== undefined && IN_DATA_OR_TENSOR.includes(first.factor)) return [own];
  const patch =
    first === undefined || flow.weights !== undefined || verdict === "healthy"
      ? null
      : initializationPatch(flow.spec, first);
  if (first?.tensor !== undefined && verdict !== "blocked" && patch === null) return [own];
  const remedy = remedyFor({ spec: flow.spec, verdict, factor: first?.factor, stations: flow.lnGradientNorm.length });
  const change = remedy?.patch ?? (verdict === "blocked" ? patch : null);
  if (change === null) return [own];
  const { sentence } = verdict === "blocked" ? own : (remedy ?? own);
  return [{ sentence, options: optionsFor(flow.spec, change), patch: change }];
}

/** All sentences of a piece of advice, joined. */
export const adviceSentence = (advice: readonly Pick<Advice, "sentence">[]): string =>
  advice.map(({ sentence }) => sentence).join(" ");
