/** Hidden layers with activations and initializations of their own: against the oracle, bits, statistics, messages. */
import { afterAll, describe, expect, it } from "vitest";
import { createNetwork } from "../../../src/network/create.ts";
import { poolOf } from "../../../src/parallel/pool.ts";
import { parseSpec, type FeedforwardSpec } from "../../../src/spec/index.ts";
import { sharedEngine } from "../../../src/wasm/engine.ts";
import { PLAIN } from "../../oracle/feedforward.ts";
import type { FeedforwardOracleSpec } from "../../oracle/feedforward.ts";
import { sameBits } from "../../parallel/same.ts";
import { layersGoldens } from "../../golden/read.ts";
import type { Tensor } from "../../oracle/tensor.ts";
import { normError } from "../../setup/numbers.ts";
import { check } from "./check.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

const ACTIVATIONS = ["tanh", "relu", "prelu", "sigmoid", "gelu"] as const;

/** A spec as it is after its list was taken apart. */
const oracleSpec = (more: object = {}): FeedforwardOracleSpec => ({
  ...PLAIN,
  depth: 5,
  width: [5, 7, 3, 7, 7],
  layerwise: ACTIVATIONS.map((activation) => ({ activation })),
  ...more,
});

describe("against the oracle", () => {
  for (const more of [
    {},
    { norm: "layer" },
    { norm: "batch", normPosition: "after" },
    { residual: "identity", activationPosition: "pre", width: 6 },
    { residual: "identity", activationPosition: "post", width: 6, blockLayers: 2 },
    { residual: "dense", width: 4 },
    { norm: "weight" },
  ]) {
    it(JSON.stringify(more), () => {
      const spec = oracleSpec(more);
      check({ spec, batch: 5, inputs: 3, outputs: 2, loss: "mse", seed: 3 });
      check({ spec, batch: 9, inputs: 4, outputs: null, loss: "none", seed: 4 });
    });
  }
});

describe("PyTorch's layers, each with its own activation", () => {
  it.each(layersGoldens().map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    const network = createNetwork(golden.spec);
    expect([...network.parameters.names].sort()).toEqual(Object.keys(golden.parameters).sort());
    for (const [name, { data }] of Object.entries(golden.parameters)) network.parameters.set(name, data);
    const float32 = ({ shape, data }: Tensor) => ({ shape, data: Float32Array.from(data) });
    const flow = network.propagate({ inputs: float32(golden.inputs), targets: float32(golden.targets) });
    expect(Math.abs((flow.loss as number) / golden.loss - 1)).toBeLessThan(1e-6);
    for (const [name, { data }] of Object.entries(golden.gradients)) {
      expect(normError(network.gradients.get(name), data), name).toBeLessThan(1e-5);
    }
    network.dispose();
  });
});

it("the same bits for any number of workers", async () => {
  const network = { kind: "feedforward", width: 9, activation: ["tanh", "relu", "prelu", "gelu"] } as const;
  await sameBits({ name: "lists", network: network as never, task: "gaussian", batch: 37 }, [2, 3]);
});

it("each layer is drawn by its own law, and its statistics are about its own φ", () => {
  const spec = parseSpec({
    kind: "feedforward",
    width: 6,
    activation: ["relu", "tanh", "prelu"],
    init: { weight: ["zeros", "identity", "orthogonal"] },
  }) as FeedforwardSpec;
  expect(spec).toMatchObject({ depth: 3, activation: "relu", init: { weight: "zeros" } });
  expect(parseSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  const network = createNetwork(spec, { inputs: 3, outputs: 2 });
  expect(network.parameters.names).toContain("activations.2.weight");
  expect(network.parameters.names).not.toContain("activations.1.weight");
  expect(network.parameters.get("layers.0.weight").every((value) => value === 0)).toBe(true);
  expect(Array.from(network.parameters.get("layers.1.weight").slice(0, 8))).toEqual([1, 0, 0, 0, 0, 0, 0, 1]);
  const flow = network.propagate({ inputs: new Float32Array(12).fill(1), targets: new Float32Array(8) });
  // ReLU of zeros: φ' is zero everywhere; tanh of zeros: φ' is one
  expect(Array.from(flow.statistics!.dead)).toEqual([1, 0, 0]);
  network.dispose();
});

it.each([
  [{ activation: ["relu", "tanh"], depth: 3 }, /^network\.activation: one entry for each of 3 layers, /],
  [{ activation: ["relu", "tahn"] }, /^network\.layerwise\.1\.activation: one of /],
  [{ depth: 3, layerwise: [{ activation: "relu" }] }, /^network\.layerwise: an entry for each of 3 layers, /],
])("%j is refused", (more, message) => {
  expect(() => parseSpec({ kind: "feedforward", ...more })).toThrow(message);
});
