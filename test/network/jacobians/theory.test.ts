import type { CellName } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { jacobians } from "../../../src/measure/jacobians.ts";
import type { WeightInit } from "../../../src/spec/names.ts";
import { digamma } from "./digamma.ts";

/** One kick, then silence: the autonomous net h' = tanh(W h). */
function kicked(steps: number) {
  const inputs = new Float32Array(steps);
  inputs[0] = 1;
  return { inputs: { shape: [steps, 1, 1], data: inputs } };
}

const rnn = (cell: CellName, hidden: number, recurrent: WeightInit, gain = 1) => ({
  kind: "recurrent" as const,
  cell,
  hidden,
  inputs: 1,
  init: { recurrent, gain },
});

const average = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;

describe("recurrent nets", () => {
  it.each(["identity", "tanh"] as const)("orthogonal %s, at h ≡ 0: every singular value 1 to 1e-5", (cell) => {
    const data = { inputs: { shape: [200, 1, 1], data: new Float32Array(200) } };
    const { singularValues, lyapunov, weights } = jacobians({
      network: rnn(cell, 100, "orthogonal"),
      data,
      window: 200,
    });
    expect(singularValues.unresolved).toBe(0);
    for (const s of singularValues.values) expect(Math.abs(s! - 1)).toBeLessThan(1e-5);
    expect(singularValues.variance!).toBeLessThan(1e-9);
    for (const exponent of lyapunov!.exponents) expect(Math.abs(exponent!)).toBeLessThan(1e-7);
    expect(weights[0].relativeDeparture!).toBeLessThan(1e-6);
  });

  it("g times orthogonal: exactly g^W, where float32 and float64 have long ended", () => {
    const { singularValues } = jacobians({
      network: rnn("identity", 20, "orthogonal", 0.1),
      data: kicked(400),
      window: 400,
      lyapunov: false,
      weights: false,
    });
    for (const ln of singularValues.lnValues) expect(ln! / (400 * Math.log(0.1))).toBeCloseTo(1, 7);
    expect(singularValues.values.every((x) => x === null)).toBe(true);
    expect(singularValues.condition).toBeCloseTo(1, 5);
  });

  it("Ginibre, gain g: ρ → g, σ_max → 2 g", () => {
    // at n = 400 ρ/g − 1 has a bias of √((ln(n/2π) − 2 ln ln n)/4n) = .02 and a spread of .02 (Rider 2003); σ_max/2g lies
    // 1.2 · 2^(−5/3) n^(−2/3) = .007 below 1, with a spread of the same size (Johnstone 2001)
    const g = 2;
    const { weights } = jacobians({
      network: rnn("tanh", 400, "gaussian", g),
      data: kicked(2),
      window: 1,
      seed: 2,
      lyapunov: false,
    });
    expect(Math.abs(weights[0].spectralRadius! / g - 1)).toBeLessThan(0.06);
    expect(Math.abs(weights[0].norm! / (2 * g) - 1)).toBeLessThan(0.03);
    // (W + Wᵀ)/2 is a Wigner matrix of entries g/√(2n): edge √2 g, less .011 with a spread of .012 (Tracy and Widom 1996).
    // ‖W‖_F² → g² n and Σ|λ|² → g² n/2
    expect(Math.abs(weights[0].numericalAbscissa! / (Math.SQRT2 * g) - 1)).toBeLessThan(0.05);
    expect(weights[0].relativeDeparture!).toBeCloseTo(Math.SQRT1_2, 1);
  });

  // λ = ½ ln(g² E φ'²) of mean-field theory is the growth of the mean square. The exponent itself is a mean of logarithms, lower by
  // (3 μ₂/μ₁² − 1)/4n, μ_k = E φ'^{2k}: .004, .011 and .022 at n = 400 (an independent float64 simulation gave .8312 at g = 10, n = 400)
  it.each([
    { g: 2, lambda: 0.15472423, finiteSize: 0.0037 },
    { g: 5, lambda: 0.53242794, finiteSize: 0.0106 },
    { g: 10, lambda: 0.85643519, finiteSize: 0.022 },
  ])("largest Lyapunov exponent of autonomous random tanh, g = $g: $lambda ± .015", ({ g, lambda, finiteSize }) => {
    const results = [1, 2].map(
      (seed) =>
        jacobians({
          network: rnn("tanh", 400, "gaussian", g),
          data: kicked(800),
          window: 1,
          seed,
          lyapunov: { exponents: 1, transient: 200, steps: 800 },
          weights: false,
        }).lyapunov!.largest,
    );
    expect(Math.abs(average(results.map(({ meanSquareRate }) => meanSquareRate!)) - lambda)).toBeLessThan(0.015);
    expect(Math.abs(average(results.map(({ value }) => value!)) - (lambda - finiteSize))).toBeLessThan(0.015);
    for (const { value, low, high } of results) {
      expect(value! - low!).toBeCloseTo(high! - value!, 12);
      expect(high! - low!).toBeLessThan(0.05);
    }
  });

  it.each(["tanh", "sigmoid", "relu", "hardtanh", "softsign", "leaky_relu", "identity"] as const)(
    "%s: no product exceeds Pascanu's bound",
    (cell) => {
      const { pascanu } = jacobians({ network: rnn(cell, 40, "gaussian", 1.4), data: kicked(40), window: 20 });
      expect(pascanu!.measuredPerStep!).toBeLessThanOrEqual(pascanu!.boundPerStep! + 1e-9);
      expect(pascanu!.typicalPerStep!).toBeLessThanOrEqual(pascanu!.measuredPerStep!);
      expect(pascanu!.slope).toBe(cell === "sigmoid" ? 0.25 : 1);
    },
  );
});

