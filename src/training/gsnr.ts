import type { Network } from "../network.ts";
import type { Batch } from "../tasks/batch.ts";

/** Parts a batch is cut into to see how its gradients differ. */
const PARTS = 8;

/** Signal-to-noise of one parameter's gradient. */
export interface ParameterGsnr {
  readonly name: string;
  /** Σ_j E[g_j]²/Σ_j Var[g_j] over single samples; null where both are zero, or too small for a float64. */
  readonly gsnr: number | null;
}

/**
 * The gradient's signal-to-noise ratio (Liu et al. 2020, "Understanding why neural networks generalize well through GSNR of parameters", equation 1),
 * of a parameter tensor as a whole, estimated from K equal parts of a batch, b samples each, with gradients ḡ_k:
 *
 *     Var = b Σ_k ‖ḡ_k − ḡ‖²/(K − 1)        signal = ‖ḡ‖² − Var/(b K)        GSNR = max(signal, 0)/Var
 *
 * Var/(b K) is what noise alone adds to ‖ḡ‖². The parts' order is the batch's, samples left over are left out. Null for a batch of one sample.
 */
export function measureGsnr(network: Network, batch: Batch): ParameterGsnr[] | null {
  const K = Math.min(PARTS, batch.batch);
  if (K < 2) return null;
  const b = Math.floor(batch.batch / K);
  const names = network.gradients.names;
  const sums = names.map(() => new Float64Array(0));
  const squares = new Float64Array(names.length);
  for (let k = 0; k < K; k++) {
    network.training.run(partOf(batch, k * b, b));
    names.forEach((name, i) => {
      const gradient = network.gradients.get(name);
      if (k === 0) sums[i] = new Float64Array(gradient.length);
      for (let j = 0; j < gradient.length; j++) {
        sums[i][j] += gradient[j];
        squares[i] += gradient[j] ** 2;
      }
    });
  }
  return names.map((name, i) => {
    const mean = sums[i].reduce((sum, value) => sum + (value / K) ** 2, 0);
    const variance = Math.max((b * (squares[i] - K * mean)) / (K - 1), 0);
    const gsnr = Math.max(mean - variance / (b * K), 0) / variance;
    return { name, gsnr: Number.isNaN(gsnr) ? null : gsnr };
  });
}

/** Samples first … first + count of a batch. */
function partOf(batch: Batch, first: number, count: number): Batch {
  const { steps = 1, inputSize, inputs, targets, batch: B } = batch;
  const rows = batch.lossAt === "every" ? steps : 1;
  return {
    ...batch,
    batch: count,
    inputs: cut(inputs, steps, B, inputSize, first, count),
    ...(targets === undefined ? {} : { targets: cut(targets, rows, B, targets.length / (rows * B), first, count) }),
  };
}

/** `[S, B, N]` → `[S, count, N]`. */
function cut<Values extends Float32Array | Int32Array>(
  values: Values,
  S: number,
  B: number,
  N: number,
  first: number,
  count: number,
): Values {
  const out = (
    values instanceof Int32Array ? new Int32Array(S * count * N) : new Float32Array(S * count * N)
  ) as Values;
  for (let s = 0; s < S; s++) {
    out.set(values.subarray((s * B + first) * N, (s * B + first + count) * N), s * count * N);
  }
  return out;
}
