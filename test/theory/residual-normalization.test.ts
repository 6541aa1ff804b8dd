import { describe, expect, it } from "vitest";
import { lengthLimit } from "../../src/theory/length-map.ts";
import { activation } from "../../src/theory/activations.ts";
import { predict } from "../../src/theory/predict.ts";
import { gate } from "../../src/theory/signal.ts";
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

describe("batch norm where biases spread the units' means", () => {
  // gain and batch variance by an integral of integrals, each bisected to 1e-14
  it.each([
    ["sigmoid", 26, 1, 0.9949172583927158, 0.011729620240513291],
    ["sigmoid", 2500, 0.3, 0.30937283130564636, 0.00038765435261689426],
    ["tanh", 26, 1, 1.3196476688314966, 0.0805877796571132],
    ["gelu", 26, 1, 1.3223264989099146, 0.4876023232108242],
  ] as const)("%s, q = %d, V = %d: the averages, in at most 300,000 evaluations", (name, square, V, gain, variance) => {
    let evaluations = 0;
    const phi = activation(name);
    const counted = {
      ...phi,
      value: (u: number) => {
        evaluations++;
        return phi.value(u);
      },
    };
    const signal = { square, mean: 0, batchVariance: V };
    expectRelative(gate(counted, signal, "batch", true, 1e-5).gain, gain, 1e-10);
    expectRelative(gate(counted, signal, null, true, 1e-5).out.batchVariance, variance, 1e-10);
    expect(evaluations).toBeLessThan(300_000);
  });

  it("a deep net whose layers all differ gets a sentence", () => {
    const net = {
      kind: "feedforward",
      depth: 200,
      norm: "batch",
      normPosition: "after",
      residual: "identity",
    } as const;
    const { applies, why } = predict({ ...net, activation: "gelu", init: { biasStd: 5 } });
    expect([applies, why]).toEqual([false, expect.stringContaining("a separate integral for every layer")]);
  });
});

describe("Fixup's branches hand nothing back", () => {
  it.each([0, 0.1, 1])("random biases of %d: 0 nats, no band", (biasStd) => {
    for (const activation of ["relu", "tanh", "elu"] as const) {
      for (const activationPosition of ["branch", "pre"] as const) {
        const net = { kind: "feedforward", depth: 21, residual: "fixup", activation, activationPosition } as const;
        const { lnGradientNorm, band } = predict({ ...net, init: { weight: "he_normal", biasStd } });
        const path = lnGradientNorm?.filter((_, l) => l % 2 === 0);
        expect(path?.every((value) => value === 0)).toBe(true);
        expect([band?.low[0], band?.high[0]]).toEqual([0, 0]);
      }
    }
  });
});
