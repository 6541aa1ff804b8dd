import type { ParameterFlow } from "../../../flow/index.ts";
import type { GradientNoise, GradientStatistics, UpdateRatio } from "../../../metrics/index.ts";
import type { ParameterHistograms } from "../../../measure/statistics.ts";
import { EvanesceError } from "../../../base/errors.ts";
import { REMEDY } from "../../kit/read/fields.ts";
import { list, nullable, number, numbers, oneOf, record, type Shape, text, whole } from "../../kit/read/shapes.ts";

/** Reads the noise, histograms and update sizes that a file holds in addition to a flow. */

const noiseOf = record({
  name: text,
  entries: whole,
  lnMeanNorm: number,
  lnVariance: number,
  lnSampleNorm: number,
  gsnr: nullable(number),
  gsnrMedian: nullable(number),
  normTest: nullable(number),
  noiseScale: nullable(number),
  magnitude: oneOf("zero", "vanished", "ordinary", "nonfinite"),
  sentence: text,
});

const statistics = record({
  schema: oneOf("evanesce.noise/1"),
  samples: whole,
  parameters: list(noiseOf),
  layers: list(noiseOf),
  all: noiseOf,
});

/** Reads the noise of a result. @throws EvanesceError that names the field */
export const readNoise: Shape<GradientStatistics> = (value, where) => {
  const { parameters, layers, all, ...rest } = statistics(value, where);
  // a single sample has no variance; with several samples, null is the logarithm of a variance of zero
  const one = (noise: (typeof layers)[number]): GradientNoise =>
    rest.samples < 2 ? { ...noise, lnVariance: null } : noise;
  return { ...rest, parameters: parameters.map(one), layers: layers.map(one), all: one(all) };
};

/** The power of ten of the first bin of a histogram, within the range of scaled numbers. */
const decade: Shape<number> = (value, where) => {
  if (Number.isSafeInteger(value) && Math.abs(value as number) <= 1e6) return value as number;
  throw new EvanesceError(where, "a whole number, the power of ten of the first bin", value, REMEDY);
};

const histogram = record({
  count: whole,
  firstDecade: decade,
  bins: numbers,
  zero: whole,
  nan: whole,
  positiveInfinity: whole,
  negativeInfinity: whole,
  subnormal: whole,
  underflow: whole,
  overflow: whole,
});

/** Reads the histograms of a result. @throws EvanesceError that names the field */
export const readHistograms: Shape<ParameterHistograms[]> = list(
  record({ name: text, gradient: histogram, weight: histogram }),
);

/** @param parameters to distinguish a gradient of zero (−∞) from weights of zero (null: nothing to compare with) */
export const readUpdates = (parameters: readonly ParameterFlow[]): Shape<UpdateRatio[]> => {
  const empty = new Set(parameters.flatMap(({ name, lnNorm }) => (lnNorm === Number.NEGATIVE_INFINITY ? [name] : [])));
  return (value, where) =>
    list(record({ name: text, log10: number }))(value, where).map(({ name, log10 }) => ({
      name,
      log10: empty.has(name) ? null : log10,
    }));
};
