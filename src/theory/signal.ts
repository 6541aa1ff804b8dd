import { normFacts, type StatisticalNorm } from "../catalogue/index.ts";
import type { Activation } from "./activations.ts";
import { meanSquare, meanValue, slopeFourth, slopeSquare, valueVariance } from "./moments.ts";
import { gaussianMean, gaussianNodes } from "./quadrature.ts";

/** Second-moment statistics of a layer's values, over units and inputs. */
export interface Signal {
  /** E h². */
  readonly square: number;
  /** E h. */
  readonly mean: number;
  /** E_units Var_batch h: the variance for batch norm, with a large batch of independent inputs. */
  readonly batchVariance: number;
}

/** A normalization of activations, or none. */
export type NormOrNone = StatisticalNorm | null;

/**
 * The output of N, and the factor of its adjoint on ‖δ‖²: 1/(variance + ε), ε of the spec. The parts of δ that it
 * projects out are of order 1/n or 1/B.
 */
export function normalized(norm: NormOrNone, signal: Signal, epsilon: number): { out: Signal; gain: number } {
  if (norm === null) return { out: signal, gain: 1 };
  const { square, mean, batchVariance } = signal;
  if (normFacts(norm).acrossSamples) {
    const divisor = batchVariance + epsilon;
    const unit = batchVariance / divisor;
    return { out: { square: unit, mean: 0, batchVariance: unit }, gain: 1 / divisor };
  }
  const center = normFacts(norm).centers ? mean : 0;
  const divisor = square - center * center + epsilon;
  return {
    out: {
      square: (square - center * center) / divisor,
      mean: (mean - center) / Math.sqrt(divisor),
      batchVariance: batchVariance / divisor,
    },
    gain: 1 / divisor,
  };
}

/** Allowed relative error of the variance of a unit over the batch. */
const NOISE = 1e-8;

/** The effect of φ, and of a norm directly after it, on a Gaussian signal of mean 0. */
export interface Gated {
  readonly out: Signal;
  /** E φ'² over the normalizer: the factor on the squared gradient, before the weights' σ_w². */
  readonly gain: number;
  /** μ₁ and μ₂ of φ alone. */
  readonly slopeSquare: number;
  readonly slopeFourth: number;
}

/** Whether the units have different means over the batch. Then the moments of batch norm are averages over them. */
export function averagesMeans({ square, batchVariance }: Pick<Signal, "square" | "batchVariance">): boolean {
  return Math.max(square - batchVariance, 0) >= 1e-12 * square;
}

/**
 * Applies φ, and then the norm after it if there is one.
 * With batch norm, the batch mean m of a pre-activation differs between units, because of the biases: u = m + √V z with
 * m ~ N(0, square − V), V = batchVariance. The batch variance of φ and the adjoint of batch norm are averages over m.
 */
export function gate(
  phi: Activation,
  { square, batchVariance }: Signal,
  after: NormOrNone,
  batch: boolean,
  epsilon: number,
): Gated {
  const mu1 = slopeSquare(phi, square);
  const moments = { slopeSquare: mu1, slopeFourth: slopeFourth(phi, square) };
  const value = { square: meanSquare(phi, square), mean: meanValue(phi, square) };
  const between = Math.max(square - batchVariance, 0);
  if (!batch || !averagesMeans({ square, batchVariance })) {
    const variance = batch ? valueVariance(phi, square) : value.square - value.mean ** 2;
    const { out, gain } = normalized(after, { ...value, batchVariance: variance }, epsilon);
    return { out, gain: mu1 * gain, ...moments };
  }
  const within = (m: number) => {
    const { values, weights } = gaussianNodes(phi.kinks, batchVariance, m);
    const mean = (of: (i: number) => number) => weights.reduce((sum, weight, i) => sum + weight * of(i), 0);
    const outputs = values.map(phi.value);
    const center = mean((i) => outputs[i]);
    const variance = mean((i) => (outputs[i] - center) ** 2);
    return { variance, slopeSquare: () => mean((i) => phi.slope(values[i]) ** 2) };
  };
  const across = (f: (m: number) => number) => gaussianMean({ of: f, kinks: phi.kinks, noise: NOISE }, between);
  if (after === null || !normFacts(after).acrossSamples)
    return { out: { ...value, batchVariance: across((m) => within(m).variance) }, gain: mu1, ...moments };
  return {
    out: { square: 1, mean: 0, batchVariance: 1 },
    gain: across((m) => {
      const { variance, slopeSquare } = within(m);
      return slopeSquare() / (variance + epsilon);
    }),
    ...moments,
  };
}
