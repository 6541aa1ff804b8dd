/** An encoder and a decoder: every cell against the oracle, PyTorch, bits, training, messages. */
import { afterAll, describe, expect, test } from "vitest";
import { CELLS, OPTIMIZER_NAMES } from "../../src/catalogue/index.ts";
import { finish } from "../../src/base/time-slicing.ts";
import { createNetwork, type Network } from "../../src/network/create.ts";
import { networkJacobians } from "../../src/network/jacobians/index.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { parameterTable } from "../../src/spec/parameters.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { Engine, sharedEngine } from "../../src/wasm/engine.ts";
import { decoderGoldens, type StackGolden } from "../golden/read.ts";
import { networkOf, randomBatch } from "../assembly/cells/helpers.ts";
import { ledgerOf } from "../oracle/cells/ledger.ts";
import { dilationOf, lossOfCells, runCells } from "../oracle/cells/network.ts";
import { derivative } from "../oracle/differences.ts";
import { drawParameters } from "../oracle/draw.ts";
import { masksOf, maskWords } from "../oracle/masks.ts";
import { normError, normals } from "../setup/numbers.ts";
import { rounded } from "../setup/recurrent.ts";
import { expectSameBits } from "./cells-check.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

const [X, Y] = [3, 2];

const specOf = (more: object) =>
  parseSpec({
    kind: "recurrent",
    inputs: X,
    outputs: Y,
    hidden: 4,
    layers: 2,
    decoder: true,
    ...more,
  }) as RecurrentSpec;

const drawn = (spec: RecurrentSpec) =>
  rounded(
    drawParameters(
      parameterTable(spec, { inputs: X, outputs: Y }).map(({ name, shape }) => [name, [...shape]]),
      6,
    ),
  );

/** A batch whose last D steps are the decoder's. */
const batchOf = (T: number, D: number, lossAt: "last" | "every" = "every", B = 5) => ({
  ...randomBatch({ B, T, X, Y, lossAt, seed: 2 }),
  decoderSteps: D,
});

function check(spec: RecurrentSpec, batch: ReturnType<typeof batchOf>, noise: number | null = null) {
  const parameters = drawn(spec);
  const oracle = runCells(
    spec,
    parameters,
    batch,
    masksOf(spec, noise === null ? null : maskWords(batch.batch + 1, noise)),
  );
  const network = networkOf(spec, parameters, { seed: 6 });
  const flow = network.propagate(batch, { masks: noise ?? false });
  expect(flow.bottleneck).toBe(batch.steps - batch.decoderSteps);
  expect(Math.abs(flow.loss! / oracle.loss - 1)).toBeLessThan(1e-5);
  for (const [name, data] of Object.entries(oracle.gradients)) {
    expect(normError(network.gradients.get(name), data), `∂L/∂ ${name}`).toBeLessThan(1e-5);
  }
  oracle.layers.forEach((layer, l) => {
    expect(flow.layers[l].lnGradientNorm).toBeCloseToArray(layer.delta.map(Math.log), 1e-5);
    expect(flow.contributions![l]).toBeCloseToArray(layer.contributions.map(Math.log), 2e-5);
    for (const [factor, values] of Object.entries(
      ledgerOf(layer, l === spec.layers - 1, dilationOf(spec, l)).factors,
    )) {
      const own = flow.layers[l].ledger!.factors[factor] ?? new Float64Array(values.length);
      expect(own, factor).toBeCloseToArray(values, 2e-5);
    }
  });
  network.dispose();
}

