import { normFacts } from "../catalogue/index.ts";
import type { Command } from "commander";
import { EvanesceError } from "../base/errors.ts";
import { type UpdateRatio, updateRatios } from "../metrics/index.ts";
import type { GradientFlow } from "../flow/index.ts";
import type { Network } from "../network/create.ts";
import { gradientStatisticsInParts, histograms, type ParameterHistograms } from "../measure/statistics.ts";
import type { GradientStatistics } from "../metrics/index.ts";
import type { Batch } from "../tasks/index.ts";
import type { Host } from "./host.ts";
import { createProgress } from "./progress.ts";
import { inTurns } from "./event-loop.ts";
import { real } from "./values.ts";

/** What is asked of the entries of a gradient, and of the samples it comes from. */
export interface StatisticsFlags {
  readonly noise?: boolean;
  readonly histogram?: boolean;
  readonly learningRate?: number;
}

/** What these flags add to a flow. */
export interface StatisticsExtras {
  readonly noise?: GradientStatistics;
  readonly histograms?: readonly ParameterHistograms[];
  readonly updates?: readonly UpdateRatio[];
}

/** Statistics of the gradients that a pass can take along. */
export function addStatisticsOptions(command: Command): Command {
  return command
    .option("--noise", "also the samples' own gradients: variance, GSNR, norm test and noise scale of every layer")
    .option("--histogram", "also where the magnitudes of every gradient's entries lie, by decades")
    .option(
      "--learning-rate <lr>",
      "also how far a step of plain gradient descent would move every parameter, beside its size",
      real("--learning-rate"),
    );
}

/** Refuses before the pass what would be refused after it. @throws EvanesceError */
export function requireStatistics({ noise, learningRate }: StatisticsFlags, { spec }: Network): void {
  if (learningRate !== undefined && !(learningRate > 0)) {
    throw new EvanesceError("--learning-rate", "a number > 0", learningRate, "leave it out to judge no updates");
  }
  if (noise === true && normFacts(spec.norm).acrossSamples) {
    const rule = "a network that treats every sample for itself";
    throw new EvanesceError("--noise", rule, normFacts(spec.norm).title, "use layer, rms or no norm");
  }
}

/**
 * Measures what the flags ask of a network that has run its pass. Last of all that is asked of it: the samples' passes
 * replace that one.
 */
export async function statisticsExtras(
  network: Network,
  batch: Batch,
  flow: GradientFlow,
  flags: StatisticsFlags & { readonly quiet?: boolean },
  host: Host,
): Promise<StatisticsExtras> {
  const { noise, histogram, learningRate, quiet = false } = flags;
  const shown = {
    ...(histogram === true ? { histograms: histograms(network) } : {}),
    ...(learningRate === undefined ? {} : { updates: updateRatios(flow.parameters, learningRate) }),
  };
  if (noise !== true) return shown;
  const progress = createProgress(host.stderr, { total: batch.batch, noun: "samples", quiet });
  try {
    return { ...shown, noise: await inTurns(gradientStatisticsInParts(network, batch), host, progress.update) };
  } finally {
    await progress.clear();
  }
}
