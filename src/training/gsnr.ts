import { addSample, createMoments, type GradientNoise, gradientNoise } from "../metrics/index.ts";
import { samplesOf } from "../network/samples.ts";
import type { Network } from "../network/create.ts";
import { elements } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";

/** Number of parts of a batch whose gradients are compared. */
const PARTS = 8;

/** Signal-to-noise ratio of one parameter's gradient, as in `gradientStatistics` but from parts of a batch. */
export type ParameterGsnr = Pick<GradientNoise, "name" | "gsnr" | "gsnrMedian" | "noiseScale">;

/**
 * The signal-to-noise ratio of every parameter's gradient (Liu et al. 2020) between two updates of a run, as in
 * `gradientStatistics` but from K ≤ 8 equal parts of the batch instead of single samples. So it costs about one update.
 * The parts keep the order of the batch; samples that are left over are left out. Null for a batch of one sample.
 */
export function* measureGsnr(network: Network, batch: Batch): Generator<void, ParameterGsnr[] | null> {
  const K = Math.min(PARTS, batch.batch);
  if (K < 2) return null;
  const size = Math.floor(batch.batch / K);
  const { gradients, parameters } = network;
  const moments = gradients.names.map((name) => [name, createMoments(elements(parameters.shape(name)))] as const);
  for (let k = 0; k < K; k++) {
    const pass = network.training.run(samplesOf(batch, k * size, size, network.spec), 0); // dropout is part of the noise
    while (!pass.next().done) yield;
    for (const [name, sums] of moments) addSample(sums, gradients.scaled(name));
  }
  return gradientNoise(moments, size).parameters.map(({ name, gsnr, gsnrMedian, noiseScale }) => ({
    name,
    gsnr,
    gsnrMedian,
    noiseScale,
  }));
}
