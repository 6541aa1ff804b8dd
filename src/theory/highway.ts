import { gaussianMean } from "./quadrature.ts";
import type { Signal } from "./signal.ts";

const logistic = (u: number): number => 1 / (1 + Math.exp(-u));
/** The initialization of a highway gate: xavier_normal on a square matrix, so σ_g² = 1, and a bias of −1. */
const GATE_SIGMA2 = 1;
const GATE_BIAS = -1;

/**
 * Highway (Srivastava et al. 2015, equation 3): s = g ⊙ F + (1 − g) ⊙ h, g = σ(W_g h + b_g). With a = W_g h + b_g ~
 * N(b_g, σ_g² E h²) independent of h and F at infinite width, the squared gradient splits into three uncorrelated
 * routes:
 *
 *     branch E g² · (the branch's own gain),     carry E (1 − g)²,     gate σ_g² E σ'(a)² E (F − h)².
 */
export function highwayJoin(h: Signal, f: Signal): { out: Signal; skip: number; branch: number } {
  const mean = (of: (g: number) => number) =>
    gaussianMean({ of: (u) => of(logistic(u)), kinks: [] }, GATE_SIGMA2 * h.square, GATE_BIAS);
  const open = mean((g) => g);
  const openSquare = mean((g) => g * g);
  const closedSquare = mean((g) => (1 - g) ** 2);
  const gateSlope = mean((g) => (g * (1 - g)) ** 2);
  const difference = f.square + h.square - 2 * f.mean * h.mean;
  const mixed = (key: "square" | "batchVariance") => openSquare * f[key] + closedSquare * h[key];
  return {
    out: {
      square: mixed("square") + 2 * mean((g) => g * (1 - g)) * f.mean * h.mean,
      mean: open * f.mean + (1 - open) * h.mean,
      batchVariance: mixed("batchVariance"),
    },
    skip: closedSquare + GATE_SIGMA2 * gateSlope * difference,
    branch: openSquare,
  };
}
