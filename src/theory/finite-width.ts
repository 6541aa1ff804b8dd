import { positive, variance, whole } from "./checks.ts";
import { digamma, trigamma } from "../base/special-functions.ts";

/**
 * Mean and variance of ln of one layer's factor on the *squared* gradient norm. For ln ‖δ‖, take half of the mean and
 * a quarter of the variance.
 */
export interface LogFactor {
  readonly mean: number;
  readonly variance: number;
}

/**
 * The exact law of a ReLU layer with Gaussian weights and no bias (Hanin 2018; Hanin and Nica 2018),
 * for a fixed unit vector u and independent layers:
 *
 *     ‖J u‖² =ᵈ ∏_l (σ_w²/n_{l−1}) χ²_{m_l},     m_l ~ Bin(n_l, ½).
 *
 * ln χ²_m has mean ψ(m/2) + ln 2 and variance ψ'(m/2), under the condition m ≥ 1 (some unit is alive). In the backward
 * pass, δ_{l−1} = Wᵀ D δ_l, the factor is (σ_w²/n_{l−1}) χ²_{n_{l−1}} times ‖D δ‖²/‖δ‖² ~ Beta(m/2, (n_l − m)/2). For
 * equal widths the product has the same law. This function is the backward law, so it also holds for unequal widths.
 *
 * @param width n_l, units of the layer
 * @param fanIn n_{l−1}; by default the width
 * @throws EvanesceError for widths below 1 or σ_w² ≤ 0
 */
export function reluLogFactor(width: number, fanIn = width, sigmaW2 = 2): LogFactor {
  whole("width", width, 1);
  whole("fanIn", fanIn, 1);
  positive("sigmaW2", sigmaW2);
  let weight = 0;
  let first = 0;
  let second = 0;
  let inner = 0; // E[ψ'(m/2)]
  const center = digamma(width / 4); // near E ψ(m/2), so that the variance does not cancel
  for (const { m, probability } of binomialHalf(width)) {
    const psi = digamma(m / 2) - center;
    weight += probability;
    first += probability * psi;
    second += probability * psi * psi;
    inner += probability * trigamma(m / 2);
  }
  const shift = first / weight;
  return {
    mean: Math.log((2 * sigmaW2) / fanIn) + center + shift + digamma(fanIn / 2) - digamma(width / 2),
    variance: second / weight - shift * shift + inner / weight + trigamma(fanIn / 2) - trigamma(width / 2),
  };
}

/** All m ≥ 1 within 12 standard deviations of n/2, with P(m) of Bin(n, ½) up to a common factor. */
function* binomialHalf(n: number): Generator<{ m: number; probability: number }> {
  const middle = Math.ceil(n / 2);
  const reach = Math.ceil(6 * Math.sqrt(n)) + 1;
  let probability = 1;
  for (let m = middle; m <= Math.min(n, middle + reach); m++) {
    yield { m, probability };
    probability *= (n - m) / (m + 1);
  }
  probability = 1;
  for (let m = middle - 1; m >= Math.max(1, middle - reach); m--) {
    probability *= (m + 1) / (n - m);
    yield { m, probability };
  }
}

/**
 * The law to order 1/n for any φ, from μ₁ = E φ'², μ₂ = E φ'⁴ and E[‖J u‖⁴]/E[‖J u‖²]² = 1 + (3 μ₂/μ₁² − 1)/n a layer
 * (Hanin 2018, for ReLU: 1 + 5/n):
 *
 *     variance = 3 (μ₂/μ₁² − 1)/n_l + (2/n_{l−1} for Gaussian weights),     mean = ln χ₁ − variance/2.
 *
 * The first term is the variance of ‖φ' ⊙ δ‖²/‖δ‖² for an isotropic δ, the second that of ‖Wᵀ v‖². A square orthogonal
 * W preserves norms, so it has no second term. With more outputs m than inputs n it projects, and the term is 2/n −
 * 2/m. The orthogonal case is derived here. Fluctuations of q are left out, so this is an estimate; for tanh it is
 * right within 40 %.
 *
 * @throws EvanesceError for widths below 1 or non-positive moments
 */
export function logFactor(layer: {
  readonly sigmaW2: number;
  readonly slopeSquare: number;
  readonly slopeFourth: number;
  readonly width: number;
  readonly fanIn: number;
  readonly orthogonal?: boolean;
}): LogFactor {
  const { sigmaW2, slopeSquare, slopeFourth, width, fanIn, orthogonal = false } = layer;
  whole("width", width, 1);
  whole("fanIn", fanIn, 1);
  positive("slopeSquare", slopeSquare);
  const gate = (3 * (slopeFourth / slopeSquare ** 2 - 1)) / width;
  const weights = orthogonal ? Math.max(0, 2 / fanIn - 2 / width) : 2 / fanIn;
  const total = gate + weights;
  return { mean: Math.log(positive("sigmaW2", sigmaW2) * slopeSquare) - total / 2, variance: total };
}

/**
 * A residual block whose branch multiplies the squared norm by `gain` on average and by a ln-variance `branchVariance`:
 * to order 1/n, ‖δ + Bᵀδ‖² = ‖δ‖² (1 + g X + 2 √(g/n) z), so
 *
 *     variance = (g² branchVariance + 4 g/n)/(1 + g)²,     mean = ln(1 + g) − variance/2.
 *
 * Derived here: the cross term δᵀ Wᵀ D δ is Gaussian of variance g/n.
 */
export function residualLogFactor(gain: number, branchVariance: number, width: number): LogFactor {
  const g = variance("gain", gain);
  const total =
    (g * g * variance("branchVariance", branchVariance) + (4 * g) / whole("width", width, 1)) / (1 + g) ** 2;
  return { mean: Math.log1p(g) - total / 2, variance: total };
}
