import { ACTIVATIONS, anyLayer, anyStation, meanAbs, UPDATE, updateRatio } from "./rules.ts";
import type { Measurements, Preset, Reading } from "./types.ts";

/** The built-in rules of Amazon SageMaker Debugger with their default thresholds. */
export const SAGEMAKER: Preset = {
  system: "SageMaker Debugger",
  source: "Amazon SageMaker Debugger, list of built-in rules",
  rules: [
    {
      quantity: "a gradient",
      threshold: "NaN or infinite",
      problem: "exploding",
      needs: "gradients",
      judge: anyLayer(meanAbs, (value) => !Number.isFinite(value)),
    },
    {
      quantity: "mean |g|",
      threshold: "< 1e-7",
      problem: "vanishing",
      needs: "gradients",
      judge: anyLayer(meanAbs, (value) => value < 1e-7),
    },
    {
      quantity: "dead units of a layer",
      threshold: "> 50 %",
      problem: "dead",
      needs: `${ACTIVATIONS} of a rectifier`,
      judge: anyStation(
        ({ deadUnits }) => deadUnits,
        (share) => share > 0.5,
      ),
    },
    {
      quantity: "pre-activations beyond ±9.4999 (tanh), ±17 (sigmoid)",
      threshold: "> 50 %",
      problem: "saturated",
      needs: `${ACTIVATIONS} of tanh or sigmoid`,
      judge: anyStation(
        ({ atBound }) => atBound,
        (share) => share > 0.5,
      ),
    },
    {
      quantity: "variance of a layer's weights over another's",
      threshold: "> 10",
      problem: "initialisation",
      needs: "weights",
      judge: varianceRatio,
    },
    {
      quantity: "update/weight",
      threshold: "outside 1e-8 … 10",
      problem: "updates",
      needs: UPDATE,
      judge: anyLayer(updateRatio, (ratio) => ratio < 1e-8 || ratio > 10),
    },
  ],
};

/** The largest variance of a layer's weights over the smallest; the mean of the weights is taken as 0. */
function varianceRatio({ layers }: Measurements): readonly Reading[] | null {
  const known = layers.flatMap(({ name, count, lnWeightNorm }) =>
    lnWeightNorm === undefined ? [] : [{ name, ln: 2 * lnWeightNorm - Math.log(count) }],
  );
  if (known.length < 2) return null;
  const least = known.reduce((best, layer) => (layer.ln < best.ln ? layer : best));
  const most = known.reduce((best, layer) => (layer.ln > best.ln ? layer : best));
  const value = Math.exp(most.ln - least.ln);
  return value > 10 ? [{ where: `${most.name} over ${least.name}`, value }] : [];
}
