import { KERAS_SCALE } from "../spec/initialization/weights.ts";
import type { WeightInit } from "../spec/names.ts";

/** The mean-field law of a weight [m, n] = [fan_out, fan_in]. */
export interface WeightLaw {
  /**
   * σ_w² = variance of an entry × fan_in, without the square of the gain; null if entries are not random with mean
   * zero.
   */
  readonly sigmaW2: (fanIn: number, fanOut: number, pytorchFan: number) => number | null;
  readonly orthogonal?: boolean;
}

/** Variance of N(0, 1) within two standard deviations: 1 − 4 φ(2)/(2Φ(2) − 1), φ the density and Φ its integral. */
const TRUNCATED_VARIANCE = 0.7737413035;

/** One row for each initialization, with the laws of `torch.nn.init`. Uniform U(±a) has variance a²/3. */
export const WEIGHT_LAWS: Readonly<Record<WeightInit, WeightLaw>> = {
  pytorch: { sigmaW2: (n, _m, pytorchFan) => n / (3 * pytorchFan) }, // U(±1/√n): σ_w² = ⅓, with which Glorot and Bengio 2010 explain the vanishing gradient
  xavier_uniform: { sigmaW2: (n, m) => (2 * n) / (n + m) }, // Glorot and Bengio 2010, equation 16
  xavier_normal: { sigmaW2: (n, m) => (2 * n) / (n + m) }, // equation 12
  he_uniform: { sigmaW2: () => 2 }, // He et al. 2015, equation 10
  he_normal: { sigmaW2: () => 2 },
  lecun_uniform: { sigmaW2: () => 1 }, // LeCun et al. 1998, equation 16
  lecun_normal: { sigmaW2: () => 1 },
  gaussian: { sigmaW2: () => 1 }, // the gain is σ_w
  uniform: { sigmaW2: (n) => (KERAS_SCALE ** 2 / 3) * n },
  normal: { sigmaW2: (n) => KERAS_SCALE ** 2 * n },
  truncated_normal: { sigmaW2: (n) => KERAS_SCALE ** 2 * TRUNCATED_VARIANCE * n },
  // ‖W‖_F² = min(m, n), so an entry's variance is 1/max(m, n)
  orthogonal: { sigmaW2: (n, m) => n / Math.max(n, m), orthogonal: true },
  identity: { sigmaW2: () => null },
  constant: { sigmaW2: () => null },
  zeros: { sigmaW2: () => null },
};
