/** The truncated gradient of an embedding: PyTorch's windows of detached state, the oracle's, and the same bits. */
import { afterAll, describe, expect, test } from "vitest";
import { createNetwork, type MeasureOptions, type Network } from "../../src/network/create.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import { parseSpec, type RecurrentInput } from "../../src/spec/index.ts";
import { parameterTable } from "../../src/spec/parameters.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { Engine, sharedEngine } from "../../src/wasm/engine.ts";
import { truncatedGoldens } from "../golden/read.ts";
import { runModel } from "../oracle/cells/run-model.ts";
import { drawParameters } from "../oracle/draw.ts";
import { masksOf, maskWords } from "../oracle/masks.ts";
import { normError } from "../setup/numbers.ts";
import { rounded } from "../setup/recurrent.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

describe("the whole and the truncated gradient are PyTorch's", () => {
  test.each(truncatedGoldens().map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    const network = createNetwork(golden.spec as unknown as RecurrentInput);
    for (const [name, { data }] of Object.entries(golden.parameters)) network.parameters.set(name, data);
    const batch: Batch = {
      ...{ name: "golden", ...golden.batch, inputs: new Float32Array(0) },
      tokens: Int32Array.from(golden.tokens!.data),
      targets: Int32Array.from(golden.targets.data),
    };
    const flow = network.propagate(batch, { truncate: golden.truncate });
    expect(Math.abs((flow.loss as number) / golden.loss - 1)).toBeLessThan(2e-6);
    expect(network.gradients.names.slice().sort()).toEqual(Object.keys(golden.truncated).sort());
    for (const [name, { data }] of Object.entries(golden.gradients)) {
      expect(normError(network.gradients.get(name), data), name).toBeLessThan(1e-5);
    }
    for (const [name, { data }] of Object.entries(golden.truncated)) {
      expect(normError(network.truncatedGradients!.get(name), data), name).toBeLessThan(1e-5);
    }
    network.dispose();
  });
});

const V = 11;

/** Models whose tables are read in every way there is. */
const MODELS: readonly (readonly [string, object])[] = [
  ["sums of ∂L/∂a by token", { cell: "lstm", embedding: { size: 3, padding: 2 } }],
  ["sums of ∂L/∂x by token: behind a mask", { cell: "gru", embedding: { size: 3 }, variationalDropout: 0.3 }],
  ["a stem", { cell: "tanh", embedding: { size: 3 }, stem: { width: [6, 4], activation: "tanh" } }],
  ["an encoder and a decoder", { cell: "gru", embedding: { size: 3 }, decoder: 3 }],
  ["a tied readout", { cell: "lstm", embedding: { size: 5, tied: true }, hidden: 5 }],
  ["dilated layers, a skip", { cell: "tanh", embedding: { size: 3 }, dilation: [1, 2], timeSkip: { steps: 3 } }],
];

function drawn(more: object, B: number, T: number) {
  const spec = parseSpec({
    ...{ kind: "recurrent", hidden: 4, layers: 2, inputs: V, outputs: V },
    ...more,
  }) as RecurrentSpec;
  const shapes = parameterTable(spec, { inputs: V, outputs: V }).map(({ name, shape }): [string, number[]] => [
    name,
    [...shape],
  ]);
  const parameters = rounded(drawParameters(shapes, 3));
  const next = (i: number) => (i * 7 + (i >> 2) * 3) % V;
  const batch = {
    ...{ name: "test", batch: B, steps: T, inputSize: V, inputs: new Float32Array(0), outputSize: V },
    tokens: Int32Array.from({ length: T * B }, (_, i) => next(i)),
    targets: Int32Array.from({ length: T * B }, (_, i) => next(i + 5)),
    lengths: Int32Array.from({ length: B }, (_, b) => T - ((b * 3) % (T >> 1))),
    ...(spec.decoder === undefined ? {} : { decoderSteps: spec.decoder as unknown as number }),
    ...{ loss: "cross_entropy", lossAt: "every" },
  } as Batch & { readonly steps: number };
  const make = (options: object = {}): Network => {
    const network = createNetwork(spec, { seed: 3, ...options });
    for (const [name, { data }] of Object.entries(parameters)) network.parameters.set(name, data);
    return network;
  };
  return { spec, parameters, batch, make };
}

const truncatedOf = (network: Network) =>
  network.gradients.names.map((name) => [name, network.truncatedGradients!.get(name)]);

describe.each(MODELS)("%s", (_, more) => {
  test.each([
    [1, 1],
    [2, 5],
    [4, 4],
  ])("k1 = %i, k2 = %i: the float64 oracle's", (k1, k2) => {
    const { spec, parameters, batch, make } = drawn(more, 9, 9);
    const network = make();
    network.propagate(batch, { truncate: { k1, k2 } });
    const wanted = runModel(spec, parameters, batch, masksOf(spec, maskWords(3)), { k1, k2 });
    for (const [name, values] of Object.entries(wanted.truncated!)) {
      expect(normError(network.truncatedGradients!.get(name), values), name).toBeLessThan(2e-5);
    }
    network.dispose();
  });

  test("windows as long as the sequence: every bit of the whole gradient", () => {
    const { batch, make } = drawn(more, 11, 40);
    const network = make();
    network.propagate(batch, { truncate: 40 });
    for (const name of network.gradients.names) {
      expect(network.truncatedGradients!.get(name), name).toEqual(network.gradients.get(name));
    }
    network.dispose();
  });

  test("the same bits on workers, from checkpoints, and of the whole gradient without truncation", async () => {
    const { batch, make } = drawn(more, 19, 200);
    const options = { truncate: { k1: 3, k2: 20 }, contributions: false } as const satisfies MeasureOptions;
    const network = make();
    network.propagate(batch, options);
    const [whole, bytes] = [truncatedOf(network), network.memoryBytes];
    const gradients = network.gradients.names.map((name) => network.gradients.get(name));
    for (const threads of [2, 3]) {
      await network.propagateAsync(batch, { ...options, threads });
      expect(truncatedOf(network)).toEqual(whole);
    }
    network.propagate(batch, { contributions: false });
    expect(network.gradients.names.map((name) => network.gradients.get(name))).toEqual(gradients);
    network.dispose();
    const parts = make({ engine: new Engine(), memoryLimit: bytes - 1 });
    parts.propagate(batch, options);
    expect(parts.memoryBytes).toBeLessThan(bytes);
    expect(truncatedOf(parts)).toEqual(whole);
    parts.dispose();
  });
});
