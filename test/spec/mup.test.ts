/**
 * μP: the table of scales and rates (Yang et al. 2022, table 3), and what it is for: exponents of a coordinate check.
 */
import { describe, expect, it } from "vitest";
import { createNetwork, createTrainer, type FeedforwardInput } from "../../src/index.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { random } from "../../src/base/random.ts";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { parseMap } from "../../src/sweeps/map.ts";
import { measureCellAtOnce } from "../../src/sweeps/run-cell.ts";
import type { Coordinates } from "../../src/sweeps/types.ts";

const SIZES = { inputs: 3, outputs: 2, seed: 4 };
const network = (keys: Partial<FeedforwardInput> = {}): FeedforwardInput => ({
  kind: "feedforward",
  width: 32,
  depth: 3,
  activation: "tanh",
  ...keys,
  init: { weight: "lecun_normal", readout: "pytorch" },
});

const batch = () => {
  const stream = random(1, "test/mup");
  return {
    inputs: Float32Array.from({ length: 8 * 3 }, () => stream.normal()),
    targets: Float32Array.from({ length: 8 * 2 }, () => stream.normal()),
  };
};

/** ln of the first update's size by parameter, from the same weights whatever the parametrization. */
function firstUpdates(keys: Partial<FeedforwardInput>, optimizer: "sgd" | "adam" | "momentum" | "lion") {
  const from = createNetwork(network({ ...keys, parametrization: "standard" }), SIZES);
  const live = createNetwork(network(keys), SIZES);
  for (const name of live.parameters.names) live.parameters.set(name, from.parameters.get(name));
  const trainer = createTrainer(live, { optimizer: { name: optimizer, learningRate: 1e-3 } });
  const { inputs, targets } = batch();
  const { parameters } = trainer.step({
    ...{ name: "arrays", batch: 8, inputSize: 3, outputSize: 2, inputs, targets, loss: "mse", lossAt: "last" },
  });
  trainer.dispose();
  live.dispose();
  from.dispose();
  return new Map(parameters.map(({ name, lnUpdateNorm }) => [name, lnUpdateNorm]));
}

describe("at the base width μP is the standard parametrization", () => {
  it("the same initial weights", () => {
    const [a, b] = [network(), network({ parametrization: "mup", baseWidth: 32 })].map((spec) =>
      createNetwork(spec, SIZES),
    );
    for (const name of a.parameters.names) expect(b.parameters.get(name)).toEqual(a.parameters.get(name));
  });

  it.each(["sgd", "adam"] as const)("the same updates of %s", (optimizer) => {
    const standard = firstUpdates({}, optimizer);
    expect(firstUpdates({ parametrization: "mup", baseWidth: 32 }, optimizer)).toEqual(standard);
  });
});

it("at m times the base width the readout starts 1/√m as large, everything else the same", () => {
  const [standard, mup] = [network(), network({ parametrization: "mup", baseWidth: 8 })].map((spec) =>
    createNetwork(spec, SIZES),
  );
  for (const name of standard.parameters.names) {
    const factor = name === "readout.weight" ? 1 / 2 : 1;
    expect(mup.parameters.get(name)).toEqual(standard.parameters.get(name).map((value) => factor * value));
  }
});

describe("at m = 4 times the base width a parameter's first update is that of the standard one, times", () => {
  const m = 4;
  it.each([
    [
      "sgd",
      { "layers.0.weight": m, "layers.1.weight": 1, "layers.1.bias": m, "readout.weight": 1 / m, "readout.bias": 1 },
    ],
    ["momentum", { "layers.0.weight": m, "layers.1.weight": 1, "layers.1.bias": m, "readout.weight": 1 / m }],
    [
      "adam",
      {
        "layers.0.weight": 1,
        "layers.1.weight": 1 / m,
        "layers.1.bias": 1,
        "readout.weight": 1 / m,
        "readout.bias": 1,
      },
    ],
    ["lion", { "layers.0.weight": 1, "layers.1.weight": 1 / m, "readout.weight": 1 / m }],
  ] as const)("%s %j", (optimizer, factors) => {
    const standard = firstUpdates({}, optimizer);
    const mup = firstUpdates({ parametrization: "mup", baseWidth: 8 }, optimizer);
    for (const [name, factor] of Object.entries(factors)) {
      // the update is measured as float32 took it
      expect(Math.exp(mup.get(name)! - standard.get(name)!) / factor, name).toBeCloseTo(1, 2);
    }
  });

  it("depth-μP: Adam's rate in the blocks √(baseDepth/depth) as large, SGD's the same", () => {
    const keys = { residual: "scaled", parametrization: "mup", baseWidth: 32 } as const;
    for (const [optimizer, factor] of [
      ["adam", 1 / Math.sqrt(3)],
      ["sgd", 1],
    ] as const) {
      const flat = firstUpdates(keys, optimizer);
      const deep = firstUpdates({ ...keys, baseDepth: 1 }, optimizer);
      const ratio = (name: string) => Math.exp(deep.get(name)! - flat.get(name)!);
      expect(ratio("layers.2.weight")).toBeCloseTo(factor, 2);
      expect(ratio("layers.2.bias")).toBeCloseTo(factor, 2);
      expect(ratio("layers.0.weight")).toBeCloseTo(1, 2);
      expect(ratio("readout.weight")).toBeCloseTo(1, 2);
    }
  });
});

