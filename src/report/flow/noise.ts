import type { GradientNoise, GradientStatistics } from "../../metrics/index.ts";
import type { Finding } from "../kit/finding.ts";
import { power, significant } from "../../words/numbers.ts";

/** The noise of every layer's gradient over the samples of a batch, in numbers and in words. */

export const NOISE_HEADS = ["‖mean‖", "√tr Σ", "norm test", "GSNR", "noise scale"] as const;

/** The numbers of one layer, as the cells of a table under `NOISE_HEADS`. */
export function noiseCells({ lnMeanNorm, lnVariance, normTest, gsnrMedian, noiseScale }: GradientNoise): string[] {
  const number = (value: number | null) => (value === null ? "" : significant(value, 2));
  return [
    power(lnMeanNorm),
    lnVariance === null ? "" : power(lnVariance / 2),
    number(normTest),
    number(gsnrMedian),
    number(noiseScale),
  ];
}

/**
 * A row about the whole gradient, then a row for each misleading magnitude with the sentence of its first layer.
 */
export function noiseFindings({ samples, layers, all }: GradientStatistics): Finding[] {
  const misleading = (["nonfinite", "zero", "vanished"] as const).flatMap((magnitude): Finding[] => {
    const found = layers.filter((layer) => layer.magnitude === magnitude);
    if (found.length === 0) return [];
    const who = found.length === 1 ? found[0].name : `${found[0].name} and ${found.length - 1} more`;
    return [{ label: "Variance", text: `${who}: ${found[0].sentence}` }];
  });
  // ḡ²/σ² of noise is χ²₁/B, whose median is 0.455/B
  const noise = `pure noise would have a median GSNR of 0.45/B = ${significant(0.455 / samples, 2)}`;
  return [{ label: "Noise", text: `all parameters together: ${all.sentence}; ${noise}` }, ...misleading];
}
