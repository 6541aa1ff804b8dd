import { describe, expect, it } from "vitest";
import {
  correlationFixedPoint,
  correlationMap,
  correlationSlope,
  depthScale,
} from "../../src/theory/correlation-map.ts";
import { criticality, halfStablePoints } from "../../src/theory/critical-line.ts";
import { rectifierCorrelation } from "../../src/theory/kernels.ts";
import { chi1At, fixedPoints, lengthLimit, lengthMap } from "../../src/theory/length-map.ts";
import { slopeSquare } from "../../src/theory/moments.ts";
import { trajectory } from "../../src/theory/trajectory.ts";
import { expectPrinted, expectRelative } from "./close.ts";

describe("the length map's fixed points (Poole 2016; Schoenholz 2017)", () => {
  it.each([
    ["tanh", 1, 0.75903165, 0.19359252],
    ["tanh", 2, 1.047666, 0.72176187],
    ["erf", 1, 0.86759458, 0.28842669],
    ["erf", 2, 1.15465277, 0.96595481],
    ["hardtanh", 1, 0.91355838, 0.34020285],
    ["hardtanh", 2, 1.30628624, 1.13004199],
    ["selu", 1, 1.03475203, 1.21335829],
    ["gelu", 1, 0.28878956, 0.06941543],
    ["gelu", 2, 0.62676944, 0.12449562],
    ["silu", 1, 0.26587391, 0.06775354],
    ["silu", 2, 0.54882739, 0.10804162],
    ["sigmoid", 1, 0.05464294, 0.31723621],
    ["sigmoid", 2, 0.0993498, 0.60958992],
  ] as const)("%s at σ_w² = %d, σ_b² = .05: χ₁ = %d at q* = %d", (name, sigmaW2, chi1, q) => {
    const limit = lengthLimit(name, sigmaW2, 0.05);
    expect(limit.kind).toBe("reached");
    expect(Math.abs(limit.chi1 - chi1)).toBeLessThan(6e-9);
    expect(Math.abs(limit.q - q)).toBeLessThan(6e-9);
    expectRelative(lengthMap(name, sigmaW2, 0.05, limit.q), limit.q, 1e-12);
  });

  it("ReLU at (1, .05): χ₁ = ½ at q* = σ_b²/(1 − σ_w²/2); at (2, .05) χ₁ = 1 and q grows without bound", () => {
    expect(lengthLimit("relu", 1, 0.05)).toEqual({ kind: "reached", q: 0.1, chi1: 0.5, chiQ: 0.5 });
    expect(lengthLimit("relu", 2, 0.05)).toEqual({ kind: "diverges", q: Infinity, chi1: 1, chiQ: 1 });
  });

  it("SELU diverges at (2, .05), with χ₁ → σ_w² λ²/2", () => {
    const limit = lengthLimit("selu", 2, 0.05);
    expect(limit.kind).toBe("diverges");
    expectRelative(limit.chi1, 1.0507009873554805 ** 2, 1e-9);
  });

  it("SELU keeps (0, 1) with lecun weights: q* = 1 at σ_w² = 1, σ_b = 0 (Klambauer 2017)", () => {
    expectRelative(lengthLimit("selu", 1, 0, 0.3).q, 1, 1e-10);
  });

  it("ReLU at (2, 0) keeps whatever length it is given", () => {
    expect(lengthLimit("relu", 2, 0, 3.7)).toEqual({ kind: "every", q: 3.7, chi1: 1, chiQ: 1 });
  });

  it("the orbit ends where plain iteration ends, from above and from below", () => {
    for (const name of ["tanh", "softsign", "mish", "hardswish", "relu6", "softplus"] as const) {
      for (const q0 of [1e-3, 50]) {
        let q = q0;
        for (let l = 0; l < 400; l++) q = lengthMap(name, 0.9, 0.2, q);
        expectRelative(lengthLimit(name, 0.9, 0.2, q0).q, q, 1e-9);
      }
    }
  });

  it("tanh above criticality: 0 repels, the other fixed point attracts", () => {
    const [zero, other] = fixedPoints("tanh", 1.5, 0);
    expect(zero.q).toBe(0);
    expect(zero.chiQ).toBe(1.5);
    expect(other.chiQ).toBeLessThan(1);
  });

  it("GELU between its branches: below the unstable fixed point q falls, above it q diverges", () => {
    const [low, high] = fixedPoints("gelu", 2.02, 0.1);
    expect(low.chiQ).toBeLessThan(1);
    expect(high.chiQ).toBeGreaterThan(1);
    expectRelative(lengthLimit("gelu", 2.02, 0.1, high.q * 0.999).q, low.q, 1e-10);
    expect(lengthLimit("gelu", 2.02, 0.1, high.q * 1.001).kind).toBe("diverges");
  });

  it("σ_w = 0 leaves q* = σ_b² and no gradient", () => {
    expect(lengthLimit("tanh", 0, 0.3)).toMatchObject({ kind: "reached", q: 0.3, chi1: 0 });
  });

  it("refuses NaN and negative variances and q₀ = 0", () => {
    expect(() => lengthLimit("tanh", Number.NaN, 0)).toThrow(/sigmaW2/);
    expect(() => lengthLimit("tanh", 1, -0.1)).toThrow(/sigmaB2/);
    expect(() => lengthLimit("tanh", 1, 0, 0)).toThrow(/q0/);
  });
});

