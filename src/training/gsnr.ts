import { addSample, createMoments, type GradientNoise, gradientNoise } from "../metrics/index.ts";
import { samplesOf } from "../network/samples.ts";
import type { Network } from "../network/create.ts";
import { elements } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";

/** Parts a batch is cut into to see how its gradients differ. */
const PARTS = 8;

/** Signal-to-noise of one parameter's gradient: what `gradientStatistics` says of it, seen through parts of a batch. */
export type ParameterGsnr = Pick<GradientNoise, "name" | "gsnr" | "gsnrMedian" | "noiseScale">;

/**
 * The signal-to-noise ratio of every parameter's gradient (Liu et al. 2020) between two updates of a run:
 * `gradientStatistics`'s, from K ≤ 8 equal parts of the batch in place of its single samples, so that it costs about
 * one update more. The batch's order is the parts'; samples left over are left out. Null for a batch of one sample.
 */
export function* measureGsnr(network: Network, batch: Batch): Generator<void, ParameterGsnr[] | null> {
  const K = Math.min(PARTS, batch.batch);
  if (K < 2) return null;
  const size = Math.floor(batch.batch / K);
  const { gradients, parameters } = network;
  const moments = gradients.names.map((name) => [name, createMoments(elements(parameters.shape(name)))] as const);
  for (let k = 0; k < K; k++) {
    yield* network.training.run(samplesOf(batch, k * size, size, network.spec), 0); // dropout is part of the noise
    for (const [name, sums] of moments) addSample(sums, gradients.scaled(name));
  }
  return gradientNoise(moments, size).parameters.map(({ name, gsnr, gsnrMedian, noiseScale }) => ({
    name,
    gsnr,
    gsnrMedian,
    noiseScale,
  }));
}
