import { median } from "../base/median.ts";
import { lnTogether } from "../flow/index.ts";
import { ratio, significant } from "../words/numbers.ts";
import { layerName } from "./layer-name.ts";
import type { Moments } from "./moments.ts";

/**
 * Statistics of one gradient over the samples of a batch; g_b is the gradient of sample b, ḡ their mean. Norms are
 * natural logarithms, −∞ for an exact zero. Everything else is dimensionless, so that it means the same for gradients
 * of size 1 and of size 1e-300.
 */
export interface GradientNoise {
  readonly name: string;
  /** The number of entries of the gradient. */
  readonly entries: number;
  /** ln ‖ḡ‖. */
  readonly lnMeanNorm: number;
  /** ln tr Σ = ln Σ_b ‖g_b − ḡ‖²/(B − 1): the entries' variances over samples, added up. Null with one sample. */
  readonly lnVariance: number | null;
  /** ½ ln of the mean of ‖g_b‖². */
  readonly lnSampleNorm: number;
  /**
   * Gradient signal-to-noise ratio ḡ_j²/σ_j² (Liu et al. 2020), the mean over the entries that vary; +∞ if no entry
   * varies, null if there is nothing to compare. If the gradient is only noise, it is 1/B on average, since ḡ has the
   * variance σ²/B. There is no ε, because it would hide a vanished gradient.
   */
  readonly gsnr: number | null;
  /**
   * Its median over the same entries, because a few entries that hardly vary dominate the mean. If the gradient is
   * only noise, it is 0.455/B.
   */
  readonly gsnrMedian: number | null;
  /**
   * √[(Σ‖g_b‖² − B‖ḡ‖²)/(B(B − 1)‖ḡ‖²)] = √(tr Σ/(B‖ḡ‖²)) (Byrd et al. 2012): the error of ḡ over ḡ itself. Above 1,
   * the batch does not determine the direction of ḡ.
   */
  readonly normTest: number | null;
  /**
   * The simple noise scale tr Σ/|G|² (McCandlish et al. 2018), |G|² = ‖ḡ‖² − tr Σ/B without ḡ's own noise: the batch at
   * which signal and noise are equal. +∞ where the batch shows no signal beyond its noise.
   */
  readonly noiseScale: number | null;
  /**
   * The size of an entry of the samples' gradients, compared with that of the largest layer: `vanished` below a
   * thousandth of it. In a vanished or zero gradient, a small variance does not mean that the samples agree.
   */
  readonly magnitude: "zero" | "vanished" | "ordinary" | "nonfinite";
  /** A sentence about signal and size together. */
  readonly sentence: string;
}

export interface GradientStatistics {
  readonly schema: "evanesce.noise/1";
  /** B. */
  readonly samples: number;
  readonly parameters: readonly GradientNoise[];
  /** A row for each layer, its weights and biases together, in the order of the parameters. */
  readonly layers: readonly GradientNoise[];
  readonly all: GradientNoise;
}

/** Three decades: the range of update-to-weight ratios in which training works, 1e-4 to 1e-1. */
const VANISHED = Math.log(1000);

/** Sums over a group of entries. */
interface Part {
  readonly name: string;
  readonly entries: number;
  readonly finite: boolean;
  readonly lnMeanNorm: number;
  /** ½ ln Σ_b ‖g_b − ḡ‖²; for means of groups, Σ over groups times the size of a group. */
  readonly lnSpread: number;
  /** ḡ_j²/σ_j² of the entries that vary. */
  readonly ratios: Float64Array;
}

/**
 * The statistics of named parameters whose moments hold the same B samples, or the means of K groups of `size` samples
 * each. The variance of a group's mean is that of a sample divided by `size`. The results are those of single samples
 * in both cases; from few groups they are coarse.
 */
export function gradientNoise(
  parameters: readonly (readonly [name: string, moments: Moments])[],
  size = 1,
): GradientStatistics {
  const groups = parameters[0]?.[1].count ?? 0;
  const parts = parameters.map(([name, moments]) => partOf(name, moments, size));
  const members = new Map<string, Part[]>();
  for (const part of parts) {
    const layer = layerName(part.name);
    members.set(layer, [...(members.get(layer) ?? []), part]);
  }
  const layers = [...members].map(([name, own]) => joined(name, own));
  const all = joined("all", parts);
  const largest = Math.max(...layers.filter(({ finite }) => finite).map((layer) => perEntry(layer, groups)));
  const describe = (part: Part) => noiseOf(part, { groups, size, largest });
  return {
    schema: "evanesce.noise/1",
    samples: groups * size,
    parameters: parts.map(describe),
    layers: layers.map(describe),
    all: describe(all),
  };
}

