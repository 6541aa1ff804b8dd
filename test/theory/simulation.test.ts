import { describe, expect, it } from "vitest";
import { random } from "../../src/base/random.ts";
import { type FeedforwardSpec, parseSpec, type RecurrentSpec } from "../../src/spec/index.ts";
import { initialize } from "../../src/spec/initialization/index.ts";
import type { NetworkSpec } from "../../src/spec/index.ts";
import { parameterTable } from "../../src/spec/parameters.ts";
import { predict } from "../../src/theory/index.ts";
import { transportFeedforward } from "../oracle/feedforward.ts";
import { transportRecurrent } from "../oracle/recurrent.ts";
import { type Parameters, tensor } from "../oracle/tensor.ts";

/**
 * Predictions against networks: the float64 oracle, initialized as the package does, with random cotangents at the last
 * station. Widths are small, so tolerances allow for effects of order depth/width.
 */
const X = 32;

function parameters(spec: NetworkSpec, seed: number): Parameters {
  const sizes = { inputs: X, outputs: null };
  const values = initialize(spec, sizes, seed);
  return Object.fromEntries(
    parameterTable(spec, sizes).map(({ name, shape }) => [name, tensor([...shape], values.get(name)!)]),
  );
}

/** ½ ln mean ‖δ_s‖² and the mean of ln ‖δ_s‖, relative to the last station, over seeds. */
function measure(profile: (seed: number) => Float64Array, seeds: number): { square: number[]; log: number[] } {
  const runs = Array.from({ length: seeds }, (_, seed) => {
    const lnNorm = profile(seed);
    return [...lnNorm].map((value) => value - lnNorm[lnNorm.length - 1]);
  });
  const average = (f: (value: number) => number) =>
    runs[0].map((_, s) => runs.reduce((sum, run) => sum + f(run[s]) / seeds, 0));
  return { square: average((d) => Math.exp(2 * d)).map((m) => 0.5 * Math.log(m)), log: average((d) => d) };
}

function deep(input: object, { B = 1, seeds = 40, width = 48, depth = 8 } = {}) {
  const spec = parseSpec({ kind: "feedforward", width, depth, inputs: X, ...input }) as FeedforwardSpec;
  const last = typeof spec.width === "number" ? spec.width : spec.width.at(-1)!;
  const measured = measure((seed) => {
    const rng = random(seed, "simulation");
    const normals = (length: number) => Float64Array.from({ length }, () => rng.normal());
    const batch = { batch: B, inputSize: X, inputs: normals(B * X), loss: "none" } as const;
    return transportFeedforward(spec, parameters(spec, seed), batch, normals(B * last)).lnGradientNorm;
  }, seeds);
  return { measured, predicted: predict(spec), spec };
}