describe("against the oracle", () => {
  test.each(CELLS)("%s", (cell) => {
    check(specOf({ cell }), batchOf(7, 3));
    check(specOf({ cell, layers: 1 }), batchOf(4, 1, "last"));
  });
  test.each([
    ["dropout and recurrent dropout", { cell: "gru", dropout: 0.3, recurrentDropout: 0.2 }],
    ["variational dropout", { cell: "lstm", variationalDropout: 0.3 }],
    ["zoneout", { cell: "lstm", zoneout: 0.2 }],
    ["a learned first state", { cell: "lstm", initialState: "learned" }],
    ["layer norm", { cell: "lstm", norm: "layer" }],
    ["dilation", { cell: "tanh", dilation: [2, 3] }],
    ["a skip over time", { cell: "lstm", timeSkip: { steps: 2, scale: 0.5 } }],
    ["layers that differ", { cell: ["lstm", "gru"], hidden: [5, 3] }],
    ["norms that differ", { cell: ["gru", "lstm"], norm: ["layer", "none"], dropout: 0.3 }],
    ["initializations that differ", { cell: "tanh", init: { recurrent: ["identity", "gaussian"] }, zoneout: 0.2 }],
    ["a projection", { cell: "lstm", hidden: 6, projection: 3 }],
    [
      "another inner activation",
      { cell: "gru", cellOptions: { innerActivation: "relu", gateActivation: "hardsigmoid" } },
    ],
  ])("%s", (_, more) => {
    check(specOf(more), batchOf(9, 4), 1);
  });
  test.each([1, 3, 15, 16, 17, 33, 38])("a source of 40 − %i steps: blocks of weight gradients end there", (D) => {
    check(specOf({ cell: "gru" }), batchOf(40, D, "every", 9));
  });
  test("the oracle's gradient is that of its loss", () => {
    const spec = specOf({ cell: "lstm" });
    const parameters = drawn(spec);
    const batch = batchOf(5, 2);
    const { gradients } = runCells(spec, parameters, batch);
    for (const [name, { data }] of Object.entries(parameters)) {
      const i = data.length >> 1;
      expect(
        derivative((by) => {
          const moved = data.slice();
          moved[i] += by;
          return lossOfCells(spec, { ...parameters, [name]: { ...parameters[name], data: moved } }, batch);
        }),
        name,
      ).toBeCloseTo(gradients[name][i], 8);
    }
  });
});

/** A golden file's batch, each sample's decoder steps behind its own source. */
function goldenBatch({ batch, spec, inputs, targets, lengths }: StackGolden): Batch {
  const classes = batch.loss === "cross_entropy";
  return {
    name: "golden",
    ...batch,
    lengths: Int32Array.from(lengths),
    inputs: spec.embedding === undefined ? Float32Array.from(inputs.data) : new Float32Array(0),
    ...(spec.embedding === undefined ? {} : { tokens: Int32Array.from(inputs.data) }),
    targets: classes ? Int32Array.from(targets.data) : Float32Array.from(targets.data),
  };
}

describe("loss and every gradient are PyTorch's, with sources and answers of different lengths", () => {
  test.each(decoderGoldens().map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    const network = createNetwork(golden.spec);
    for (const [name, { data }] of Object.entries(golden.parameters)) network.parameters.set(name, data);
    const flow = network.propagate(goldenBatch(golden));
    expect(Math.abs((flow.loss as number) / golden.loss - 1)).toBeLessThan(2e-6);
    expect([...network.gradients.names].sort()).toEqual(Object.keys(golden.gradients).sort());
    for (const [name, { data }] of Object.entries(golden.gradients)) {
      expect(normError(network.gradients.get(name), data), name).toBeLessThan(1e-5);
    }
    network.dispose();
  });
});

describe("the same bits", () => {
  const batch = batchOf(150, 61, "every", 21);
  const options = { contributions: false } as const;
  test.each([
    ["lstm", {}],
    ["gru", { embedding: { size: 5 }, head: { width: [6] } }],
    ["gru_reset_before", { stem: { width: [5] }, dropout: 0.3 }],
  ] as const)("%s, whole, in parts and on threads: %j", async (cell, more) => {
    const tokens = "embedding" in more ? { tokens: new Int32Array(150 * 21).map((_, i) => i % X) } : {};
    const withTokens = { ...batch, ...tokens };
    const spec = specOf({ cell, ...more });
    const make = (memoryLimit?: number) => createNetwork(spec, { seed: 2, engine: new Engine(), memoryLimit });
    await expectSameBits(make, withTokens, options, { bounded: true });
  });
});

