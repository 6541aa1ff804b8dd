/** Stems, heads and pooling against PyTorch in float64, and by laws of their own. */
import { afterAll, describe, expect, test } from "vitest";
import { createNetwork, type MeasureOptions } from "../../src/network/create.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import type { RecurrentInput } from "../../src/spec/index.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { withLengths } from "../../src/tasks/lengths.ts";
import { sharedEngine } from "../../src/wasm/engine.ts";
import { type HeadGolden, headGoldens } from "../golden/read.ts";
import { normals, normError } from "../setup/numbers.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

function batchOf({ batch, inputs, tokens, targets, lengths }: HeadGolden): Batch {
  const { batch: B, steps: T, inputSize: X, loss, lossAt } = batch;
  const classes = loss === "cross_entropy";
  const wholeBatch: Batch = {
    name: "golden",
    batch: B,
    steps: T,
    inputSize: X,
    inputs: tokens === undefined ? Float32Array.from(inputs.data) : new Float32Array(0),
    ...(tokens === undefined ? {} : { tokens: Int32Array.from(tokens.data) }),
    targets: classes ? Int32Array.from(targets.data) : Float32Array.from(targets.data),
    loss,
    lossAt,
  };
  return withLengths(wholeBatch, lengths);
}

function networkOf(golden: HeadGolden, memoryLimit?: number) {
  const network = createNetwork(golden.spec as RecurrentInput, { memoryLimit });
  for (const [name, { data }] of Object.entries(golden.parameters)) network.parameters.set(name, data);
  return network;
}

function gradientsOf(golden: HeadGolden, options: MeasureOptions = {}, memoryLimit?: number) {
  const network = networkOf(golden, memoryLimit);
  const flow = network.propagate(batchOf(golden), options);
  const gradients = Object.fromEntries(network.gradients.names.map((name) => [name, network.gradients.get(name)]));
  const { memoryBytes } = network;
  network.dispose();
  return { flow, gradients, memoryBytes };
}

const GOLDENS = headGoldens().map((golden) => [golden.name, golden] as const);

describe("loss and every gradient are PyTorch's", () => {
  test.each(GOLDENS)("%s", (_, golden) => {
    const { flow, gradients } = gradientsOf(golden);
    expect(Math.abs((flow.loss as number) / golden.loss - 1)).toBeLessThan(2e-6);
    expect(Object.keys(gradients).sort()).toEqual(Object.keys(golden.gradients).sort());
    for (const [name, { data }] of Object.entries(golden.gradients)) {
      expect(normError(gradients[name], data), name).toBeLessThan(1e-5);
    }
  });
});

describe("one profile through the whole model", () => {
  test.each(GOLDENS)("%s: the ledger's factors add up to every gain", (_, golden) => {
    const { flow } = gradientsOf(golden);
    const { stem = [], head = [], model } = flow;
    expect([stem.length, head.length]).toEqual(
      [golden.spec, golden.spec].map(
        (spec, i) => ((spec as RecurrentInput)[i === 0 ? "stem" : "head"]?.width as number[] | undefined)?.length ?? 0,
      ),
    );
    if (model === undefined) return expect(stem.length + head.length).toBe(0);
    expect(model.lnGradientNorm).toHaveLength(stem.length + flow.lnGradientNorm.length + head.length);
    model.ledger.total.forEach((total, s) => {
      const sum = Object.values(model.ledger.factors).reduce((all, values) => all + values[s], 0);
      expect(Math.abs(sum - total)).toBeLessThan(1e-9 * Math.max(1, Math.abs(total)));
      expect(total).toBe(model.lnGradientNorm[s] - model.lnGradientNorm[s + 1]);
    });
  });

  test("a dense layer's norms at its steps make up its norm", () => {
    const golden = headGoldens().find(({ name }) => name === "head-every") as HeadGolden;
    const { flow } = gradientsOf(golden);
    const B = golden.batch.batch;
    for (const { lnGradientNorm, lnStepNorms } of flow.head ?? []) {
      const samples = (flow.padding?.samples ?? []) as Int32Array;
      const squares = (lnStepNorms as Float64Array).map((value, t) => (Math.exp(2 * value) * samples[t]) / B);
      expect(0.5 * Math.log(squares.reduce((sum, square) => sum + square))).toBeCloseTo(lnGradientNorm, 12);
    }
  });
});

