import type { Shape } from "./activation.ts";

/** σ(u) = 1/(1 + e^{−u}), without overflow. */
export const logistic = (u: number): number => (u >= 0 ? 1 / (1 + Math.exp(-u)) : Math.exp(u) / (1 + Math.exp(u)));

/** σ'(u) = σ(u) σ(−u). */
export const logisticSlope = (u: number): number => logistic(u) * logistic(-u);

/** ln(1 + eᵘ), without overflow. */
export const softplusOf = (u: number): number => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));

/** sech² u without overflow: 4e/(1 + e)², e = exp(−2|u|). */
export const sechSquared = (u: number): number => {
  const e = Math.exp(-2 * Math.abs(u));
  return (4 * e) / ((1 + e) * (1 + e));
};

export const clamp = (u: number, low: number, high: number): number => Math.min(Math.max(u, low), high);

/** 1 inside (low, high), 0 outside. */
export const inside = (u: number, low: number, high: number): number => (u > low && u < high ? 1 : 0);

/** u for u > 0, a·u below. */
export const rectifier = (a: number): Shape => ({
  value: (u) => (u > 0 ? u : a * u),
  slope: (u) => (u > 0 ? 1 : a),
  kinks: a === 1 ? [] : [0],
  negativeSlope: a,
});

/** λ u for u > 0, λ α (eᵘ − 1) below (Clevert et al. 2016; with α = 1 celu and elu are the same). */
export const exponentialLinear = (alpha: number, lambda: number): Shape => ({
  value: (u) => lambda * (u > 0 ? u : alpha * Math.expm1(u)),
  slope: (u) => lambda * (u > 0 ? 1 : alpha * Math.exp(u)),
  kinks: [0],
});
