import { describe, expect, it } from "vitest";
import { createNetwork } from "../../../src/network/create.ts";
import type { FeedforwardInput } from "../../../src/spec/index.ts";
import { FINITE_WIDTH, finiteWidthFactors, lnSquaredGains, moments, sphere } from "./ensemble.ts";

const H = 128;
const gaussian = (sigmaW: number, sigmaB2 = 0) => ({ weight: "gaussian", sigmaW, sigmaB: Math.sqrt(sigmaB2) }) as const;
const plain = { kind: "feedforward", inputs: H, width: H } as const;
const preActivated = { ...plain, activationPosition: "pre" } as const;

/**
 * The squared gradient's gain is `want`, in expectation, at infinite width. ln's expectation lies half its variance below ln of the
 * expectation (it is near to normal, a product of many layers), and that variance is measured with it; seeds give the error, |z| < 4.
 *
 * @param bias what finite width is known to add, in nats
 */
function expectGain(gains: Float64Array, want: number, bias = 0): void {
  const { mean, variance, meanError, varianceError } = moments(gains);
  const difference = mean + variance / 2 - Math.log(want);
  expect(Math.abs(difference)).toBeLessThan(4 * Math.hypot(meanError, varianceError / 2) + bias);
}

describe("finite width, exactly: ‖Ju‖²'s factor of a layer is 2/n χ²_m, m ~ Bin(n, ½)", () => {
  it.each([
    [16, 8, 2500],
    [64, 4, 2000],
  ])("width %d, depth %d, %d nets: mean and variance of ln, |z| < 4", (n, depth, nets) => {
    const factors = finiteWidthFactors(n, depth, nets);
    const want = FINITE_WIDTH[n];
    for (const layer of [...factors, factors.flat()]) {
      const { mean, variance, meanError, varianceError } = moments(layer);
      expect(Math.abs(mean - want.mean) / meanError).toBeLessThan(4);
      expect(Math.abs(variance - want.variance) / varianceError).toBeLessThan(4);
    }
  });
});

describe("residual growth (squared gradient)", () => {
  it("relu at He's variance: 2 a block", () => {
    const spec = {
      ...preActivated,
      depth: 11,
      residual: "identity",
      activation: "relu",
      init: gaussian(Math.SQRT2),
    } as const;
    expectGain(lnSquaredGains(spec, 16), 2 ** 10);
  });

  it("the branch scaled by 1/√L: (1 + 1/L)^L, towards e", () => {
    const spec = {
      ...preActivated,
      depth: 31,
      residual: "scaled",
      activation: "relu",
      init: gaussian(Math.SQRT2),
    } as const;
    expectGain(lnSquaredGains(spec, 10), (1 + 1 / 30) ** 30);
  });

  it.each([
    [10, 14.05821, 16],
    [100, 38007.87, 5],
  ])("tanh at σ_w² = 1, q₀ = 1, %d blocks: %d, the exp(√L) law", (L, want, seeds) => {
    const spec = {
      ...preActivated,
      depth: L + 1,
      residual: "identity",
      activation: "tanh",
      init: gaussian(1),
    } as const;
    expectGain(lnSquaredGains(spec, seeds), want);
  });
});

describe("normalized nets (squared gradient a layer)", () => {
  it.each([
    ["relu", 1],
    ["tanh", 1.17780723],
    ["gelu", 1.0720316],
  ] as const)("layer norm ahead of %s: %d", (activation, want) => {
    const spec = { ...plain, depth: 22, norm: "layer", activation, init: gaussian(1) } as const;
    expectGain(lnSquaredGains(spec, 8, 8, 1), want ** 20);
  });

  it.each([
    ["relu", Math.PI / (Math.PI - 1)],
    ["tanh", 1.17780723],
  ] as const)("batch norm ahead of %s makes deep nets explode: %d", (activation, want) => {
    const layers = 8;
    const spec = { ...plain, depth: layers + 2, norm: "batch", activation, init: gaussian(1) } as const;
    // tanh, B = 128: .1887 nats a layer at width 128 and .172 at 384 beside .1637 in the limit, 3.2/H more
    expectGain(lnSquaredGains(spec, 4, 128, 1), want ** layers, (layers * 3.2) / H);
  });
});

describe("initialization in the linear regime and behind relus", () => {
  it("PyTorch's U(±1/√n): ⅓ a layer (Glorot and Bengio 2010)", () => {
    const spec = { ...plain, depth: 31, activation: "identity", init: { weight: "pytorch" } } as const;
    expectGain(lnSquaredGains(spec, 12), 3 ** -30);
  });

  it("Xavier against He at 30 layers of relus: 2^−15, on the same draws exactly", () => {
    const profile = (weight: "he_normal" | "xavier_normal") => {
      const network = createNetwork({ ...plain, depth: 31, activation: "relu", init: { weight } }, { seed: 2 });
      const { probe } = network.propagate({ inputs: sphere(8, H, 1) });
      network.dispose();
      return probe?.lnGradientNorm as Float64Array;
    };
    const [he, xavier] = [profile("he_normal"), profile("xavier_normal")];
    expect(Math.abs(xavier[0] - he[0] + 15 * Math.LN2)).toBeLessThan(1e-5);
  });
});

describe("tanh nets (squared gradient)", () => {
  it.each([
    [1, 0.75903165],
    [2, 1.047666],
  ])("at σ_w² = %d, σ_b² = .05, behind the first 15 layers: χ₁ = %d a layer", (sigmaW2, chi) => {
    const spec: FeedforwardInput = {
      ...plain,
      depth: 46,
      activation: "tanh",
      init: gaussian(Math.sqrt(sigmaW2), 0.05),
    };
    expectGain(lnSquaredGains(spec, 8, 8, 15), chi ** 30);
  });

  it.each([
    [10, 0.07136973, 16],
    [100, 0.00713425, 6],
  ])("at criticality, q₀ = 1, %d layers: %d, a power law", (L, want, seeds) => {
    const spec = { ...preActivated, depth: L + 1, activation: "tanh", init: gaussian(1) } as const;
    expectGain(lnSquaredGains(spec, seeds), want);
  });
});
