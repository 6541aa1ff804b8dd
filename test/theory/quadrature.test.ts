import { activationFacts, ACTIVATIONS } from "../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { activation } from "../../src/theory/activations.ts";
import { rectifierProduct, rectifierSlopeProduct } from "../../src/theory/kernels.ts";
import {
  lengthSlope,
  meanSquare,
  slopeFourth,
  slopeSquare,
  valueProduct,
  valueVariance,
} from "../../src/theory/moments.ts";
import { bivariateMean, gaussianMean } from "../../src/theory/quadrature.ts";
import { normalCdf } from "../../src/base/special-functions.ts";
import { expectRelative } from "./close.ts";

/** E[f(√q z)] by two-point Gauss–Legendre in 3000 cells a piece, the pieces cut where φ turns. */
function brute(f: (u: number) => number, q: number, kinks: readonly number[]): number {
  const sigma = Math.sqrt(q);
  const inner = [-8, -1, 0, 1, 8, ...kinks].map((u) => u / sigma).filter((z) => Math.abs(z) < 10);
  const cuts = [...new Set([-10, ...inner, 10])].sort((a, b) => a - b);
  const cells = 3000;
  let sum = 0;
  for (let i = 1; i < cuts.length; i++) {
    const h = (cuts[i] - cuts[i - 1]) / cells;
    for (let k = 0; k < cells; k++) {
      for (const node of [0.5 - Math.sqrt(1 / 12), 0.5 + Math.sqrt(1 / 12)]) {
        const z = cuts[i - 1] + (k + node) * h;
        sum += (h / 2) * Math.exp((-z * z) / 2) * f(sigma * z);
      }
    }
  }
  return sum / Math.sqrt(2 * Math.PI);
}

describe("one Gaussian variable", () => {
  it("integrates even powers: E u^{2k} = (2k − 1)!! q^k", () => {
    for (const q of [1e-6, 0.3, 1, 50]) {
      for (const [k, double] of [1, 1, 3, 15, 105, 945].entries()) {
        expectRelative(gaussianMean({ of: (u) => u ** (2 * k), kinks: [] }, q), double * q ** k, 1e-13);
      }
    }
  });

  it("splits at a jump: P(u > t) is the normal tail", () => {
    for (const t of [-2.3, 0.1, 1, 4.4]) {
      expectRelative(
        gaussianMean({ of: (u) => (u > t ? 1 : 0), kinks: [t] }, 2.5),
        normalCdf(-t / Math.sqrt(2.5)),
        1e-12,
      );
    }
  });

  it("shifts: E e^{u} = e^{m + q/2}", () => {
    expectRelative(gaussianMean({ of: Math.exp, kinks: [] }, 1.7, -0.4), Math.exp(-0.4 + 0.85), 1e-13);
  });

  it.each(ACTIVATIONS)("%s: E φ², E φ'² and E φ'⁴ agree with a brute-force rule", (name) => {
    const { value, slope, kinks } = activation(name);
    // of e^u to the fourth the rule's ±10 standard deviations hold the whole only while 4√q is small beside them
    const bounded = Number.isFinite(activationFacts(name).largestSlope);
    for (const q of bounded ? [0.01, 0.9, 30] : [0.01, 0.5, 0.9]) {
      expectRelative(
        meanSquare(name, q),
        brute((u) => value(u) ** 2, q, kinks),
        2e-9,
      );
      expectRelative(
        slopeSquare(name, q),
        brute((u) => slope(u) ** 2, q, kinks),
        2e-9,
      );
      expectRelative(
        slopeFourth(name, q),
        brute((u) => slope(u) ** 4, q, kinks),
        2e-9,
      );
    }
  });

  it.each(ACTIVATIONS)("%s: the length slope is the difference quotient of E φ²", (name) => {
    const bounded = Number.isFinite(activationFacts(name).largestSlope);
    for (const q of bounded ? [0.05, 1, 20] : [0.05, 0.3, 1]) {
      const h = 1e-4 * q;
      const quotient = (meanSquare(name, q + h) - meanSquare(name, q - h)) / (2 * h);
      expect(Math.abs(lengthSlope(name, q) - quotient) / Math.max(1, quotient)).toBeLessThan(2e-8);
    }
  });

  it("erf: E erf'² = (4/π)/√(1 + 4q), from q = 1e-8 to 1e8, where φ is a narrow step", () => {
    for (const q of [1e-8, 1e-3, 1, 1e3, 1e8])
      expectRelative(slopeSquare("erf", q), 4 / Math.PI / Math.sqrt(1 + 4 * q), 1e-12);
  });

  it("hard tanh: E φ'² = 2Φ(1/√q) − 1", () => {
    for (const q of [1e-4, 0.3, 9, 1e6])
      expectRelative(slopeSquare("hardtanh", q), 2 * normalCdf(1 / Math.sqrt(q)) - 1, 1e-11);
  });

  it("ReLU: Var φ = q (½ − 1/2π)", () => {
    for (const q of [0.1, 1, 40]) expectRelative(valueVariance("relu", q), q * (0.5 - 0.5 / Math.PI), 1e-12);
  });

  it("at q = 0 takes both sides of a kink", () => {
    expect(slopeSquare("relu", 0)).toBe(0.5);
    expect(slopeSquare("tanh", 0)).toBe(1);
    expect(meanSquare("softplus", 0)).toBeCloseTo(Math.LN2 ** 2, 15);
  });

  it("refuses a negative, infinite or NaN variance", () => {
    for (const q of [-1, Infinity, Number.NaN])
      expect(() => meanSquare("tanh", q)).toThrow(/variance: a finite number/);
  });
});

