import type { ActivationName, NormName } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { createNetwork } from "../../../src/network/create.ts";
import { random } from "../../../src/base/random.ts";
import type { FeedforwardInput } from "../../../src/spec/index.ts";
import { type FeedforwardOracleSpec, runFeedforward } from "../../oracle/feedforward.ts";
import { type Parameters, tensor } from "../../oracle/tensor.ts";
import { PLAIN } from "../../oracle/feedforward.ts";

const stream = random(1, "test/inputs");
const inputs = Float32Array.from({ length: 32 * 8 }, () => stream.normal());
const batch = { inputs };

describe("LSUV brings every layer's W u + b to variance 1 on the batch", () => {
  it.each([
    ["tanh", "none", {}],
    ["relu", "none", { init: { weight: "he_normal", biasStd: 0.5, lsuv: true } }],
    ["sigmoid", "none", {}],
    ["gelu", "weight", {}],
    ["relu", "none", { residual: "identity" }],
    ["tanh", "none", { width: [16, 3, 9, 24, 1, 5] }],
  ] as [ActivationName, NormName, object][])("%s, norm %s, %o", (activation, norm, change) => {
    const spec: FeedforwardOracleSpec = { ...PLAIN, width: 16, depth: 6, activation, norm, ...change };
    const network = createNetwork({
      kind: "feedforward",
      inputs: 8,
      init: { lsuv: true },
      ...spec,
    } as FeedforwardInput);
    network.propagate(batch);
    const { layers } = runFeedforward(spec, parametersOf(network), { batch: 32, inputSize: 8, inputs, loss: "none" });
    layers.forEach(({ preactivation }) => {
      const a = preactivation as Float64Array;
      const mean = a.reduce((sum, value) => sum + value, 0) / a.length;
      const variance = a.reduce((sum, value) => sum + (value - mean) ** 2, 0) / a.length;
      expect(Math.abs(variance - 1)).toBeLessThan(0.0101);
    });
    const weights = network.parameters.get(network.parameters.names[0]);
    network.propagate(batch);
    expect(network.parameters.get(network.parameters.names[0])).toEqual(weights); // once only
    network.dispose();
  });

  it("leaves a layer without variance, and parameters the caller has set, as they are", () => {
    const spec = { kind: "feedforward", width: 4, depth: 3, inputs: 8, init: { weight: "zeros", lsuv: true } } as const;
    const zero = createNetwork(spec);
    zero.propagate(batch);
    expect(zero.parameters.get("layers.1.weight")).toEqual(new Float32Array(16));
    const own = createNetwork({ ...spec, init: { lsuv: true } });
    own.parameters.set("layers.0.weight", new Float32Array(32).fill(0.25));
    own.propagate(batch);
    expect(own.parameters.get("layers.0.weight")).toEqual(new Float32Array(32).fill(0.25));
  });
});

describe("branches that start at zero hand the gradient down unchanged", () => {
  it.each([
    ["skipinit, α = 0", { residual: "skipinit" }],
    ["skipinit, blocks of two", { residual: "skipinit", blockLayers: 2 }],
    ["Fixup, whose last weight of each block is zero", { residual: "fixup", blockLayers: 2 }],
    ["skipinit ahead of pre-activations", { residual: "skipinit", activationPosition: "pre" }],
  ] as const)("%s", (_, change) => {
    const network = createNetwork({
      kind: "feedforward",
      width: 9,
      depth: 41,
      inputs: 8,
      activation: "tanh",
      ...change,
    });
    const { lnGradientNorm, probe } = network.propagate(batch);
    for (const profile of [lnGradientNorm, probe?.lnGradientNorm as Float64Array]) {
      const block = "blockLayers" in change ? 2 : 1;
      // but for the logarithm's own rounding
      for (let l = 40; l >= 0; l -= block) expect(Math.abs(profile[l] - profile[40])).toBeLessThan(1e-13);
    }
    network.dispose();
  });
});

describe("σ_w and σ_b", () => {
  it("W ~ N(0, σ_w²/fan_in), b ~ N(0, σ_b²)", () => {
    const init = { weight: "gaussian", sigmaW: 1.7, sigmaB: 0.3 } as const;
    const network = createNetwork({ kind: "feedforward", width: [200, 100], depth: 2, inputs: 50, init }, { seed: 5 });
    const moments = (name: string) => {
      const values = network.parameters.get(name);
      return { n: values.length, square: values.reduce((sum, value) => sum + value * value, 0) / values.length };
    };
    for (const [name, variance] of [
      ["layers.0.weight", 1.7 ** 2 / 50],
      ["layers.1.weight", 1.7 ** 2 / 200],
      ["layers.0.bias", 0.09],
      ["layers.1.bias", 0.09],
    ] as const) {
      const { n, square } = moments(name);
      expect(Math.abs(square / variance - 1), name).toBeLessThan(4 * Math.sqrt(2 / n)); // χ²_n/n
    }
  });

  it("is refused beside another law", () => {
    const make = () => createNetwork({ kind: "feedforward", inputs: 1, init: { sigmaW: 2 } });
    expect(make).toThrow(/network.init.sigmaW: only with weight gaussian/);
  });
});

describe("seeds", () => {
  const spec = {
    kind: "feedforward",
    width: 6,
    depth: 9,
    inputs: 8,
    residual: "identity",
    stochasticDepth: 0.5,
  } as const;
  const flowOf = (seed: number) => {
    const network = createNetwork(spec, { seed });
    const flow = network.propagate(batch);
    const dropped = Array.from(
      { length: 8 },
      (_, k) => network.gradients.lnNorm(`layers.${k + 1}.weight`) === -Infinity,
    );
    network.dispose();
    return { flow, dropped };
  };

  it("the same seed gives the same bits, another one others", () => {
    expect(flowOf(3)).toEqual(flowOf(3));
    expect(flowOf(3).flow.lnGradientNorm).not.toEqual(flowOf(4).flow.lnGradientNorm);
  });

  it("stochastic depth drops block k of 8 in p (k + 1)/8 of the seeds", () => {
    const N = 400;
    const counts = new Array<number>(8).fill(0);
    for (let seed = 0; seed < N; seed++) {
      flowOf(seed).dropped.forEach((dropped, k) => {
        if (dropped) counts[k]++;
      });
    }
    counts.forEach((count, k) => {
      const p = (0.5 * (k + 1)) / 8;
      expect(Math.abs(count - N * p), `block ${k}`).toBeLessThan(4 * Math.sqrt(N * p * (1 - p)));
    });
  });
});

function parametersOf(network: ReturnType<typeof createNetwork>): Parameters {
  return Object.fromEntries(
    network.parameters.names.map((name) => [
      name,
      tensor([...network.parameters.shape(name)], network.parameters.get(name)),
    ]),
  );
}
