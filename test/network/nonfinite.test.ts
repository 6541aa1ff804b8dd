import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/index.ts";
import { taskBatch } from "../../src/index.ts";
import { parameterTable } from "../../src/spec/parameters.ts";
import { createNetwork } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { propagate } from "../../src/measure/propagate.ts";
import { gap } from "../setup/numbers.ts";
import { sumFlow } from "../setup/sum-flow.ts";

const recurrent = (options: object): NetworkInput =>
  ({ kind: "recurrent", hidden: 1, inputs: 1, ...options }) as NetworkInput;

describe("factors above 2^87 on the way back", () => {
  for (const w of [1e27, 1e28, -1e33, 3e38]) {
    const ln = Math.log(Math.abs(Math.fround(w)));
    it.each(["identity", "tanh", "relu", "indrnn", "softsign"] as const)(`W_hh = ${w}, %s`, (cell) => {
      const bias = cell === "relu" ? 1e-40 : 0;
      const flow = sumFlow(
        recurrent({ cell, hidden: 3 }),
        {
          "rnn.weight_hh_l0": cell === "indrnn" ? [w, w, w] : [w, 0, 0, 0, w, 0, 0, 0, w],
          "rnn.bias_ih_l0": bias,
        },
        { steps: cell === "relu" ? 2 : 9 },
      );
      if (cell === "relu" && w < 0) return; // shut
      expect(flow.outcome).toBe("finite");
      for (const profile of [flow.lnGradientNorm, flow.probe!.lnGradientNorm]) {
        const last = profile.length - 1;
        profile.forEach((value, t) => void expect(gap(value - profile[last], (last - t) * ln)).toBeLessThan(1e-4));
      }
    });

    it(`W = ${w} in every layer of a deep network`, () => {
      const flow = sumFlow(
        { kind: "feedforward", width: 2, depth: 6, inputs: 1, activation: "tanh" },
        Object.fromEntries(Array.from({ length: 5 }, (_, l) => [`layers.${l + 1}.weight`, [w, 0, 0, w]])),
      );
      expect(flow.outcome).toBe("finite");
      flow.lnGradientNorm.forEach((value, l) => {
        expect(gap(value - flow.lnGradientNorm[5], (5 - l) * ln)).toBeLessThan(1e-4);
      });
    });
  }

  it("a second pass of the same network gives the same bits", () => {
    const network = createNetwork(recurrent({ cell: "identity" }), { outputs: null });
    network.parameters.set("rnn.weight_hh_l0", [1e30]);
    const own = { name: "x", batch: 1, steps: 5, inputSize: 1, inputs: new Float32Array(5) };
    const batch = { ...own, loss: "none", lossAt: "last" } as const;
    const [first, second] = [0, 0].map(() => network.propagate(batch).lnGradientNorm);
    expect(second).toEqual(first);
    network.dispose();
  });
});

describe("where the first number stands that is not finite", () => {
  const T = 200;
  const explode = (direction: "" | "_reverse", level: number) =>
    sumFlow(
      recurrent({ cell: "identity", layers: 2, bidirectional: true }),
      {
        [`rnn.weight_hh_l${level}${direction}`]: 4,
        "rnn.weight_ih_l0": 1,
        "rnn.weight_ih_l0_reverse": 1,
        "rnn.weight_ih_l1": [1, 1],
        "rnn.weight_ih_l1_reverse": [1, 1],
      },
      { steps: T, inputs: new Float32Array(T).fill(1) },
    );

  it("in a reversed direction: where it began, from the end of the sequence on", () => {
    // Σ 4^k passes 2^128 at the 65th step of its own order
    expect(explode("", 0).nonfinite).toEqual({ step: 64, layer: 0, tensor: "h" });
    expect(explode("_reverse", 0).nonfinite).toEqual({ step: T - 65, layer: 0, reverse: true, tensor: "h" });
    expect(explode("_reverse", 1).nonfinite).toMatchObject({ layer: 1, reverse: true, tensor: "h" });
    expect(explode("_reverse", 1).nonfinite!.step).toBeGreaterThan(T - 70);
  });

  it("layers are counted as those of parameters; a readout's is their number", () => {
    const network = createNetwork(recurrent({ cell: "tanh", layers: 3, bidirectional: true }), { outputs: 1 });
    const batch = {
      name: "x",
      batch: 1,
      steps: 4,
      inputSize: 1,
      inputs: new Float32Array(4),
      loss: "mse",
      lossAt: "last",
      targets: new Float32Array(1),
      outputSize: 1,
    } as const;
    network.parameters.set("readout.bias", [Number.NaN]);
    expect(network.propagate(batch).nonfinite).toEqual({ step: 3, layer: 3, tensor: "readout.bias" });
    network.parameters.set("readout.bias", [0]);
    network.parameters.set("rnn.bias_ih_l2_reverse", [Number.NaN]);
    expect(network.propagate(batch).nonfinite).toMatchObject({ layer: 2, tensor: "rnn.bias_ih_l2_reverse" });
    network.dispose();
  });

  it("an infinite parameter is named though everything after it is finite", () => {
    const deep = propagate({
      network: { kind: "feedforward", width: 8, depth: 5, activation: "tanh", init: { biasStd: 3e38 } },
      seed: 1,
    });
    expect(deep.nonfinite).toEqual({ layer: 1, tensor: "layers.1.bias" });
    for (const cell of ["tanh", "lstm", "gru"] as const) {
      const network = { kind: "recurrent", cell, hidden: 8, layers: 2, init: { biasStd: 3e38 } } as const;
      const flow = propagate({ network, task: { name: "adding", steps: 10 }, seed: 1 });
      expect(flow.outcome).toBe("nonfinite");
      expect(flow.nonfinite!.tensor).toMatch(/^rnn\.bias_ih_l[01]$/);
    }
  });
});

