import type { ActivationName } from "../catalogue/index.ts";
import { type Activation, activation } from "./activations.ts";
import { correlation, variance } from "./checks.ts";
import { rectifierProduct, rectifierSlopeProduct } from "./kernels.ts";
import { bivariateMean, gaussianMean, type Integrand } from "./quadrature.ts";

/**
 * The Gaussian moments of an activation, which every theory here uses: u ~ N(0, q), with q the variance of the
 * pre-activations. All functions take a name or an `Activation`, are right to about 1e-13 of E|·| (two variables:
 * 1e-12), and throw EvanesceError for a negative or non-finite q.
 */
export type AnyActivation = ActivationName | Activation;

export const resolve = (phi: AnyActivation): Activation => (typeof phi === "string" ? activation(phi) : phi);

const integrand = (phi: Activation, of: (u: number) => number): Integrand => ({ of, kinks: phi.kinks });

/** E[φ(√q z)]. */
export function meanValue(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  return known.moments?.mean?.(variance("variance", q)) ?? gaussianMean(integrand(known, known.value), q);
}

/** E[φ(√q z)²]. */
export function meanSquare(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  return (
    known.moments?.square?.(variance("variance", q)) ??
    gaussianMean(
      integrand(known, (u) => known.value(u) ** 2),
      q,
    )
  );
}

/** Var[φ(√q z)], as E[(φ − E φ)²], which does not cancel. */
export function valueVariance(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  const closed = known.moments?.variance?.(variance("variance", q));
  if (closed !== undefined) return closed;
  const mean = meanValue(known, q);
  return gaussianMean(
    integrand(known, (u) => (known.value(u) - mean) ** 2),
    q,
  );
}

/** μ₁ = E[φ'(√q z)²]. */
export function slopeSquare(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  return (
    known.moments?.slopeSquare?.(variance("variance", q)) ??
    gaussianMean(
      integrand(known, (u) => known.slope(u) ** 2),
      q,
    )
  );
}

/** μ₂ = E[φ'(√q z)⁴]. */
export function slopeFourth(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  return (
    known.moments?.slopeFourth?.(variance("variance", q)) ??
    gaussianMean(
      integrand(known, (u) => known.slope(u) ** 4),
      q,
    )
  );
}

/**
 * d E[φ²]/dq = E[z φ(√q z) φ'(√q z)]/√q: the slope of the length map without the factor σ_w². At q = 0 it is the limit
 * E φ'² if φ(0) = 0; otherwise it is computed at q = 1e-6.
 */
export function lengthSlope(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  const closed = known.moments?.lengthSlope?.(variance("variance", q));
  if (closed !== undefined) return closed;
  if (q === 0) return known.value(0) === 0 ? slopeSquare(known, 0) : lengthSlope(known, 1e-6);
  return (
    gaussianMean(
      integrand(known, (u) => u * known.value(u) * known.slope(u)),
      q,
    ) / q
  );
}

/** E[φ(u₁) φ(u₂)] at variances q and correlation c; in closed form for rectifiers and if the catalogue has one. */
export function valueProduct(phi: AnyActivation, q: number, c: number): number {
  const known = resolve(phi);
  variance("variance", q);
  correlation("c", c);
  if (known.negativeSlope !== undefined) return rectifierProduct(known.negativeSlope, q, c);
  const closed = known.moments?.valueProduct?.(q, c);
  if (closed !== undefined) return closed;
  const value = integrand(known, known.value);
  return bivariateMean(value, value, q, q, c);
}

/** E[φ'(u₁) φ'(u₂)] at variances q and correlation c; in closed form for rectifiers and if the catalogue has one. */
export function slopeProduct(phi: AnyActivation, q: number, c: number): number {
  const known = resolve(phi);
  variance("variance", q);
  correlation("c", c);
  if (known.negativeSlope !== undefined) return rectifierSlopeProduct(known.negativeSlope, c);
  const closed = known.moments?.slopeProduct?.(q, c);
  if (closed !== undefined) return closed;
  const slope = integrand(known, known.slope);
  return bivariateMean(slope, slope, q, q, c);
}