it("weight decay is as strong as without the factor", () => {
  const shrunk = (keys: Partial<FeedforwardInput>) => {
    const live = createNetwork(network(keys), SIZES);
    const trainer = createTrainer(live, { optimizer: { name: "adamw", learningRate: 1e-6, weightDecay: 1e5 } });
    const before = live.parameters.get("layers.1.weight");
    const { inputs, targets } = batch();
    trainer.step({
      ...{ name: "arrays", batch: 8, inputSize: 3, outputSize: 2, inputs, targets, loss: "mse", lossAt: "last" },
    });
    const after = live.parameters.get("layers.1.weight");
    trainer.dispose();
    live.dispose();
    return after[0] / before[0];
  };
  expect(shrunk({ parametrization: "mup", baseWidth: 8 })).toBeCloseTo(0.9, 3);
  expect(shrunk({})).toBeCloseTo(0.9, 3);
});

describe("refused, with the remedy", () => {
  it.each([
    ["one width for every layer with parametrization mup", { width: [8, 16], depth: 2 }],
    ["with parametrization mup a law with variance c/fan_in", { init: { weight: "xavier_normal" } }],
    ["none, or a norm of the activations, with parametrization mup", { norm: "weight" }],
  ] as const)("%s", (rule, keys) => {
    expect(() => parseSpec({ ...network(), parametrization: "mup", ...keys })).toThrow(rule);
  });

  it("an optimizer without a rule", () => {
    const live = createNetwork(network({ parametrization: "mup" }), SIZES);
    expect(() => createTrainer(live, { optimizer: "lamb" })).toThrow(
      'optimizer: one that the parametrization mup has learning rates for, got "lamb"; use sgd, momentum, adam or adamw',
    );
    live.dispose();
  });
});

/** Slope of ln of each size over ln of the axis: the exponent. */
function exponents(
  keys: Partial<FeedforwardInput>,
  optimizer: { readonly name: string; readonly learningRate: number },
  key: "width" | "depth",
  values: readonly number[],
): Coordinates {
  const cells = cellsOf(
    parseMap({
      base: {
        network: network(keys),
        task: "circles",
        plan: { steps: 1, batch: 1, optimizer },
        coordinates: true,
        profile: 0,
      },
      axes: [{ key, values: [...values] }],
      replicates: 8,
      seeds: "paired",
    }),
  );
  const sizes = cells.map((cell) => ({
    at: cell.settings[key],
    ...(measureCellAtOnce(cell).coordinates as Coordinates),
  }));
  const middle = values.reduce((sum, at) => sum + Math.log(at), 0) / values.length;
  const spread = values.reduce((sum, at) => sum + (Math.log(at) - middle) ** 2, 0);
  /**
   * Over √(mean of squares) of the replicates: one that happens to change little would dominate a mean of logarithms.
   */
  const slope = (name: keyof Coordinates) =>
    values.reduce((sum, value) => {
      const squares = sizes.filter(({ at }) => at === value).map((one) => Math.exp(2 * one[name]));
      const ln = 0.5 * Math.log(squares.reduce((total, square) => total + square, 0) / squares.length);
      return sum + ((Math.log(value) - middle) * ln) / spread;
    }, 0);
  return {
    lnHidden: slope("lnHidden"),
    lnOutput: slope("lnOutput"),
    lnHiddenChange: slope("lnHiddenChange"),
    lnOutputChange: slope("lnOutputChange"),
  };
}

/** Finite widths and depths are this far from the limit. */
const NEAR = 0.15;

describe("exponents in the width of one small update", () => {
  // standard: SGD changes hidden layers by √n and the output by n, Adam by n and n√n (Yang et al. 2022, section 3)
  it.each([
    ["sgd", 1e-3, "standard", 0.5, 1],
    ["adam", 1e-5, "standard", 1, 1.5],
    ["sgd", 1e-3, "mup", 0, 0],
    ["adam", 1e-5, "mup", 0, 0],
  ] as const)("%s %d %s: hidden %d, output %d", (name, learningRate, parametrization, hidden, output) => {
    const found = exponents({ parametrization }, { name, learningRate }, "width", [64, 128, 256]);
    expect(Math.abs(found.lnHidden)).toBeLessThan(NEAR);
    expect(Math.abs(found.lnHiddenChange - hidden)).toBeLessThan(NEAR);
    expect(Math.abs(found.lnOutputChange - output)).toBeLessThan(NEAR);
    expect(Math.abs(found.lnOutput - (parametrization === "mup" ? -0.5 : 0))).toBeLessThan(NEAR);
  });
});

describe("exponents in the depth of one small update, branches scaled by 1/√L", () => {
  it.each([
    ["sgd", 1e-3, "standard", 0],
    ["adam", 1e-5, "standard", 0.5],
    ["adam", 1e-5, "mup", 0],
  ] as const)("%s %d %s: %d", (name, learningRate, parametrization, expected) => {
    const keys = { residual: "scaled", width: 64, parametrization, baseDepth: 8 } as const;
    const found = exponents(keys, { name, learningRate }, "depth", [8, 32]);
    expect(Math.abs(found.lnHidden)).toBeLessThan(NEAR);
    expect(Math.abs(found.lnHiddenChange - expected)).toBeLessThan(NEAR);
  });

  it("without the factor 1/√L both grow much faster", () => {
    const found = exponents(
      { residual: "identity", width: 64 },
      { name: "adam", learningRate: 1e-5 },
      "depth",
      [8, 16, 32],
    );
    expect(found.lnHidden).toBeGreaterThan(0.3);
    expect(found.lnHiddenChange).toBeGreaterThan(1);
  });
});