describe("the critical line (Hayou 2019)", () => {
  it("at σ_b² = 0: tanh and hard tanh 1, erf π/4, ReLU 2, leaky 2/(1 + a²), SELU .47677116, sigmoid 103.008", () => {
    for (const [name, sigmaW2] of [
      ["tanh", 1],
      ["hardtanh", 1],
      ["erf", Math.PI / 4],
      ["relu", 2],
      ["leaky_relu", 2 / 1.0001],
      ["prelu", 2 / 1.0625],
      ["identity", 1],
      ["sine", 1],
    ] as const) {
      expectRelative(criticality(name, 0).sigmaW2!, sigmaW2, 1e-12);
    }
    expect(Math.abs(criticality("selu", 0).sigmaW2! - 0.47677116)).toBeLessThan(2e-7);
    expect(Math.abs(criticality("sigmoid", 0).sigmaW2! - 103.008)).toBeLessThan(1e-3);
  });

  it("SELU's is 2/(λ²(1 + α²)), both sides of its kink", () => {
    const [lambda, alpha] = [1.0507009873554805, 1.6732632423543772];
    expectRelative(criticality("selu", 0).sigmaW2!, 2 / (lambda ** 2 * (1 + alpha ** 2)), 1e-12);
  });

  it.each([
    ["tanh", 1.76095464, 0.57004788],
    ["erf", 1.37583901, 0.51717684],
    ["hardtanh", 1.16554469, 0.46386397],
    ["selu", 0.90176589, 0.82730159],
  ] as const)("%s at σ_b² = .05: σ_w² = %d at q* = %d, stable", (name, sigmaW2, q) => {
    const { points } = criticality(name, 0.05);
    expect(points).toHaveLength(1);
    expect(points[0].stability).toBe("stable");
    expectPrinted(points[0].sigmaW2, sigmaW2);
    expectPrinted(points[0].qStar, q);
  });

  it.each([
    ["gelu", 2.30251951],
    ["silu", 2.72861153],
  ] as const)(
    "%s at σ_b² = .05: χ₁ = 1 at σ_w² = %d, but unstable (χ_q > 1), so no network is critical",
    (name, sigmaW2) => {
      const { points, sigmaW2: usable } = criticality(name, 0.05);
      expectPrinted(points[0].sigmaW2, sigmaW2);
      expect(points[0].stability).toBe("unstable");
      expect(points[0].chiQ).toBeGreaterThan(1);
      expect(usable).toBeNull();
    },
  );

  it("GELU and SiLU have no usable critical point at σ_b² = 0, ReLU none beside it", () => {
    expect(criticality("gelu", 0).sigmaW2).toBeNull();
    expect(criticality("silu", 0).sigmaW2).toBeNull();
    expect(criticality("relu", 0.05).points).toEqual([]);
  });

  it("GELU is half-stable at C_W = 1.98305826, C_b = .172922391, q* = 3.56155281", () => {
    const [point, ...others] = halfStablePoints("gelu");
    expect(others).toEqual([]);
    expectPrinted(point.sigmaW2, 1.98305826);
    expectPrinted(point.sigmaB2, 0.172922391);
    expectPrinted(point.qStar, 3.56155281);
    expect(point.stability).toBe("half-stable");
  });

  it("SiLU is half-stable at C_W = 1.98800468, C_b = .55514317, q* = 14.32017362 (Roberts, Yaida and Hanin 2022)", () => {
    const [point] = halfStablePoints("silu");
    expectPrinted(point.sigmaW2, 1.98800468);
    expectPrinted(point.sigmaB2, 0.55514317);
    expectPrinted(point.qStar, 14.32017362);
  });

  it("beyond its half-stable bias GELU's critical point is stable; tanh and ReLU have no half-stable point", () => {
    expect(criticality("gelu", 0.3).points[0].stability).toBe("stable");
    expect(halfStablePoints("tanh")).toEqual([]);
    expect(halfStablePoints("relu")).toEqual([]);
  });

  it("a point of the line is a fixed point with χ₁ = 1, for every bias and φ that has one", () => {
    for (const name of [
      "tanh",
      "erf",
      "hardtanh",
      "softsign",
      "selu",
      "elu",
      "sigmoid",
      "hardsigmoid",
      "sine",
      "relu6",
    ] as const) {
      for (const sigmaB2 of [0.001, 0.3, 2]) {
        for (const { sigmaW2, qStar } of criticality(name, sigmaB2).points) {
          expectRelative(chi1At(name, sigmaW2, qStar), 1, 1e-12);
          expectRelative(lengthMap(name, sigmaW2, sigmaB2, qStar), qStar, 1e-10);
        }
      }
    }
  });

  it("sine's line in closed form: G(q) = q − tanh q", () => {
    const { qStar, sigmaW2 } = criticality("sine", 0.4).points[0];
    expectRelative(qStar - Math.tanh(qStar), 0.4, 1e-12);
    expectRelative(sigmaW2, 2 / (1 + Math.exp(-2 * qStar)), 1e-12);
  });

  it("refuses a bad variance", () => {
    expect(() => criticality("tanh", -1)).toThrow(/sigmaB2/);
  });
});

