import { describe, expect, it } from "vitest";
import { random } from "../../src/base/random.ts";
import { logFactor, reluLogFactor, residualLogFactor } from "../../src/theory/finite-width.ts";
import { slopeFourth, slopeSquare } from "../../src/theory/moments.ts";
import { expectRelative, sampleScores } from "./close.ts";

describe("ReLU's exact law (Hanin 2018; Hanin and Nica 2018)", () => {
  it.each([
    [16, -0.17639732, 0.41959339],
    [64, -0.0401086, 0.08299735],
    [128, -0.0197864, 0.04023399],
    [512, -0.00489848, 0.00983684],
  ])("n = %d: ln of one layer's factor has mean %d and variance %d, conditional on alive", (n, mean, variance) => {
    const law = reluLogFactor(n);
    expect(Math.abs(law.mean - mean)).toBeLessThan(6e-9);
    expect(Math.abs(law.variance - variance)).toBeLessThan(6e-9);
  });

  it("n = 1 and 2 by hand: m = 1 surely; m = 1, 2 with odds 2 : 1", () => {
    const gamma = 0.5772156649015329;
    // ln(2 χ²_1) and, of n = 2, ln χ²_m
    expectRelative(reluLogFactor(1).mean, Math.LN2 + (-gamma - 2 * Math.LN2) + Math.LN2, 1e-12);
    const [one, two] = [-gamma - 2 * Math.LN2 + Math.LN2, -gamma + Math.LN2];
    expectRelative(reluLogFactor(2).mean, (2 * one + two) / 3, 1e-12);
    expectRelative(reluLogFactor(1).variance, Math.PI ** 2 / 2, 1e-12);
  });

  it("tends to −5/(2n) and 5/n, the 1/n law", () => {
    for (const n of [4096, 1_000_000]) {
      const { mean, variance } = reluLogFactor(n);
      expectRelative(mean, -2.5 / n, 10 / n + 1e-6);
      expectRelative(variance, 5 / n, 10 / n + 1e-6);
      const general = logFactor({ sigmaW2: 2, slopeSquare: 0.5, slopeFourth: 0.5, width: n, fanIn: n });
      expectRelative(general.variance, 5 / n, 1e-12);
      expectRelative(general.mean, -2.5 / n, 1e-9);
    }
  });

  it("holds for simulated layers of unequal width, δ → Wᵀ D δ (|z| < 4)", () => {
    const [n, fanIn] = [20, 33];
    const rng = random(5, "finite-width");
    const sample: number[] = [];
    while (sample.length < 6000) {
      let square = 0;
      let alive = 0;
      for (let i = 0; i < n; i++) {
        const delta = rng.normal();
        square += delta * delta;
        if (rng.uniform() < 0.5) alive += delta * delta;
      }
      if (alive === 0) continue;
      let out = 0;
      for (let j = 0; j < fanIn; j++) out += rng.normal() ** 2;
      sample.push(Math.log(((2 / fanIn) * out * alive) / square));
    }
    const law = reluLogFactor(n, fanIn);
    const scores = sampleScores(sample, law.mean, law.variance);
    expect(Math.abs(scores.mean)).toBeLessThan(4);
    expect(Math.abs(scores.variance)).toBeLessThan(4);
  });

  it("refuses zero units", () => {
    expect(() => reluLogFactor(0)).toThrow(/width: a whole number of at least 1/);
    expect(() => reluLogFactor(8, 8, 0)).toThrow(/sigmaW2/);
  });
});

describe("the law to order 1/n", () => {
  it("tanh: variance (3 μ₂/μ₁² − 1)/n a layer, mean ln χ₁ − variance/2", () => {
    const [mu1, mu2] = [slopeSquare("tanh", 0.5), slopeFourth("tanh", 0.5)];
    const { mean, variance } = logFactor({ sigmaW2: 1.7, slopeSquare: mu1, slopeFourth: mu2, width: 256, fanIn: 256 });
    expectRelative(variance, (3 * (mu2 / mu1 ** 2) - 1) / 256, 1e-12);
    expectRelative(mean, Math.log(1.7 * mu1) - variance / 2, 1e-12);
  });

  it("a square orthogonal linear layer does not fluctuate", () => {
    const law = logFactor({ sigmaW2: 1, slopeSquare: 1, slopeFourth: 1, width: 64, fanIn: 64, orthogonal: true });
    expect(law).toEqual({ mean: 0, variance: 0 });
  });

  it("a residual block of gain 0 is sure; of large gain it is its branch", () => {
    expect(residualLogFactor(0, 0.1, 64)).toEqual({ mean: 0, variance: 0 });
    expectRelative(residualLogFactor(1e9, 0.1, 64).variance, 0.1, 1e-6);
  });

  it("residual Gaussian linear block by simulation, ‖δ + Wᵀδ‖² (|z| < 4)", () => {
    const n = 48;
    const rng = random(9, "residual-block");
    const sample: number[] = [];
    for (let k = 0; k < 6000; k++) {
      // by rotation invariance δ = e_1 and Wᵀδ is a Gaussian vector of variance 1/n
      let square = (1 + rng.normal() / Math.sqrt(n)) ** 2;
      for (let j = 1; j < n; j++) square += rng.normal() ** 2 / n;
      sample.push(Math.log(square));
    }
    const law = residualLogFactor(1, 2 / n, n);
    const scores = sampleScores(sample, law.mean, law.variance);
    expect(Math.abs(scores.mean)).toBeLessThan(4);
    expect(Math.abs(scores.variance)).toBeLessThan(4);
  });
});
