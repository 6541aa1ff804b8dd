import { EvanesceError } from "../base/errors.ts";
import {
  addSample,
  createMoments,
  type GradientStatistics,
  gradientNoise,
  type MagnitudeHistogram,
  magnitudeHistogram,
} from "../metrics/index.ts";
import { asBatch, type OwnArrays } from "../network/own-arrays.ts";
import { samplesOf } from "../network/samples.ts";
import { GRADIENTS_ONLY, type Network, requireNetwork } from "../network/create.ts";
import { inTurns, type TurnOptions } from "../base/cooperative-work.ts";
import { finish } from "../base/time-slicing.ts";
import { mixesSamples } from "../spec/norms.ts";
import type { Batch } from "../tasks/index.ts";

/**
 * Measures mean, variance, signal-to-noise ratio, norm test and noise scale of the samples' own gradients: for every
 * parameter, every layer and all together.
 *
 * Each sample runs through the network alone, in B passes of a batch of one, because a pass adds up its samples. Then
 * the whole batch runs once more, so `network.gradients` are those of the batch.
 *
 * @throws EvanesceError for a network with batch norm, whose samples have no gradient of their own
 */
export function gradientStatistics(network: Network, data: Batch | OwnArrays): GradientStatistics {
  return finish(gradientStatisticsInParts(network, data));
}

/**
 * `gradientStatistics` without blocking the event loop, which gets a turn after every sample's pass. The parameters
 * must not change meanwhile.
 *
 * @param options `signal` stops it between two samples, `onProgress` gets the share done
 * @throws EvanesceError as `gradientStatistics` does; the signal's reason where it aborts
 */
export async function gradientStatisticsAsync(
  network: Network,
  data: Batch | OwnArrays,
  options: TurnOptions = {},
): Promise<GradientStatistics> {
  return inTurns(gradientStatisticsInParts(network, data), options);
}

/** `gradientStatistics` in parts: yields the share done. */
export function* gradientStatisticsInParts(
  network: Network,
  data: Batch | OwnArrays,
): Generator<number, GradientStatistics> {
  requireNetwork("gradientStatistics", network);
  const { spec, sizes, gradients } = network;
  if (mixesSamples(spec)) {
    const rule = "a network that treats every sample for itself";
    throw new EvanesceError("gradientStatistics", rule, "norm: batch", "use layer, rms or no norm");
  }
  const batch = asBatch(data, spec, sizes);
  if (spec.kind === "feedforward" && spec.init.lsuv) network.propagate(batch, GRADIENTS_ONLY); // LSUV initializes such a network by its first batch
  const moments = gradients.names.map((name) => {
    const length = network.parameters.shape(name).reduce((product, axis) => product * axis, 1);
    return [name, createMoments(length)] as const;
  });
  for (let b = 0; b < batch.batch; b++) {
    network.propagate(samplesOf(batch, b, 1, network.spec), GRADIENTS_ONLY);
    for (const [name, sums] of moments) addSample(sums, gradients.scaled(name));
    yield (b + 1) / (batch.batch + 1);
  }
  network.propagate(batch, GRADIENTS_ONLY);
  return gradientNoise(moments);
}

/** The histograms of one parameter and of its gradient. */
export interface ParameterHistograms {
  readonly name: string;
  readonly gradient: MagnitudeHistogram;
  readonly weight: MagnitudeHistogram;
}

/**
 * Histograms over decades of every parameter and of its gradient in the network's last pass.
 * @throws EvanesceError before the first pass
 */
export function histograms(network: Network): ParameterHistograms[] {
  requireNetwork("histograms", network);
  const { gradients, parameters } = network;
  return gradients.names.map((name) => ({
    name,
    gradient: magnitudeHistogram(gradients.scaled(name)),
    weight: magnitudeHistogram({ data: parameters.get(name) }),
  }));
}