describe("the correlation map", () => {
  it("ReLU at (2, 0) from c₀ = 0: c₁ = 1/π, c₁₀ = .87153552, c₁₀₀ = .99642315", () => {
    let c = 0;
    for (let l = 1; l <= 100; l++) {
      const general = correlationMap("relu", 2, 0, 1, c);
      c = rectifierCorrelation(0, c);
      expectRelative(general, c, 1e-13);
      if (l === 1) expectRelative(c, 1 / Math.PI, 1e-14);
      if (l === 10) expect(Math.abs(c - 0.87153552)).toBeLessThan(6e-9);
      if (l === 100) expect(Math.abs(c - 0.99642315)).toBeLessThan(6e-9);
    }
  });

  it("c* is 1 where χ₁ ≤ 1 and below 1 where χ₁ > 1, a fixed point that iteration reaches", () => {
    expect(correlationFixedPoint("tanh", 1, 0.05, lengthLimit("tanh", 1, 0.05).q)).toBe(1);
    for (const name of ["tanh", "erf", "hardtanh", "sine"] as const) {
      const { q } = lengthLimit(name, 2.5, 0.05);
      const star = correlationFixedPoint(name, 2.5, 0.05, q);
      expect(star).toBeLessThan(1);
      let c = 0.9;
      for (let l = 0; l < (name === "tanh" || name === "hardtanh" ? 12 : 400); l++)
        c = correlationMap(name, 2.5, 0.05, q, c);
      expect(Math.abs(c - star)).toBeLessThan(Math.abs(0.9 - star));
      expectRelative(correlationMap(name, 2.5, 0.05, q, star), star, 1e-11);
      expect(correlationSlope(name, 2.5, q, star)).toBeLessThan(1);
    }
  });

  it("an odd φ without biases decorrelates to c* = 0", () => {
    expect(correlationFixedPoint("tanh", 2, 0, lengthLimit("tanh", 2, 0).q)).toBe(0);
  });

  it("its slope is σ_w² E[φ' φ'], the difference quotient of the map", () => {
    const { q } = lengthLimit("tanh", 2, 0.05);
    const quotient = (correlationMap("tanh", 2, 0.05, q, 0.6001) - correlationMap("tanh", 2, 0.05, q, 0.5999)) / 2e-4;
    expectRelative(correlationSlope("tanh", 2, q, 0.6), quotient, 1e-6);
  });

  it("depth scales: −1/ln χ, infinite at 1, negative above", () => {
    expect(depthScale(1)).toBe(Infinity);
    expectRelative(depthScale(Math.exp(-0.1)), 10, 1e-12);
    expectRelative(depthScale(Math.exp(0.1)), -10, 1e-12);
    expect(depthScale(0)).toBe(0);
  });
});

