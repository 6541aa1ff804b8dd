import type { NetworkSpec } from "../../spec/index.ts";
import type { Prediction } from "../../theory/index.ts";
import { significant } from "../../words/numbers.ts";
import type { Advice } from "../kit/advice.ts";
import { isSound } from "./findings.ts";

/** The advice, if theory knows the gain at which the gradient keeps its size; undefined if nothing is wrong. */
export function predictionAdvice({ init }: NetworkSpec, prediction: Prediction): Advice | undefined {
  const { criticalSigmaW2, sigmaW2 } = prediction;
  if (isSound(prediction) || criticalSigmaW2 === null || sigmaW2 === null) return undefined;
  const factor = Math.sqrt(criticalSigmaW2 / sigmaW2);
  if (!Number.isFinite(factor) || Math.abs(factor - 1) < 1e-3) return undefined;
  const sentence = `Multiply the gain of the weights by ${significant(factor, 4)}: theory then expects the gradient to keep its size (σ_w² = ${significant(criticalSigmaW2, 4)}).`;
  if ("sigmaW" in init && init.sigmaW !== undefined)
    return { sentence, options: `--sigma-w ${significant(init.sigmaW * factor, 4)}` };
  return typeof init.gain === "number"
    ? { sentence, options: `--gain ${significant(init.gain * factor, 4)}` }
    : { sentence };
}
