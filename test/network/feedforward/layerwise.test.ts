/** Hidden layers with activations, norms and initializations of their own: against the oracle, bits, statistics, messages. */
import { afterAll, describe, expect, it } from "vitest";
import type { NormName } from "../../../src/catalogue/index.ts";
import { createTrainer, gradientStatistics, jacobians, predict } from "../../../src/index.ts";
import { createNetwork } from "../../../src/network/create.ts";
import { describeNetwork } from "../../../src/report/kit/describe.ts";
import { resolveTask } from "../../../src/tasks/index.ts";
import { poolOf } from "../../../src/parallel/pool.ts";
import { parseSpec, type FeedforwardSpec } from "../../../src/spec/index.ts";
import { sharedEngine } from "../../../src/wasm/engine.ts";
import { PLAIN } from "../../oracle/feedforward.ts";
import type { FeedforwardOracleSpec } from "../../oracle/feedforward.ts";
import { make, sameBits } from "../../parallel/same.ts";
import { layersGoldens } from "../../golden/read.ts";
import { norm } from "../../oracle/linear.ts";
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

/** Layers with norms of their own, and tanh. */
const norms = (...names: readonly NormName[]) => names.map((norm) => ({ norm }));

describe("against the oracle", () => {
  for (const more of [
    {},
    { norm: "layer" },
    { norm: "batch", normPosition: "after" },
    { residual: "identity", activationPosition: "pre", width: 6 },
    { residual: "identity", activationPosition: "post", width: 6, blockLayers: 2 },
    { residual: "dense", width: 4 },
    { norm: "weight" },
    { layerwise: norms("none", "layer", "rms", "weight", "batch"), normEpsilon: 1e-3 },
    { layerwise: norms("rms", "none", "layer", "none", "weight"), normPosition: "after", width: 1 },
    { layerwise: norms("none", "batch", "layer", "none", "rms"), normPosition: "pre", residual: "identity", width: 6 },
    { layerwise: norms("none", "none", "rms", "batch", "layer"), normPosition: "post", residual: "scaled", width: 9 },
    {
      layerwise: norms("weight", "layer", "none", "rms", "none"),
      activationPosition: "pre",
      residual: "skipinit",
      width: 8,
    },
    { layerwise: norms("none", "rms", "weight", "none", "layer"), residual: "highway", width: 17, blockLayers: 2 },
    { layerwise: norms("rms", "none", "layer", "weight", "none"), residual: "dense", width: 3, dropout: 0.3 },
  ]) {
    it(JSON.stringify(more), () => {
      const spec = oracleSpec(more);
      check({ spec, batch: 5, inputs: 3, outputs: 2, loss: "mse", seed: 3 });
      check({ spec, batch: 9, inputs: 4, outputs: null, loss: "none", seed: 4 });
    });
  }
});

describe("PyTorch's layers, each with its own activation and norm", () => {
  it.each(layersGoldens().map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    const network = createNetwork(golden.spec);
    expect([...network.parameters.names].sort()).toEqual(Object.keys(golden.parameters).sort());
    for (const [name, { data }] of Object.entries(golden.parameters)) network.parameters.set(name, data);
    const float32 = ({ shape, data }: Tensor) => ({ shape, data: Float32Array.from(data) });
    const flow = network.propagate({ inputs: float32(golden.inputs), targets: float32(golden.targets) });
    expect(Math.abs((flow.loss as number) / golden.loss - 1)).toBeLessThan(1e-6);
    for (const [name, { data }] of Object.entries(golden.gradients)) {
      const mine = network.gradients.get(name);
      // a bias ahead of a batch norm has no gradient: rounding is left of it
      if (norm([data]) < 1e-12) expect(norm([mine]), name).toBeLessThan(1e-6);
      else expect(normError(mine, data), name).toBeLessThan(1e-5);
    }
    network.dispose();
  });
});

describe("the same bits for any number of workers", () => {
  it.each([
    { width: 9, activation: ["tanh", "relu", "prelu", "gelu"] },
    { width: [9, 4, 17, 8], norm: ["layer", "none", "rms", "weight"] },
  ])("%j", async (lists) => {
    const network = { kind: "feedforward", ...lists };
    await sameBits({ name: "lists", network: network as never, task: "gaussian", batch: 37 }, [2, 3]);
  });
});

describe("norms of single layers", () => {
  const spec = { kind: "feedforward", width: 6, norm: ["layer", "none", "weight"] } as const;

  it("are kept as `layerwise`, and name their layers in the report", () => {
    const parsed = parseSpec(spec);
    expect(parsed).toMatchObject({ depth: 3, norm: "layer" });
    expect(parsed.layerwise).toEqual([{ norm: "layer" }, { norm: "none" }, { norm: "weight" }]);
    expect(parseSpec(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
    expect(describeNetwork({ spec: parsed })).toContain(", layer, none, weight norm before");
    expect(predict(spec).why).toBe("No theory here describes layers that differ in norm.");
  });

  it("train, and each update moves the parameters of every layer", () => {
    const batch = resolveTask("gaussian", { batch: 9, seed: 3, kind: "feedforward" });
    const network = make(spec, batch);
    const trainer = createTrainer(network);
    const { names } = network.parameters;
    expect(names).toEqual(expect.arrayContaining(["norms.0.weight", "layers.1.weight", "layers.2.weight_g"]));
    expect(names).not.toContain("norms.1.weight");
    const sums = (values: Float32Array) => Array.from({ length: 6 }, (_, i) => norm([values.slice(6 * i, 6 * i + 6)]));
    const [g, v] = ["layers.2.weight_g", "layers.2.weight_v"].map((name) => network.parameters.get(name));
    expect(normError(g, sums(v)), "weight norm starts as the weight").toBeLessThan(1e-6);
    const before = names.map((name) => Array.from(network.parameters.get(name)));
    for (let update = 0; update < 3; update++) trainer.step(batch);
    names.forEach((name, n) => {
      expect(Array.from(network.parameters.get(name)), name).not.toEqual(before[n]);
    });
    network.dispose();
  });

  it("a batch norm in one layer is a batch norm of the network", async () => {
    const mixed = { kind: "feedforward", width: 6, norm: ["none", "batch", "none"] } as const;
    // its samples depend on each other: a pass is not split, whatever the number of workers
    await sameBits({ name: "mixed", network: mixed, task: "gaussian", batch: 17 }, [2]);
    expect(() => jacobians({ network: mixed })).toThrow(
      /^network\.norm: a norm of single samples for Jacobians, got "batch"/,
    );
    const network = createNetwork(mixed, { inputs: 3, outputs: 2 });
    const batch = { inputs: new Float32Array(12), targets: new Float32Array(8) };
    expect(() => gradientStatistics(network, batch)).toThrow(/got "norm: batch"/);
    network.dispose();
  });
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
  [{ norm: ["layer", "none"], depth: 3 }, /^network\.norm: one entry for each of 3 layers, /],
  [{ norm: ["layer", "lyer"] }, /^network\.layerwise\.1\.norm: one of /],
  [{ norm: ["layer", "weight"], parametrization: "mup" }, /^network\.norm: none, or a norm of the activations, /],
  [{ depth: 3, layerwise: [{ activation: "relu" }] }, /^network\.layerwise: an entry for each of 3 layers, /],
])("%j is refused", (more, message) => {
  expect(() => parseSpec({ kind: "feedforward", ...more })).toThrow(message);
});