describe("two Gaussian variables", () => {
  const correlations = [-1, -0.7, 0, 0.3, 0.9, 0.999, 1 - 1e-6, 1 - 1e-10, 1];

  it("ReLU and leaky ReLU: the arc-cosine kernels (Cho and Saul 2009), up to c = 1", () => {
    for (const name of ["relu", "prelu"] as const) {
      const { value, slope, kinks, negativeSlope } = activation(name);
      for (const c of correlations) {
        const values = bivariateMean({ of: value, kinks }, { of: value, kinks }, 1.7, 1.7, c);
        const slopes = bivariateMean({ of: slope, kinks }, { of: slope, kinks }, 1.7, 1.7, c);
        expect(Math.abs(values - rectifierProduct(negativeSlope!, 1.7, c))).toBeLessThan(1e-11);
        expect(Math.abs(slopes - rectifierSlopeProduct(negativeSlope!, c))).toBeLessThan(1e-10);
      }
    }
  });

  it("erf (Williams 1997) and sine in closed form", () => {
    const erf = activation("erf");
    const sine = activation("sine");
    const both = (f: (u: number) => number, q: number, c: number) =>
      bivariateMean({ of: f, kinks: [] }, { of: f, kinks: [] }, q, q, c);
    for (const c of [-0.8, 0.4, 0.999999]) {
      expectRelative(both(erf.value, 2.2, c), erf.moments?.valueProduct?.(2.2, c) ?? Number.NaN, 1e-11);
      expectRelative(both(erf.slope, 2.2, c), erf.moments?.slopeProduct?.(2.2, c) ?? Number.NaN, 1e-11);
      expectRelative(both(sine.value, 2.2, c), sine.moments?.valueProduct?.(2.2, c) ?? Number.NaN, 1e-11);
      expectRelative(both(sine.slope, 2.2, c), sine.moments?.slopeProduct?.(2.2, c) ?? Number.NaN, 1e-11);
    }
  });

  it("different functions and variances: E[u₁ e^{u₂}] = c √(q₁q₂) e^{q₂/2}", () => {
    const product = bivariateMean({ of: (u) => u, kinks: [] }, { of: Math.exp, kinks: [] }, 0.7, 1.3, 0.6);
    expectRelative(product, 0.6 * Math.sqrt(0.7 * 1.3) * Math.exp(0.65), 1e-12);
  });

  it("tanh agrees with the trapezoid rule in the plane", () => {
    const [q, c] = [1.3, 0.55];
    const s = Math.sqrt(1 - c * c);
    const h = 0.06; // the trapezoid rule is exact to e^{−2π d/h}, d the distance of tanh's poles
    let sum = 0;
    for (let x = -8.4; x <= 8.4; x += h) {
      for (let y = -8.4; y <= 8.4; y += h) {
        sum += Math.exp(-(x * x + y * y) / 2) * Math.tanh(Math.sqrt(q) * x) * Math.tanh(Math.sqrt(q) * (c * x + s * y));
      }
    }
    expectRelative(valueProduct("tanh", q, c), (sum * h * h) / (2 * Math.PI), 1e-10);
  });

  it("at c = 1 is E φ² and at c = 0 (E φ)²", () => {
    for (const name of ["gelu", "hardtanh", "selu"] as const) {
      expectRelative(valueProduct(name, 0.8, 1), meanSquare(name, 0.8), 1e-12);
      expectRelative(valueProduct(name, 0.8, 1 - 1e-13), meanSquare(name, 0.8), 1e-11);
    }
  });

  it("refuses a correlation outside [−1, 1]", () => {
    expect(() => valueProduct("tanh", 1, 1.01)).toThrow(/c: a number from -1 to 1/);
    expect(() => valueProduct("relu", 1, Number.NaN)).toThrow(/c: a number from -1 to 1/);
  });
});