test("an encoder and a decoder of equal weights are one network, whose gradient is the sum of both", () => {
  const spec = { kind: "recurrent", cell: "lstm", hidden: 6, layers: 2, inputs: X, outputs: Y } as const;
  const plain = createNetwork(spec, { seed: 3 });
  const both = createNetwork({ ...spec, decoder: 4 }, { seed: 3 });
  for (const name of both.parameters.names) {
    both.parameters.set(name, plain.parameters.get(name.replace(/^(en|de)coder/, "rnn")));
  }
  const inputs = normals(9 * 3 * X, 4);
  const targets = normals(3 * Y, 5); // at the last step, which both have
  const flow = both.propagate({ inputs, targets, batch: 3 });
  expect(flow.lnGradientNorm).toEqual(plain.propagate({ inputs, targets, batch: 3 }).lnGradientNorm);
  expect(flow.bottleneck).toBe(5);
  for (const name of plain.gradients.names.filter((each) => each.startsWith("rnn"))) {
    const [encoder, decoder] = ["encoder", "decoder"].map((stack) => both.gradients.get(name.replace("rnn", stack)));
    const sum = encoder.map((value, i) => value + decoder[i]);
    expect(normError(sum, plain.gradients.get(name)), name).toBeLessThan(1e-6);
  }
  const jacobians = (network: Network) =>
    finish(networkJacobians(network, { inputs, batch: 3 }, { network: network.spec, window: 7, lyapunov: false }));
  expect(jacobians(both).singularValues).toEqual(jacobians(plain).singularValues);
  plain.dispose();
  both.dispose();
});

test.each([7, 5000])("of %i tokens, encoder and decoder read one table: its gradient is the sum of both", (V) => {
  const [T, B] = [40, 11];
  const spec = { kind: "recurrent", cell: "lstm", hidden: 64, layers: 2, inputs: V, outputs: Y } as const;
  const plain = createNetwork({ ...spec, embedding: { size: 6 } }, { seed: 3 });
  const both = createNetwork({ ...spec, embedding: { size: 6 }, decoder: 5 }, { seed: 3 });
  for (const name of both.parameters.names) {
    both.parameters.set(name, plain.parameters.get(name.replace(/^(en|de)coder/, "rnn")));
  }
  const batch: Batch = {
    ...randomBatch({ B, T, X: V, Y, seed: 2 }),
    inputs: new Float32Array(0),
    tokens: Int32Array.from({ length: T * B }, (_, i) => (i * 7919) % V),
  };
  plain.propagate(batch);
  const { embedding } = both.propagate(batch);
  expect(embedding?.occurring).toBe(Math.min(V, T * B));
  const name = "embedding.weight";
  expect(normError(both.gradients.get(name), plain.gradients.get(name))).toBeLessThan(1e-6);
  plain.dispose();
  both.dispose();
});

test("the gradient crosses the bottleneck far below float32's smallest number", () => {
  const network = createNetwork({ kind: "recurrent", cell: "identity", hidden: 1, inputs: 1, decoder: 400 });
  const one = (name: string, value: number) => network.parameters.set(name, [value]);
  one("encoder.weight_hh_l0", 0.25);
  one("decoder.weight_hh_l0", 0.5);
  const { lnGradientNorm } = network.propagate({ inputs: new Float32Array(1000) });
  expect(lnGradientNorm[599]).toBeCloseTo(-400 * Math.LN2, 9);
  expect(lnGradientNorm[0]).toBeCloseTo(-(400 + 2 * 599) * Math.LN2, 9);
  expect(network.gradients.lnNorm("encoder.bias_ih_l0")).toBeCloseTo(-400 * Math.LN2 + Math.log(4 / 3), 6);
  network.dispose();
});

test("Jacobians are those of the weights that each step uses; W_hh is the decoder's", () => {
  const network = createNetwork({ kind: "recurrent", cell: "identity", hidden: 1, inputs: 1, decoder: 3 });
  network.parameters.set("encoder.weight_hh_l0", [0.25]);
  network.parameters.set("decoder.weight_hh_l0", [0.5]);
  const measured = (window: number) =>
    finish(
      networkJacobians(network, { inputs: new Float32Array(9) }, { network: network.spec, window, lyapunov: false }),
    );
  for (const [window, ln] of [
    [2, -2 * Math.LN2],
    [5, -(3 + 2 * 2) * Math.LN2],
  ] as const) {
    const { singularValues, weights, pascanu } = measured(window);
    expect(singularValues.lnValues[0]).toBeCloseTo(ln, 9);
    expect(weights[0].norm).toBe(0.5);
    if (window > 3) expect(pascanu).toBeNull();
    else expect(pascanu!.boundPerStep).toBeCloseTo(-Math.LN2, 9);
  }
  network.dispose();
});

