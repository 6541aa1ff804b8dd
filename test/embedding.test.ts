/** A program that keeps networks hears their events, and gets back the memory of those it disposes of. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { createNetwork, createTrainer, diagnose, type Network, propagate } from "../src/index.ts";
import { Engine } from "../src/wasm/engine.ts";

const recurrent = { kind: "recurrent", inputs: 1, hidden: 3, outputs: 2 } as const;
const deep = { kind: "feedforward", inputs: 1, width: 3, depth: 2, outputs: 2 } as const;
/** Arrays that fit: two samples, three steps of a recurrent network. */
const arrays = (network: Network) => ({
  inputs: {
    shape: network.spec.kind === "recurrent" ? [3, 2, 1] : [2, 1],
    data: new Float32Array(network.spec.kind === "recurrent" ? 6 : 2).fill(0.5),
  },
  targets: { shape: [2, 2], data: new Float32Array(4) },
});
const alive = new Set<Network>();
const live = (spec: typeof recurrent | typeof deep, engine = new Engine()) => {
  const network = createNetwork(spec, { seed: 1, engine });
  alive.add(network);
  return network;
};
afterEach(() => {
  for (const network of alive) network.dispose();
  alive.clear();
});

describe.each([recurrent, deep])("a live $kind network", (spec) => {
  const weight = spec.kind === "recurrent" ? "rnn.weight_ih_l0" : "layers.0.weight";

  it("tells of every pass with the flow that propagate returns, whole or in parts", () => {
    const network = live(spec);
    const flows: unknown[] = [];
    const stop = network.on("pass", ({ flow }) => flows.push(flow));
    const first = network.propagate(arrays(network));
    const parts = network.propagateInParts(arrays(network));
    let next = parts.next();
    while (!next.done) next = parts.next();
    expect(flows).toEqual([first, next.value]);
    expect(flows[0]).toBe(first);
    stop();
    network.propagate(arrays(network));
    expect(flows).toHaveLength(2);
  });

  it("tells which parameters changed: set by hand, or trained", () => {
    const network = live(spec);
    const changes: (readonly string[])[] = [];
    network.on("parameters", ({ names }) => changes.push(names));
    network.parameters.set(weight, network.parameters.get(weight));
    const frozen = (name: string) => name.startsWith("readout");
    const trainer = createTrainer(network, { frozen });
    const size = spec.kind === "recurrent" ? 6 : 2;
    const step = { ...(spec.kind === "recurrent" ? { steps: 3 } : {}), lossAt: "last" } as const;
    const batch = { batch: 2, ...step, inputSize: 1, inputs: new Float32Array(size).fill(0.5), name: "test" };
    trainer.step({ ...batch, outputSize: 2, targets: Float32Array.of(1, 2, 3, 4), loss: "mse" });
    trainer.dispose();
    expect(changes).toEqual([[weight], network.parameters.names.filter((name) => !frozen(name))]);
  });

  it("tells of memory where a plan is reserved, and not where one is used again", () => {
    const engine = new Engine();
    const network = live(spec, engine);
    const sizes: number[][] = [];
    network.on("memory", ({ bytes, engineBytes }) => sizes.push([bytes, engineBytes]));
    network.propagate(arrays(network));
    network.propagate(arrays(network));
    expect(sizes).toEqual([[network.memoryBytes, engine.memoryBytes]]);
    network.propagate(arrays(network), { probe: false });
    expect(sizes).toHaveLength(2);
    expect(sizes[1][0]).toBeLessThan(sizes[0][0]);
  });

  it("tells once that it is gone, and holds nothing afterwards", () => {
    const network = live(spec);
    network.propagate(arrays(network));
    const gone = vi.fn();
    network.on("dispose", gone);
    network.dispose();
    network.dispose();
    expect(gone).toHaveBeenCalledTimes(1);
    expect(network.memoryBytes).toBe(0);
  });

  it("refuses every use after dispose", () => {
    const network = live(spec);
    network.propagate(arrays(network));
    network.dispose();
    const uses: (() => unknown)[] = [
      () => network.propagate(arrays(network)),
      () => network.propagateInParts(arrays(network)).next(),
      () => network.parameters.get(weight),
      () => network.parameters.set(weight, new Float32Array(3)),
      () => network.gradients.get(weight),
      () => network.gradients.scaled(weight),
      () => network.gradients.lnNorm(weight),
    ];
    for (const use of uses) expect(use).toThrow('network: alive, got "a disposed one"; create a new one');
  });

  it("a listener may dispose of the network it hears from: the flow is whole", () => {
    const network = live(spec);
    network.on("pass", () => network.dispose());
    const flow = network.propagate(arrays(network));
    expect(flow.outcome).toBe("finite");
    expect(network.memoryBytes).toBe(0);
  });

  it("a listener that throws loses neither the pass nor the listeners behind it", async () => {
    const network = live(spec);
    const error = new Error("the host's own");
    const queued: (() => void)[] = [];
    const queue = vi.spyOn(globalThis, "queueMicrotask").mockImplementation((task) => void queued.push(task));
    const behind = vi.fn();
    network.on("pass", () => {
      throw error;
    });
    network.on("pass", behind);
    const flow = network.propagate(arrays(network));
    queue.mockRestore();
    expect(behind).toHaveBeenCalledWith({ flow });
    expect(queued).toHaveLength(1);
    expect(queued[0]).toThrow(error);
  });

  it("refuses an unknown event, and a listener that is not a function", () => {
    const network = live(spec);
    expect(() => network.on("passed" as "pass", () => undefined)).toThrow(
      "network.on: one of pass, parameters, memory, dispose",
    );
    expect(() => network.on("pass", 3 as never)).toThrow('network.on("pass"): a function, got 3');
  });
});

