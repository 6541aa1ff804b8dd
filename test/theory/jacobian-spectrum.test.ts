import { describe, expect, it } from "vitest";
import { random } from "../../src/base/random.ts";
import { largestSquaredSingularValue, meanSingularValue, spectrumMoments } from "../../src/theory/jacobian-spectrum.ts";
import { expectRelative } from "./close.ts";

const at = (weights: "gaussian" | "orthogonal", phi: "linear" | "relu", depth: number) =>
  spectrumMoments({
    depth,
    weights,
    sigmaW2: phi === "linear" ? 1 : 2,
    slopeSquare: phi === "linear" ? 1 : 0.5,
    slopeFourth: phi === "linear" ? 1 : 0.5,
  });

describe("the spectrum of J Jᵀ at χ₁ = 1 (Pennington 2017)", () => {
  it("mean 1; variance L and 0 for linear, 2L and L for ReLU, Gaussian and orthogonal", () => {
    for (const L of [1, 4, 10]) {
      expect(at("gaussian", "linear", L)).toEqual({ mean: 1, variance: L });
      expect(at("orthogonal", "linear", L)).toEqual({ mean: 1, variance: 0 });
      expect(at("gaussian", "relu", L)).toEqual({ mean: 1, variance: 2 * L });
      expect(at("orthogonal", "relu", L)).toEqual({ mean: 1, variance: L });
    }
  });

  it("linear Gaussian variance is the Fuss–Catalan law's: m₂ − m₁² = L", () => {
    for (const L of [1, 3, 8]) {
      const second = ((2 * L + 2) * (2 * L + 1)) / 2 / (2 * L + 1); // binomial(2(L + 1), 2)/(2L + 1)
      expectRelative(at("gaussian", "linear", L).variance, second - 1, 1e-12);
    }
  });

  it("simulated products of 2 ReLU layers of width 100 have these moments (6 draws, ±4 and ±6 %)", () => {
    const n = 100;
    const draws = 6;
    const rng = random(4, "spectrum");
    let [first, second] = [0, 0]; // means of tr JJᵀ/n and tr (JJᵀ)²/n
    for (let draw = 0; draw < draws; draw++) {
      let J = Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));
      for (let l = 0; l < 2; l++) {
        const next = new Float64Array(n * n);
        for (let i = 0; i < n; i++) {
          if (i % 2 === 1) continue; // half the units are alive
          for (let j = 0; j < n; j++) {
            const w = rng.normal() * Math.sqrt(2 / n);
            for (let k = 0; k < n; k++) next[i * n + k] += w * J[j * n + k];
          }
        }
        J = next;
      }
      for (let i = 0; i < n; i++) {
        for (let k = 0; k < n; k++) {
          let dot = 0;
          for (let j = 0; j < n; j++) dot += J[i * n + j] * J[k * n + j];
          if (i === k) first += dot / n / draws;
          second += (dot * dot) / n / draws;
        }
      }
    }
    const { mean, variance } = at("gaussian", "relu", 2);
    expectRelative(first, mean, 0.04);
    expectRelative(second, variance + mean ** 2, 0.06);
  });

  it("largest squared singular value (L + 1)^{L+1}/L^L: 4 at L = 1, 28.53 at L = 10", () => {
    expectRelative(largestSquaredSingularValue(1), 4, 1e-12);
    expect(largestSquaredSingularValue(10).toFixed(2)).toBe("28.53");
    expectRelative(largestSquaredSingularValue(3, 0.5), (256 / 27) * 0.125, 1e-12);
  });

  it("one Gaussian layer's mean singular value is 8σ/3π: the quarter circle's mean, by quadrature", () => {
    let sum = 0;
    const cells = 200_000;
    for (let k = 0; k < cells; k++) {
      const s = (2 * (k + 0.5)) / cells;
      sum += ((s * Math.sqrt(4 - s * s)) / Math.PI) * (2 / cells);
    }
    expectRelative(meanSingularValue(1), sum, 1e-7);
    expectRelative(meanSingularValue(1.5), 1.5 * meanSingularValue(1), 1e-14);
    expect(() => meanSingularValue(-1)).toThrow(/sigma/);
  });
});
