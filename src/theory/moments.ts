import type { ActivationName } from "../spec/names.ts";
import { type Activation, activation } from "./activations.ts";
import { correlation, variance } from "./checks.ts";
import { erfProduct, erfSlopeProduct, rectifierProduct, rectifierSlopeProduct, sineProduct } from "./kernels.ts";
import { bivariateMean, gaussianMean, type Integrand } from "./quadrature.ts";

/**
 * The Gaussian moments of an activation on which every theory here rests: u ~ N(0, q), q the pre-activations' variance.
 * All take a name or an `Activation`, are good to about 1e-13 of E|·| (two variables: 1e-12), and throw EvanesceError
 * for a negative or non-finite q.
 */
export type AnyActivation = ActivationName | Activation;

export const resolve = (phi: AnyActivation): Activation => (typeof phi === "string" ? activation(phi) : phi);

const integrand = (phi: Activation, of: (u: number) => number): Integrand => ({ of, kinks: phi.kinks });

/**
 * E cos(k u) = e^{−k² q/2}: sine's moments are sums of these, and must be, since no quadrature follows sin(√q z) once
 * √q is some thousands.
 */
const waveMean = (k: number, q: number): number => Math.exp((-k * k * variance("variance", q)) / 2);
const isSine = (phi: Activation): boolean => phi.name === "sine";

/** E[φ(√q z)]. */
export function meanValue(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  return isSine(known) ? 0 : gaussianMean(integrand(known, known.value), q);
}

/** E[φ(√q z)²]. */
export function meanSquare(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  if (isSine(known)) return -Math.expm1(-2 * variance("variance", q)) / 2; // sin² = (1 − cos 2u)/2
  return gaussianMean(
    integrand(known, (u) => known.value(u) ** 2),
    q,
  );
}

/** Var[φ(√q z)], as E[(φ − E φ)²], which does not cancel. */
export function valueVariance(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  if (isSine(known)) return meanSquare(known, q);
  const mean = meanValue(known, q);
  return gaussianMean(
    integrand(known, (u) => (known.value(u) - mean) ** 2),
    q,
  );
}

/** μ₁ = E[φ'(√q z)²]. */
export function slopeSquare(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  if (isSine(known)) return (1 + waveMean(2, q)) / 2;
  return gaussianMean(
    integrand(known, (u) => known.slope(u) ** 2),
    q,
  );
}

/** μ₂ = E[φ'(√q z)⁴]. */
export function slopeFourth(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  if (isSine(known)) return (3 + 4 * waveMean(2, q) + waveMean(4, q)) / 8;
  return gaussianMean(
    integrand(known, (u) => known.slope(u) ** 4),
    q,
  );
}

/**
 * d E[φ²]/dq = E[z φ(√q z) φ'(√q z)]/√q: the slope of the length map before σ_w². At q = 0 and φ(0) = 0 its limit
 * E φ'²; where φ(0) is not 0 it is read off at q = 1e-6.
 */
export function lengthSlope(phi: AnyActivation, q: number): number {
  const known = resolve(phi);
  if (isSine(known)) return waveMean(2, q);
  if (q === 0) return known.value(0) === 0 ? slopeSquare(known, 0) : lengthSlope(known, 1e-6);
  return (
    gaussianMean(
      integrand(known, (u) => u * known.value(u) * known.slope(u)),
      q,
    ) / q
  );
}

/** E[φ(u₁) φ(u₂)] at variances q and correlation c; in closed form for rectifiers, erf and sine. */
export function valueProduct(phi: AnyActivation, q: number, c: number): number {
  const known = resolve(phi);
  variance("variance", q);
  correlation("c", c);
  if (known.negativeSlope !== undefined) return rectifierProduct(known.negativeSlope, q, c);
  if (known.name === "erf") return erfProduct(q, c);
  if (isSine(known)) return sineProduct(q, c, -1);
  const value = integrand(known, known.value);
  return bivariateMean(value, value, q, q, c);
}

/** E[φ'(u₁) φ'(u₂)] at variances q and correlation c; in closed form for rectifiers, erf and sine. */
export function slopeProduct(phi: AnyActivation, q: number, c: number): number {
  const known = resolve(phi);
  variance("variance", q);
  correlation("c", c);
  if (known.negativeSlope !== undefined) return rectifierSlopeProduct(known.negativeSlope, c);
  if (known.name === "erf") return erfSlopeProduct(q, c);
  if (isSine(known)) return sineProduct(q, c, 1);
  const slope = integrand(known, known.slope);
  return bivariateMean(slope, slope, q, q, c);
}