describe("deep networks do what is predicted", () => {
  it.each([
    ["tanh, chaotic", { activation: "tanh", init: { weight: "gaussian", sigmaW: 1.5, sigmaB: 0.2 } }],
    ["sigmoid", { activation: "sigmoid", init: { weight: "gaussian", sigmaW: 1.3, sigmaB: 0.3 } }],
    ["GELU", { activation: "gelu", init: { weight: "gaussian", sigmaW: 1.5, sigmaB: 0.3 } }],
    ["ReLU, He", { activation: "relu", init: { weight: "he_uniform" } }],
    ["PyTorch's default", { activation: "tanh", init: { weight: "pytorch" } }],
    ["Keras's uniform law", { activation: "tanh", init: { weight: "uniform", gain: 5 } }],
    ["Keras's truncated normal law", { activation: "relu", init: { weight: "truncated_normal", gain: 4 } }],
    ["orthogonal tanh", { activation: "tanh", init: { weight: "orthogonal", gain: 1.2 } }],
    [
      "unequal widths",
      { activation: "relu", width: [30, 60, 40, 48, 20, 64, 48, 48], init: { weight: "xavier_normal", gain: "auto" } },
    ],
    [
      "residual tanh, pre",
      { activation: "tanh", residual: "identity", activationPosition: "pre", init: { weight: "gaussian" } },
    ],
    [
      "residual blocks of two",
      { activation: "relu", residual: "scaled", blockLayers: 2, init: { weight: "he_normal" } },
    ],
    [
      "residual ReLU whose gradient lies along h",
      { activation: "relu", residual: "identity", depth: 14, init: { weight: "he_normal" } },
    ],
    ["highway", { activation: "tanh", residual: "highway" }],
    ["dense", { activation: "relu", residual: "dense", init: { weight: "he_normal" } }],
    [
      "layer norm, residual",
      { activation: "tanh", norm: "layer", normPosition: "pre", residual: "identity", init: { biasStd: 0.3 } },
    ],
    [
      "RMS norm behind the sum",
      { activation: "relu", norm: "rms", normPosition: "post", residual: "identity", activationPosition: "pre" },
    ],
  ] as const)("%s: ½ ln E ‖δ‖² within .3 nats at every station, 40 seeds", (_, input) => {
    const { measured, predicted } = deep(input);
    for (const [s, value] of measured.square.entries()) {
      const tolerance = Math.max(0.3, 0.1 * Math.abs(value));
      expect(
        Math.abs(predicted.lnGradientNorm![s] - value),
        `station ${s}: ${predicted.lnGradientNorm![s]} against ${value}`,
      ).toBeLessThan(tolerance);
    }
  });

  it.each(["before", "after"])("batch norm %s φ explodes as predicted (batch 96, within .15 nats)", (normPosition) => {
    const { measured, predicted } = deep(
      { activation: "tanh", norm: "batch", normPosition, init: { biasStd: 0.3 } },
      { B: 96, seeds: 3, depth: 5 },
    );
    for (const [s, value] of measured.square.entries())
      expect(Math.abs(predicted.lnGradientNorm![s] - value)).toBeLessThan(0.15);
  });

  it("the band holds the mean of ln ‖δ‖: ReLU and tanh, n = 48, 60 seeds (|z| < 4)", () => {
    for (const input of [
      { activation: "relu", init: { weight: "he_normal" } },
      { activation: "tanh", init: { weight: "gaussian", sigmaW: 1.3, sigmaB: 0.3 } },
    ]) {
      const { measured, predicted } = deep(input, { seeds: 60 });
      const { low, high } = predicted.band!;
      const deviation = (high[0] - low[0]) / 4;
      expect(Math.abs(measured.log[0] - (low[0] + high[0]) / 2)).toBeLessThan((4 * deviation) / Math.sqrt(60));
    }
  });
});

describe("recurrent networks do what is predicted", () => {
  const [T, H, B] = [20, 48, 2];
  it.each([
    ["tanh", { cell: "tanh" }],
    ["tanh, Gaussian, g = 1.4", { cell: "tanh", init: { recurrent: "gaussian", gain: 1.4 } }],
    ["sigmoid", { cell: "sigmoid" }],
    ["a stack of 3", { cell: "tanh", layers: 3 }],
    ["PyTorch's default", { cell: "tanh", init: { recurrent: "pytorch", input: "pytorch" } }],
  ] as const)("%s: within .3 nats or 10 %% at every step, 16 seeds", (_, input) => {
    const spec = parseSpec({ kind: "recurrent", hidden: H, inputs: X, ...input }) as RecurrentSpec;
    const { square } = measure((seed) => {
      const rng = random(seed, "simulation");
      const normals = (length: number) => Float64Array.from({ length }, () => rng.normal());
      const batch = {
        batch: B,
        steps: T,
        inputSize: X,
        inputs: normals(T * B * X),
        loss: "none",
        lossAt: "last",
      } as const;
      return transportRecurrent(spec, parameters(spec, seed), batch, normals(B * H)).lnGradientNorm;
    }, 16);
    const predicted = predict(spec, { steps: T }).lnGradientNorm!;
    for (const [t, value] of square.entries()) {
      expect(Math.abs(predicted[t] - value), `step ${t}: ${predicted[t]} against ${value}`).toBeLessThan(
        Math.max(0.3, 0.1 * Math.abs(value)),
      );
    }
  });
});
