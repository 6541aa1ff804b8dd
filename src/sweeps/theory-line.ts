import { prepareTask } from "../tasks/index.ts";
import { type Prediction, predict } from "../theory/index.ts";
import type { PlacedCell } from "./types.ts";

/** The lines that theory draws over a map, in words; null for none. */
export const THEORY = {
  critical: "theory's critical line, χ₁ = 1",
  "depth-scale": "theory's depth scale, 6 ξ (Schoenholz et al. 2017)",
  "forget-time": "1 + e^b = T, the forget bias that chrono initialization fits to T steps (Tallec and Ollivier 2018)",
  none: null,
} as const;

export type TheoryName = keyof typeof THEORY;

/** A number that is 0 on theory's line; NaN where no theory covers the network. */
export function expectation(cell: PlacedCell, theory: Exclude<TheoryName, "none">): number {
  if (theory === "forget-time") return forgetTime(cell);
  if (theory === "critical") {
    const { chi1 } = predictionOf(cell, false);
    return chi1 === null ? Number.NaN : Math.log(chi1);
  }
  const { xiC } = predictionOf(cell, true);
  const { network } = cell;
  if (xiC === null || network.kind === "recurrent") return Number.NaN;
  // an infinite scale lies above every depth; a large negative number, so that the line is drawn only where the scale
  // is finite
  return Number.isFinite(xiC) ? Math.log(network.depth / (6 * xiC)) : -10;
}

/**
 * ln of the ratio of a sequence's length to the memory of the forget gates, 1/(1 − σ(b)) = 1 + e^b steps (Tallec and
 * Ollivier 2018, section 2).
 */
function forgetTime({ network, task }: PlacedCell): number {
  const steps = typeof task === "string" ? undefined : (task as { readonly steps?: number }).steps;
  if (network.kind !== "recurrent" || steps === undefined) return Number.NaN;
  return Math.log(steps) - Math.log1p(Math.exp(network.init.forgetBias));
}

const predictions = new Map<string, Prediction>();
const sizes = new Map<string, number>();
const MOST_KEPT = 100_000;

function predictionOf(cell: PlacedCell, correlations: boolean): Prediction {
  const inputs = inputsOf(cell);
  const key = JSON.stringify([cell.network, inputs, correlations]);
  let found = predictions.get(key);
  if (found === undefined) {
    found = predict(cell.network, { critical: false, correlations, ...(inputs === undefined ? {} : { inputs }) });
    if (predictions.size >= MOST_KEPT) predictions.clear();
    predictions.set(key, found);
  }
  return found;
}

/** X of the cell's task, on which the variance of the pre-activations depends. Unknown if the task reads files. */
function inputsOf({ network, task, data, seed }: PlacedCell): number | undefined {
  if (network.inputs !== undefined || data !== undefined) return network.inputs;
  const key = JSON.stringify([network.kind, task]);
  const known = sizes.get(key);
  if (known !== undefined) return known;
  const { inputSize } = prepareTask(task, network.kind)({ batch: 1, seed });
  sizes.set(key, inputSize);
  return inputSize;
}