describe("a recurrent network with a value that is not finite", () => {
  const flowOf = (name: string, value: number, options: { layers?: number; targets?: boolean } = {}) => {
    const { layers = 1, targets = true } = options;
    const network = createNetwork({ ...recurrent, layers }, { seed: 1, engine: new Engine() });
    const values = network.parameters.get(name);
    values[values.length - 1] = value;
    network.parameters.set(name, values);
    const { inputs, targets: ownTargets } = arrays(network);
    const flow = network.propagate(targets ? { inputs, targets: ownTargets } : { inputs });
    network.dispose();
    return flow;
  };

  it.each([
    ["rnn.weight_ih_l0", { step: 0, layer: 0 }],
    ["rnn.weight_hh_l0", { step: 0, layer: 0 }],
    ["rnn.bias_hh_l1", { step: 0, layer: 1 }],
    ["readout.weight", { step: 2, layer: 2 }],
  ])("names %s, where it was put", (name, place) => {
    const flow = flowOf(name, Number.NaN, { layers: 2 });
    expect(flow.nonfinite).toEqual({ ...place, tensor: name });
    expect(diagnose(flow).summary).toContain(name);
  });

  it("an infinite weight that tanh hides on the way out is named all the same", () => {
    expect(flowOf("rnn.weight_hh_l0", Number.POSITIVE_INFINITY).nonfinite?.tensor).toBe("rnn.weight_hh_l0");
  });

  it("a readout that the pass leaves out is not blamed, nor is anything else", () => {
    expect(flowOf("readout.weight", Number.NaN, { targets: false }).outcome).toBe("finite");
  });

  it("a level that became infinite by itself is blamed, not the parameters of the level above it", () => {
    const network = createNetwork({ ...recurrent, cell: "relu", layers: 2 }, { seed: 1, engine: new Engine() });
    network.parameters.set("rnn.weight_ih_l0", new Float32Array(3).fill(1e38));
    network.parameters.set("rnn.bias_ih_l0", new Float32Array(3).fill(3.4e38));
    network.parameters.set("rnn.bias_ih_l1", new Float32Array(3).fill(Number.NaN));
    const { inputs } = arrays(network);
    expect(network.propagate({ inputs }).nonfinite).toEqual({ step: 0, layer: 0, tensor: "h" });
    network.dispose();
  });
});

it("a flow, with everything that can be asked for, survives structuredClone", () => {
  const flow = propagate({
    network: { kind: "recurrent", cell: "lstm", hidden: 4, layers: 2 },
    task: { name: "copy", steps: 12 },
    batch: 3,
    truncate: 4,
    credit: { matrix: true },
    lastStep: true,
  });
  expect(structuredClone(flow)).toEqual(flow);
  expect(structuredClone(diagnose(flow))).toEqual(diagnose(flow));
});