describe("the layer of a NaN is that of the table of parameters, in the verdict's words too", () => {
  const task = { name: "adding", steps: 6 } as const;
  const kinds: Record<string, NetworkInput> = {
    stack: { kind: "recurrent", cell: "lstm", hidden: 4, layers: 3 },
    "both directions": { kind: "recurrent", cell: "gru", hidden: 4, layers: 2, bidirectional: true },
    "stem and head": {
      ...{ kind: "recurrent", cell: "tanh", hidden: 4, layers: 2 },
      ...{ stem: { width: [3, 3], norm: "layer" }, head: { width: [3, 3] } },
    } as NetworkInput,
    embedding: { kind: "recurrent", cell: "tanh", hidden: 4, inputs: 10, embedding: { size: 3 } },
    norms: { kind: "feedforward", depth: 4, width: 4, activation: "prelu", norm: "layer" },
    branches: { kind: "feedforward", depth: 4, width: 4, activation: "tanh", residual: "scaled" },
    gates: { kind: "feedforward", depth: 4, width: 4, activation: "tanh", residual: "highway" },
  };
  it.each(Object.entries(kinds))("%s", (_, spec) => {
    const recurrent = spec.kind === "recurrent";
    const tokens = recurrent && spec.embedding !== undefined;
    const batch = taskBatch({
      kind: spec.kind,
      task: tokens ? { name: "copy", steps: 6 } : recurrent ? task : { name: "gaussian", inputs: 4 },
      batch: 3,
    });
    const sizes = tokens ? { outputs: 10 } : { inputs: batch.inputSize, outputs: batch.outputSize };
    const network = createNetwork(spec, { ...sizes, seed: 1 });
    const layers = network.spec.kind === "recurrent" ? network.spec.layers : network.spec.depth;
    for (const { name, layer, place } of parameterTable(network.spec, network.sizes)) {
      const own = network.parameters.get(name);
      network.parameters.set(name, own.slice().fill(Number.NaN));
      const flow = network.propagate(batch);
      network.parameters.set(name, own);
      const reverse = place.module === "rnn" && place.reverse;
      expect(flow.nonfinite, name).toMatchObject({ layer, tensor: name, ...(reverse ? { reverse } : {}) });
      const said = ["readout", "head", "stem", "embedding"].includes(place.module)
        ? `of the ${place.module}:`
        : `of layer ${layer}${reverse ? " in reverse" : ""}:`;
      const { summary } = diagnose(flow);
      expect(recurrent ? summary : summary.replace(" at ", " of "), name).toContain(said);
      expect(said.includes(`layer ${layers}`), name).toBe(false);
    }
    network.dispose();
  });

  it("a gradient that overflows is placed at the parameter's layer", () => {
    const spec: NetworkInput = { kind: "recurrent", cell: "tanh", hidden: 4, layers: 2, head: { width: [3, 3] } };
    const network = createNetwork(spec, { inputs: 2, outputs: 1, seed: 1 });
    const { length } = network.parameters.get("head.0.bias");
    network.parameters.set("head.0.bias", new Float32Array(length).fill(1e38));
    const flow = network.propagate(taskBatch({ kind: "recurrent", task, batch: 3 }));
    expect(flow.nonfinite).toMatchObject({ layer: 2, tensor: "gradient" });
    expect(diagnose(flow).summary).toContain("at the head or the readout");
    network.dispose();
  });
});