describe("deep nets, n = 256, L = 10 (Pennington 2017; Saxe 2013)", () => {
  const [n, L] = [256, 10];
  const run = (
    activation: "identity" | "relu",
    weight: "gaussian" | "orthogonal",
    seed: number,
    layers = L,
    gain = 1,
  ) =>
    jacobians({
      network: {
        kind: "feedforward",
        width: n,
        depth: layers + 1,
        activation,
        init: { weight, gain: (activation === "relu" ? Math.SQRT2 : 1) * gain },
      },
      task: "gaussian",
      batch: 1,
      seed,
    }).singularValues;

  // the product over layers of tr(W Wᵀ)/n and like factors fluctuates by √(2L/n²) (linear) or √(5L/n) = .44 (ReLU), so the ratio
  // variance/mean² is what is compared; its own correction is of order L²/n of it: .39
  it.each([
    { activation: "identity", weight: "gaussian", ratio: L, mean: 0.05, spread: 0.15 },
    { activation: "relu", weight: "gaussian", ratio: 2 * L, mean: 0.6, spread: 0.35 },
    { activation: "relu", weight: "orthogonal", ratio: L, mean: 0.5, spread: 0.3 },
  ] as const)("$activation, $weight: mean s² = 1, variance $ratio", ({ activation, weight, ratio, mean, spread }) => {
    const results = [1, 2].map((seed) => run(activation, weight, seed));
    const ratios = results.map((s) => s.variance! / s.meanSquare! ** 2);
    expect(Math.abs(average(results.map((s) => s.meanSquare!)) - 1)).toBeLessThan(mean);
    expect(Math.abs(average(ratios) / ratio - 1)).toBeLessThan(spread);
  });

  it("linear, orthogonal: every singular value 1", () => {
    const s = run("identity", "orthogonal", 1);
    expect(Math.max(Math.abs(s.max! - 1), Math.abs(s.min! - 1))).toBeLessThan(1e-5);
    expect(s.variance!).toBeLessThan(1e-9);
  });

  it("linear, Gaussian: s²_max/mean s² → (L+1)^(L+1)/L^L from below", () => {
    // the edge of a soft spectrum moves by its scale times n^(−2/3): for ten factors 5 n^(−2/3), measured from n = 64 to 512
    const edge = (L + 1) ** (L + 1) / L ** L;
    expect(edge).toBeCloseTo(28.53, 2);
    const ratios = [1, 2, 3].map((seed) => {
      const s = run("identity", "gaussian", seed);
      return s.max! ** 2 / s.meanSquare!;
    });
    expect(Math.abs(average(ratios) / edge - 1)).toBeLessThan(10 * n ** (-2 / 3));
    expect(Math.abs(run("identity", "gaussian", 4, 1).max! ** 2 / 4 - 1)).toBeLessThan(0.05);
  });

  it("one Gaussian layer: mean singular value 8σ/3π", () => {
    for (const sigma of [1, 1.3]) {
      const s = run("identity", "gaussian", 5, 1, sigma);
      expect(Math.abs(s.mean! / ((8 * sigma) / (3 * Math.PI)) - 1)).toBeLessThan(0.01); // ‖W‖_F spreads by 1/√2 n = .003
    }
  });

  it("linear, Gaussian: the mean ln s is that of the determinant, L/2n Σ_k (ψ(k/2) + ln(2/n))", () => {
    // E ln χ²_k = ψ(k/2) + ln 2 (Bartlett's decomposition); one layer's spreads by √(½ ln n + 1)/n = .008
    const layers = 3;
    let expected = 0;
    for (let k = 1; k <= n; k++) expected += digamma(k / 2) + Math.log(2 / n);
    const s = run("identity", "gaussian", 6, layers);
    expect(s.unresolved).toBe(0);
    expect(Math.abs(s.meanLn! - (layers * expected) / (2 * n))).toBeLessThan(0.03);
  });
});
