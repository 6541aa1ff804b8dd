import { describe, expect, it } from "vitest";
import { lengthLimit } from "../../src/theory/length-map.ts";
import { batchNormGain, layerNormGain } from "../../src/theory/normalization.ts";
import { residualTrajectory } from "../../src/theory/residual.ts";
import { expectPrinted, expectRelative } from "./close.ts";

const gain = (phi: "tanh" | "relu", sigmaW2: number, blocks: number, branchScale = 1) =>
  Math.exp(residualTrajectory(phi, { sigmaW2, sigmaB2: 0, q0: 1, blocks, branchScale }).lnSquareGain);

describe("residual nets (Yang and Schoenholz 2017)", () => {
  it("tanh, σ_w² = 1, q₀ = 1: ×14.05821 at L = 10, ×38007.87 at L = 100", () => {
    expectRelative(gain("tanh", 1, 10), 14.05821, 4e-7);
    expectRelative(gain("tanh", 1, 100), 38007.87, 2e-7);
  });

  it("tanh grows as exp of √L: ln gain quadruples its depth to double", () => {
    const ratio = Math.log(gain("tanh", 1, 1600)) / Math.log(gain("tanh", 1, 400));
    expect(ratio).toBeGreaterThan(1.9);
    expect(ratio).toBeLessThan(2.1);
  });

  it("ReLU with He weights doubles a block; scaled by 1/√L it tends to e", () => {
    expectRelative(gain("relu", 2, 30), 2 ** 30, 1e-12);
    expectRelative(gain("relu", 2, 1000, 1 / Math.sqrt(1000)), (1 + 1 / 1000) ** 1000, 1e-12);
    expectRelative(gain("relu", 2, 2000, 1 / Math.sqrt(2000)), Math.E, 3e-4);
  });

  it("SkipInit and ReZero, α = 0, preserve the gradient exactly", () => {
    expect(gain("tanh", 1, 50, 0)).toBe(1);
  });

  it("refuses negative scales", () => {
    expect(() => gain("tanh", 1, 5, -1)).toThrow(/branchScale/);
  });
});

describe("normalized nets", () => {
  it("layer norm, E φ'²/E φ² at q = 1: ReLU 1, tanh 1.17780723, GELU 1.07203160", () => {
    expectRelative(layerNormGain("relu"), 1, 1e-12);
    expectPrinted(layerNormGain("tanh"), 1.17780723);
    expectPrinted(layerNormGain("gelu"), 1.0720316);
  });

  it("layer norm undoes the weights' scale, and biases shrink the factor", () => {
    expectRelative(layerNormGain("tanh", 7), layerNormGain("tanh"), 1e-12);
    expectRelative(layerNormGain("relu", 2, 1), 0.5, 1e-12);
  });

  it("batch norm, E φ'²/Var φ: ReLU π/(π − 1) = 1.46694221, tanh 1.17780723, linear 1", () => {
    expectRelative(batchNormGain("relu"), Math.PI / (Math.PI - 1), 1e-12);
    expectPrinted(batchNormGain("relu"), 1.46694221);
    expectPrinted(batchNormGain("tanh"), 1.17780723);
    expectRelative(batchNormGain("identity"), 1, 1e-12);
  });

  it("batch norm never shrinks: E φ'² ≥ Var φ for a Gaussian (Poincaré)", () => {
    for (const name of ["sigmoid", "gelu", "silu", "selu", "softplus", "hardswish", "sine"] as const) {
      expect(batchNormGain(name)).toBeGreaterThanOrEqual(1);
    }
  });

  it("SELU's own fixed point is nearly what layer norm gives it", () => {
    expectRelative(layerNormGain("selu"), lengthLimit("selu", 1, 0, 1).chi1, 1e-9);
  });

  it("refuses σ_w = 0", () => {
    expect(() => layerNormGain("relu", 0)).toThrow(/sigmaW2: a finite number above 0/);
  });
});
