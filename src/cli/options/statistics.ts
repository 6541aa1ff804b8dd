import { EvanesceError } from "../../base/errors.ts";
import { inTurns } from "../../base/cooperative-work.ts";
import { type GradientStatistics, type UpdateRatio, updateRatios } from "../../metrics/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import type { Network } from "../../network/create.ts";
import { gradientStatisticsInParts, histograms, type ParameterHistograms } from "../../measure/statistics.ts";
import { mixesSamples } from "../../spec/norms.ts";
import type { Batch } from "../../tasks/index.ts";
import type { CommandContext } from "../context.ts";
import { createProgress } from "../progress.ts";
import { group, nothingLeft, option, type ValuesOf } from "./option.ts";
import { real } from "./parsers.ts";

/** Options for statistics of the gradients. */
export const STATISTICS = group("Measurements", [
  option(
    "--noise",
    "also the noise of the gradient over the samples: variance, GSNR, norm test and noise scale of every layer",
  ),
  option("--histogram", "also histograms of the entries of every gradient, by powers of ten"),
  option("--learning-rate <lr>", "also the relative change of every parameter by one step of plain gradient descent", {
    parse: real,
    also: ["--lr"],
  }),
]);

export type StatisticsValues = ValuesOf<typeof STATISTICS>;

/** The results that these options add to a flow. */
export interface StatisticsExtras {
  readonly noise?: GradientStatistics;
  readonly histograms?: readonly ParameterHistograms[];
  readonly updates?: readonly UpdateRatio[];
}

/** Refuses before the pass the options that would fail after it. @throws EvanesceError */
export function requireStatistics({ noise, learningRate }: StatisticsValues, { spec }: Network): void {
  if (learningRate !== undefined && !(learningRate > 0)) {
    throw new EvanesceError(
      "--learning-rate",
      "a number > 0",
      learningRate,
      "leave it out to skip the judgement of updates",
    );
  }
  if (noise === true && mixesSamples(spec)) {
    const rule = "a network that treats each sample separately";
    throw new EvanesceError("--noise", rule, "batch norm", "use layer, rms or no norm");
  }
}

/**
 * Measures what these options request, on a network that has run its pass. This comes last, because the passes of the
 * single samples replace that pass.
 */
export async function statisticsExtras(
  network: Network,
  batch: Batch,
  flow: GradientFlow,
  values: StatisticsValues,
  quiet: boolean | undefined,
  { stderr, signal }: CommandContext,
): Promise<StatisticsExtras> {
  const { noise, histogram, learningRate, ...rest } = values;
  nothingLeft(rest);
  const extras = {
    ...(histogram === true ? { histograms: histograms(network) } : {}),
    ...(learningRate === undefined ? {} : { updates: updateRatios(flow.parameters, learningRate) }),
  };
  if (noise !== true) return extras;
  const progress = createProgress(stderr, { total: batch.batch, noun: "samples", quiet });
  try {
    const parts = gradientStatisticsInParts(network, batch);
    return { ...extras, noise: await inTurns(parts, { signal, onProgress: progress.update }) };
  } finally {
    await progress.clear();
  }
}
