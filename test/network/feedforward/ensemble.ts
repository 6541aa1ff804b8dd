import type { Ledger } from "../../../src/flow/index.ts";
import { createNetwork } from "../../../src/network/create.ts";
import { random } from "../../../src/base/random.ts";
import type { FeedforwardInput } from "../../../src/spec/index.ts";

const NONE: Ledger = { factors: {}, total: new Float64Array(0) };

export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
  /** Standard errors of the two, the variance's out of the fourth moment. */
  readonly meanError: number;
  readonly varianceError: number;
}

export function moments(values: ArrayLike<number>): Moments {
  const count = values.length;
  let mean = 0;
  for (let i = 0; i < count; i++) mean += values[i] / count;
  let [second, fourth] = [0, 0];
  for (let i = 0; i < count; i++) {
    const d = (values[i] - mean) ** 2;
    second += d / (count - 1);
    fourth += d ** 2 / count;
  }
  return {
    count,
    mean,
    variance: second,
    meanError: Math.sqrt(second / count),
    varianceError: Math.sqrt(Math.max(fourth - second ** 2, 0) / count),
  };
}

/** [B, X] inputs, each row of norm √X: q = 1. */
export function sphere(B: number, X: number, seed: number): Float32Array {
  const stream = random(seed, "test/sphere");
  const inputs = new Float32Array(B * X);
  for (let b = 0; b < B; b++) {
    const row = Float64Array.from({ length: X }, () => stream.normal());
    const norm = Math.hypot(...row);
    for (let i = 0; i < X; i++) inputs[b * X + i] = (row[i] / norm) * Math.sqrt(X);
  }
  return inputs;
}

/**
 * ln of the squared gain of random unit cotangents from the last station to station `to`, one value a seed: the batch's rows share weights,
 * so only seeds are independent.
 */
export function lnSquaredGains(spec: FeedforwardInput, seeds: number, B = 8, to = 0): Float64Array {
  const X = spec.inputs as number;
  return Float64Array.from({ length: seeds }, (_, seed) => {
    const network = createNetwork(spec, { seed });
    const { probe } = network.propagate(
      { inputs: sphere(B, X, seed) },
      { ledger: false, statistics: false, quantiles: false },
    );
    network.dispose();
    const profile = probe?.lnGradientNorm as Float64Array;
    return 2 * (profile[to] - (profile.at(-1) as number));
  });
}

/**
 * ln of ‖J u‖²'s factor of every layer of a ReLU net, [layers][nets], layer for layer 2/n χ²_m, m ~ Bin(n, ½) (Hanin 2018; Hanin and Nica
 * 2018): Gaussian He weights, b = 0, a fixed input, J a product of D_l W_l.
 *
 * The law is that of Jᵀ v, too, where v has random signs: between two gates the gradient meets one Wᵀ and one D, and D, which knows the
 * signs of W h, leaves those of Wᵀ v free. So layer l's factor is the ledger's `weights` of layer l + 1 and `gate` of layer l. Nets dead at a
 * layer are left out there: the law is conditional on m > 0.
 */
export function finiteWidthFactors(n: number, depth: number, nets: number, firstSeed = 0): number[][] {
  const spec = {
    kind: "feedforward",
    inputs: n,
    width: n,
    depth,
    activation: "relu",
    init: { weight: "he_normal" },
  } as const;
  const factors: number[][] = Array.from({ length: depth - 2 }, () => []);
  const inputs = sphere(1, n, firstSeed);
  for (let net = 0; net < nets; net++) {
    const network = createNetwork(spec, { seed: firstSeed + net }); // a cotangent of its own, too
    const { probe } = network.propagate({ inputs }, { statistics: false, quantiles: false });
    network.dispose();
    const { gate, weights } = (probe?.ledgers?.[0] ?? NONE).factors;
    // interval s: gate and weights of layer s + 1
    for (let l = 1; l < depth - 1; l++) {
      const factor = 2 * (weights[l] + gate[l - 1]);
      if (Number.isFinite(factor)) factors[l - 1].push(factor);
    }
  }
  return factors;
}

/** Mean and variance of ln(2/n χ²_m), m ~ Bin(n, ½), m > 0 (ORACLES, section 3). */
export const FINITE_WIDTH: Readonly<Record<number, { mean: number; variance: number }>> = {
  16: { mean: -0.17639732, variance: 0.41959339 },
  64: { mean: -0.0401086, variance: 0.08299735 },
  128: { mean: -0.0197864, variance: 0.04023399 },
  512: { mean: -0.00489848, variance: 0.00983684 },
};