describe("the norm behind each operation of a dense layer, by the finite law of one unit", () => {
  // one unit, one sample, one step: ∂L/∂out, φ' times it and its weight times that are numbers one can write down
  test("tanh", () => {
    const network = createNetwork({
      kind: "recurrent",
      cell: "identity",
      inputs: 1,
      hidden: 1,
      outputs: 1,
      stem: { width: 1, activation: "tanh" },
      head: { width: 1, activation: "tanh" },
    });
    const set = (name: string, value: number) => network.parameters.set(name, [value]);
    set("stem.0.weight", 0.5);
    set("stem.0.bias", 0.25);
    set("rnn.weight_ih_l0", 2);
    set("rnn.weight_hh_l0", 1);
    set("rnn.bias_ih_l0", 0);
    set("rnn.bias_hh_l0", 0);
    set("head.0.weight", -0.75);
    set("head.0.bias", 0.125);
    set("readout.weight", 3);
    set("readout.bias", 0);
    const flow = network.propagate({
      inputs: { shape: [1, 1, 1], data: Float32Array.of(0.5) },
      targets: { shape: [1, 1], data: Float32Array.of(1) },
    });
    const s = Math.tanh(0.5 * 0.5 + 0.25);
    const f = Math.tanh(-0.75 * 2 * s + 0.125);
    const dy = 2 * (3 * f - 1);
    const [ofHead, ofHidden] = [3 * dy, 3 * dy * (1 - f * f) * -0.75];
    expect(flow.head?.[0]?.lnGradientNorm).toBeCloseTo(Math.log(Math.abs(ofHead)), 5);
    expect(flow.head?.[0]?.lnGate).toBeCloseTo(Math.log(Math.abs(ofHead * (1 - f * f))), 5);
    expect(flow.lnGradientNorm[0]).toBeCloseTo(Math.log(Math.abs(ofHidden)), 5);
    expect(flow.stem?.[0]?.lnGradientNorm).toBeCloseTo(Math.log(Math.abs(2 * ofHidden)), 5);
    expect(flow.stem?.[0]?.lnGate).toBeCloseTo(Math.log(Math.abs(2 * ofHidden * (1 - s * s))), 5);
    expect(flow.input?.lnGradientNorm).toBeCloseTo(Math.log(Math.abs(ofHidden * (1 - s * s))), 5);
    network.dispose();
  });
});

describe("the same bits", () => {
  const golden = (name: string) => headGoldens().find((each) => each.name === name) as HeadGolden;

  test.each(["whole", "seventeen", "stem-both-directions-every"])("with two workers: %s", async (name) => {
    const network = networkOf(golden(name));
    const batch = batchOf(golden(name));
    const seen = (flow: unknown) => ({ flow, of: network.gradients.names.map((each) => network.gradients.get(each)) });
    const alone = seen(network.propagate(batch));
    expect(seen(await network.propagateAsync(batch, { threads: 2 }))).toEqual(alone);
    network.dispose();
  });

  test.each(["last", "mean", "max"] as const)("with checkpoints, pooling %s", (pooling) => {
    const [T, B, X] = [300, 3, 2];
    const spec: RecurrentInput = {
      kind: "recurrent",
      cell: "lstm",
      hidden: 5,
      inputs: X,
      outputs: 2,
      stem: { width: [6, 4], activation: "tanh", norm: ["layer", "none"] },
      head: { width: 3, activation: "tanh" },
      pooling,
    };
    const batch = {
      inputs: { shape: [T, B, X], data: Float32Array.from(normals(T * B * X, 3)) },
      targets: { shape: [B, 2], data: Float32Array.from(normals(B * 2, 4)) },
      lengths: [300, 120, 17],
    };
    const run = (memoryLimit?: number) => {
      const network = createNetwork(spec, { seed: 2, memoryLimit });
      const flow = network.propagate(batch, { contributions: false });
      const gradients = network.gradients.names.map((name) => network.gradients.get(name));
      const { memoryBytes } = network;
      network.dispose();
      return { seen: { flow, gradients }, memoryBytes };
    };
    const whole = run();
    const parts = run(Math.round(whole.memoryBytes * 0.6));
    expect(parts.memoryBytes).toBeLessThan(0.6 * whole.memoryBytes);
    expect(parts.seen).toEqual(whole.seen);
  });
});

test("truncation reaches a stem: with windows as long as the sequence it is the whole gradient", () => {
  const golden = headGoldens().find(({ name }) => name === "stem") as HeadGolden;
  const network = networkOf(golden);
  const flow = network.propagate(batchOf(golden), { truncate: { k1: 3, k2: 9 } });
  for (const name of network.gradients.names) {
    expect(network.truncatedGradients?.get(name)).toEqual(network.gradients.get(name));
  }
  expect(flow.truncated?.ratio).toBeCloseTo(1, 12);
  network.dispose();
});

test("what cannot be: a pooled loss at every step, a list that does not fit, a φ with a parameter", () => {
  const golden = headGoldens().find(({ name }) => name === "head-every") as HeadGolden;
  const network = createNetwork({ ...(golden.spec as RecurrentInput), pooling: "mean" });
  expect(() => network.propagate(batchOf(golden))).toThrow(
    'network.pooling: last for a loss at every step, got "mean"',
  );
  network.dispose();
  const spec = { kind: "recurrent", inputs: 2 } as const;
  expect(() => createNetwork({ ...spec, head: { width: [3, 4], activation: ["relu"] } })).toThrow(
    "network.head.activation: one name for each of 2 layers",
  );
  expect(() => createNetwork({ ...spec, stem: { width: 3, activation: "prelu" } })).toThrow("network.stem.activation");
});

test("a tied readout: its size and its outputs are checked, and it has no weight of its own", () => {
  const spec = { kind: "recurrent", hidden: 6, inputs: 9 } as const;
  expect(() => createNetwork({ ...spec, embedding: { size: 5, tied: true } })).toThrow("network.embedding.size: 6");
  const network = createNetwork({ ...spec, embedding: { size: 6, tied: true } }, { outputs: 9 });
  expect(network.parameters.names.filter((name) => name.startsWith("readout"))).toEqual(["readout.bias"]);
  network.dispose();
});