test("every optimizer moves both, and plain descent moves them by their gradients", () => {
  const batch = batchOf(12, 5, "every", 9);
  const wanted = createNetwork(specOf({ cell: "gru" }), { seed: 2 });
  wanted.propagate(batch);
  for (const optimizer of OPTIMIZER_NAMES) {
    const network = createNetwork(specOf({ cell: "gru" }), { seed: 2 });
    const before = network.parameters.names.map((name) => network.parameters.get(name));
    const trainer = createTrainer(network, { optimizer: { name: optimizer, learningRate: 0.5 } });
    trainer.step(batch);
    network.parameters.names.forEach((name, i) => {
      const moved = network.parameters.get(name).map((value, k) => value - before[i][k]);
      expect(
        moved.some((value) => value !== 0),
        `${optimizer} ${name}`,
      ).toBe(true);
      if (optimizer !== "sgd") return;
      expect(
        normError(
          moved,
          wanted.gradients.get(name).map((value) => -0.5 * value),
        ),
      ).toBeLessThan(1e-5);
    });
    trainer.dispose();
    network.dispose();
  }
  wanted.dispose();
});

test("truncation and credit count steps across the bottleneck", () => {
  const batch = batchOf(20, 8, "every", 9);
  const network = createNetwork(specOf({ cell: "tanh" }), { seed: 2 });
  const flow = network.propagate(batch, { truncate: 20, credit: { matrix: true, steps: 1 } });
  for (const name of network.gradients.names) {
    expect(normError(network.truncatedGradients!.get(name), network.gradients.get(name)), name).toBeLessThan(1e-6);
  }
  // steps before the decoder's have no loss; those of the decoder reach the first step
  expect(flow.credit!.losses).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  flow.credit!.matrix!.forEach((row, i) => {
    expect(row.filter(Number.isFinite).length).toBe(13 + i);
  });
  network.dispose();
});

test("a parameter that is not finite is named where it is read", () => {
  const batch = batchOf(6, 2);
  for (const [name, step] of [
    ["encoder.bias_hh_l0", 0],
    ["decoder.weight_hh_l1", 4],
  ] as const) {
    const network = createNetwork(specOf({ cell: "tanh" }), { seed: 1 });
    network.parameters.set(name, network.parameters.get(name).fill(Number.NaN));
    expect(network.propagate(batch).nonfinite).toMatchObject({ step, tensor: name });
    network.dispose();
  }
});

describe("refusals", () => {
  test.each([
    [{ bidirectional: true }, /^network\.decoder: false together with bidirectional, .*; leave one of the two out$/],
    [
      { pooling: "mean" },
      /^network\.pooling: last together with a decoder, whose own steps have the loss, got "mean"; /,
    ],
    [{ decoder: 0 }, /^network\.decoder: at least 1, got 0; use 1 or more$/],
    [{ decoder: "yes" }, /^network\.decoder: true or false or a finite number, got "yes"; /],
    [
      { decoder: { cell: "gru" } },
      /^network\.decoder: true or false, or a number of steps: both stacks have the cells and widths of the spec, got /,
    ],
  ])("%j", (more, message) => {
    expect(() => specOf(more)).toThrow(message);
  });
  test.each([
    [true, {}, "network.decoder: the number of the decoder's steps, for this batch, got true; set decoder to it"],
    [6, {}, "network.decoder: fewer than the steps of a sequence, 6, got 6; leave the encoder at least one step"],
    [3, { lengths: [3, 6] }, "network.decoder: fewer than the steps of the shortest sequence, 3, got 3"],
    [3, { decoderSteps: 2 }, "network.decoder: 2, the decoder's steps of this batch, got 3; set it to true"],
  ])("%j with %j", (decoder, more, message) => {
    const network = createNetwork(specOf({ decoder }));
    const batch = { ...randomBatch({ B: 2, T: 6, X, Y, lossAt: "every", seed: 1 }), ...more };
    expect(() => network.propagate(batch as Batch)).toThrow(message);
    network.dispose();
  });
});