function partOf(name: string, { count, exponent, mean, squares, finite }: Moments, size: number): Part {
  let [meanSquare, spread, varying] = [0, 0, 0];
  const ratios = new Float64Array(mean.length);
  for (let i = 0; i < mean.length; i++) {
    meanSquare += mean[i] * mean[i];
    spread += squares[i];
    if (squares[i] > 0) ratios[varying++] = ((mean[i] * mean[i]) / (size * squares[i])) * (count - 1);
  }
  const ln = (square: number) =>
    square === 0 ? Number.NEGATIVE_INFINITY : 0.5 * Math.log(square) + (exponent ?? 0) * Math.LN2;
  return {
    name,
    entries: mean.length,
    finite,
    lnMeanNorm: ln(meanSquare),
    lnSpread: ln(size * spread),
    ratios: ratios.subarray(0, varying),
  };
}

function joined(name: string, parts: readonly Part[]): Part {
  const ratios = new Float64Array(parts.reduce((sum, part) => sum + part.ratios.length, 0));
  let at = 0;
  for (const part of parts) {
    ratios.set(part.ratios, at);
    at += part.ratios.length;
  }
  return {
    name,
    entries: parts.reduce((sum, { entries }) => sum + entries, 0),
    finite: parts.every(({ finite }) => finite),
    lnMeanNorm: lnTogether(parts.map(({ lnMeanNorm }) => lnMeanNorm)),
    lnSpread: lnTogether(parts.map(({ lnSpread }) => lnSpread)),
    ratios,
  };
}

/** ½ ln of mean_b ‖g_b‖² = ‖ḡ‖² + Σ_b ‖g_b − ḡ‖²/B, where b may be a group. */
const lnSampleNormOf = ({ lnMeanNorm, lnSpread }: Part, groups: number): number =>
  lnTogether([lnMeanNorm, lnSpread - 0.5 * Math.log(groups)]);

const perEntry = (part: Part, groups: number): number => lnSampleNormOf(part, groups) - 0.5 * Math.log(part.entries);

interface Sampling {
  readonly groups: number;
  readonly size: number;
  /** ½ ln of the mean square of an entry in the largest layer. */
  readonly largest: number;
}

function noiseOf(part: Part, { groups, size, largest }: Sampling): GradientNoise {
  const B = groups * size;
  const { name, entries, finite, lnMeanNorm, lnSpread, ratios } = part;
  if (!finite) {
    const [nan, sentence] = [Number.NaN, "some sample's gradient is not finite"];
    const numbers = {
      lnMeanNorm: nan,
      lnVariance: nan,
      lnSampleNorm: nan,
      gsnr: nan,
      gsnrMedian: nan,
      normTest: nan,
      noiseScale: nan,
    };
    return { name, entries, ...numbers, magnitude: "nonfinite", sentence };
  }
  const lnSampleNorm = lnSampleNormOf(part, groups);
  const none = groups < 2 || lnSampleNorm === Number.NEGATIVE_INFINITY;
  // tr Σ/‖ḡ‖²: 0 where all samples agree, +∞ where they cancel
  const relative = none ? Number.NaN : Math.exp(2 * (lnSpread - lnMeanNorm)) / (groups - 1);
  const lnVariance = groups < 2 ? null : 2 * lnSpread - Math.log(groups - 1);
  const share = 1 - relative / B;
  const numbers = {
    gsnr: none ? null : mean(ratios),
    gsnrMedian: none ? null : ratios.length === 0 ? Number.POSITIVE_INFINITY : median(ratios),
    normTest: none ? null : Math.sqrt(relative / B),
    noiseScale: none ? null : share > 0 ? relative / share : Number.POSITIVE_INFINITY,
  };
  const below = largest - perEntry(part, groups);
  const magnitude = lnSampleNorm === Number.NEGATIVE_INFINITY ? "zero" : below > VANISHED ? "vanished" : "ordinary";
  const sentence = say(magnitude, below, numbers.normTest);
  return { name, entries, lnMeanNorm, lnVariance, lnSampleNorm, ...numbers, magnitude, sentence };
}

/** The mean ratio of the entries that vary; +∞ if none does. */
const mean = (ratios: Float64Array): number =>
  ratios.length === 0 ? Number.POSITIVE_INFINITY : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;

function say(magnitude: GradientNoise["magnitude"], below: number, normTest: number | null): string {
  if (magnitude === "zero")
    return "every sample's gradient is exactly zero: there is no variance because there is no gradient";
  const direction =
    normTest === null
      ? "one sample shows no variance"
      : normTest > 1
        ? `its mean over the batch is within its own noise (norm test ${significant(normTest, 2)}): no direction to follow`
        : `its mean over the batch stands out of its noise (norm test ${significant(normTest, 2)})`;
  if (magnitude === "ordinary") return direction;
  const factor = ratio(below);
  return `its variance is low because the gradient is small: its entries are ${factor} times smaller than those of the largest layer; relative to its own size, ${direction}`;
}
