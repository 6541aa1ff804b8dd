/** The same bits, however many workers share the batch of a deep network. */
import { availableParallelism } from "node:os";
import { afterAll, describe, expect, test, vi } from "vitest";
import { createNetwork, createTrainer, propagateAsync } from "../../src/index.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { resolveTask } from "../../src/tasks/index.ts";
import { sharedEngine } from "../../src/wasm/engine.ts";
import { type Case, make, sameBits } from "./same.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

const deep = (rest: object = {}): NetworkInput =>
  ({ kind: "feedforward", width: 12, depth: 5, ...rest }) as NetworkInput;

const CASES: readonly Case[] = [
  { name: "tanh", network: deep(), task: "gaussian", batch: 19 },
  {
    name: "widths that are no multiples of a tile",
    network: deep({ width: [5, 9, 17], depth: 3 }),
    task: "gaussian",
    batch: 17,
  },
  { name: "layer norm", network: deep({ norm: "layer" }), task: "gaussian", batch: 24 },
  {
    name: "RMS norm behind the activation",
    network: deep({ norm: "rms", normPosition: "after" }),
    task: "gaussian",
    batch: 21,
  },
  { name: "weight norm", network: deep({ norm: "weight" }), task: "gaussian", batch: 20 },
  { name: "PReLU", network: deep({ activation: "prelu" }), task: "gaussian", batch: 18 },
  { name: "learned multipliers on the branches", network: deep({ residual: "skipinit" }), task: "gaussian", batch: 19 },
  {
    name: "highway, the φ before W",
    network: deep({ residual: "highway", activationPosition: "pre" }),
    task: "gaussian",
    batch: 19,
  },
  { name: "dense", network: deep({ residual: "dense", width: 6 }), task: "gaussian", batch: 26 },
  {
    name: "blocks of two, some dropped",
    network: deep({ residual: "identity", blockLayers: 2, stochasticDepth: 0.5 }),
    task: "gaussian",
    batch: 17,
  },
  { name: "LSUV", network: deep({ init: { lsuv: true } }), task: "gaussian", batch: 17 },
  { name: "a single layer", network: deep({ depth: 1 }), task: "gaussian", batch: 9 },
  {
    name: "a gradient far below float32",
    network: deep({ activation: "sigmoid", depth: 60 }),
    task: "gaussian",
    batch: 17,
  },
  {
    name: "a run that diverges",
    network: deep({ activation: "relu", depth: 70, init: { gain: 30 } }),
    task: "gaussian",
    batch: 17,
  },
  {
    name: "the norms of the layers alone",
    network: deep(),
    task: "gaussian",
    batch: 40,
    options: { ledger: false, probe: false, statistics: false, quantiles: false },
  },
  { name: "300 samples: weight gradients of two blocks", network: deep(), task: "gaussian", batch: 300 },
  { name: "batch norm", network: deep({ norm: "batch" }), task: "gaussian", batch: 19 },
  {
    name: "batch norm behind the activation, with a skip",
    network: deep({ norm: "batch", normPosition: "after", residual: "identity", activation: "relu" }),
    task: "gaussian",
    batch: 41,
  },
  {
    name: "batch norm of layers of different widths, and dropout",
    network: deep({ norm: "batch", width: [5, 9, 17], depth: 3, dropout: 0.3 }),
    task: "gaussian",
    batch: 70,
  },
  {
    name: "batch norm beside other norms",
    network: deep({ norm: ["batch", "layer", "none", "batch", "rms"] }),
    task: "gaussian",
    batch: 33,
  },
  {
    name: "batch norm that explodes",
    network: deep({ norm: "batch", depth: 60, activation: "relu" }),
    task: "gaussian",
    batch: 17,
  },
  { name: "eight samples: one panel", network: deep(), task: "gaussian", batch: 8 },
];

describe("2, 3 and 5 workers and the synchronous pass give the same bits", () => {
  test.each(CASES)("$name", (one) => sameBits(one, [2, 3, 5]));

  test("without targets the readout is bypassed, its gradient zero", async () => {
    const inputs = Float32Array.from({ length: 20 * 4 }, (_, i) => Math.sin(i));
    const network = createNetwork(deep(), { seed: 3, inputs: 4, outputs: 2 });
    const expected = network.propagate({ inputs });
    const bias = network.gradients.get("layers.2.bias");
    expect(await network.propagateAsync({ inputs }, { threads: 2 })).toEqual(expected);
    expect(network.gradients.get("layers.2.bias")).toEqual(bias);
    expect(network.gradients.get("readout.weight").every((value) => value === 0)).toBe(true);
    network.dispose();
  });

  test("weights that were set or trained since are the weights that run", async () => {
    const batch = resolveTask("gaussian", { batch: 16, seed: 3, kind: "feedforward" });
    const network = make(deep(), batch);
    const first = await network.propagateAsync(batch, { threads: 2 });
    network.parameters.set("layers.1.bias", new Float32Array(12).fill(0.5));
    const second = await network.propagateAsync(batch, { threads: 2 });
    expect(second.lnGradientNorm).not.toEqual(first.lnGradientNorm);
    const trainer = createTrainer(network, { optimizer: "sgd" });
    for (let i = 0; i < 2; i++) {
      trainer.step(batch);
      const shared = await network.propagateAsync(batch, { threads: 2 });
      expect(shared).toEqual(network.propagate(batch));
      expect(shared.lnGradientNorm).not.toEqual(second.lnGradientNorm);
    }
    trainer.dispose();
    network.dispose();
  });

  test.skipIf(availableParallelism() < 2)("auto leaves a small pass whole, and splits a large one", async () => {
    const runs = vi.spyOn(poolOf(sharedEngine().module), "run");
    for (const [network, calls] of [
      [deep(), 0],
      [deep({ width: 256, depth: 20 }), 2],
    ] as const) {
      runs.mockClear();
      await propagateAsync({ network, task: "gaussian", batch: 64, threads: "auto" });
      expect(runs).toHaveBeenCalledTimes(calls);
    }
    runs.mockRestore();
  });

  test("progress is the share of the jobs done", async () => {
    const batch = resolveTask("gaussian", { batch: 32, seed: 3, kind: "feedforward" });
    const network = make(deep(), batch);
    const shares: number[] = [];
    await network.propagateAsync(batch, { threads: 2, onProgress: (share) => void shares.push(share) });
    expect(shares).toEqual(shares.map((_, i) => (i + 1) / shares.length));
    expect(shares.length).toBeGreaterThan(2);
    network.dispose();
  });
});