describe("trajectories from the actual q₀", () => {
  it("tanh at (1, 0), q₀ = 1 is a power law: .07136973 after 10 layers, .00713425 after 100", () => {
    const { lnSquareGain, q } = trajectory("tanh", 1, 0, 1, 100);
    expect(Math.abs(Math.exp(trajectory("tanh", 1, 0, 1, 10).lnSquareGain) - 0.07136973)).toBeLessThan(6e-9);
    expect(Math.abs(Math.exp(lnSquareGain) - 0.00713425)).toBeLessThan(6e-9);
    const late = trajectory("tanh", 1, 0, 1, 800).lnSquareGain - trajectory("tanh", 1, 0, 1, 400).lnSquareGain;
    expect(Math.abs(late + Math.LN2)).toBeLessThan(0.02); // product ∝ 1/L: q_l → 1/(2l), χ₁ → 1 − 2q
    expectRelative(q[99] * 2 * 99, 1, 0.05);
  });

  it("at a fixed point every layer has the same χ₁", () => {
    const { q, chi1 } = lengthLimit("erf", 2, 0.05);
    const path = trajectory("erf", 2, 0.05, q, 20);
    for (const chi of path.chi1) expectRelative(chi, chi1, 1e-10);
    expectRelative(path.lnSquareGain, 20 * Math.log(chi1), 1e-9);
  });

  it("ReLU has χ₁ = σ_w²/2 whatever q", () => {
    for (const q of [1e-9, 3, 1e9]) expectRelative(slopeSquare("relu", q), 0.5, 1e-14);
  });

  it("refuses a depth of 0", () => {
    expect(() => trajectory("tanh", 1, 0, 1, 0)).toThrow(/depth: a whole number of at least 1/);
  });
});

describe("variances far from 1", () => {
  it.each([
    // V(q) = σ_w² q + σ_b² where tanh is linear; σ_w² + σ_b² where it is ±1
    ["tanh", 1e-12, 1e-12, 1e-12],
    ["tanh", 0.5, 1e-20, 2e-20],
    ["tanh", 1e6, 1e20, 1e20],
    ["sigmoid", 1e-12, 0, 0.25e-12],
    ["gelu", 1e-6, 1e14, 1e14],
  ] as const)("%s at σ_w² = %f, σ_b² = %f: q* = %f", (phi, sigmaW2, sigmaB2, q) => {
    expect(Math.abs(lengthLimit(phi, sigmaW2, sigmaB2).q / q - 1)).toBeLessThan(1e-5);
  });
});
