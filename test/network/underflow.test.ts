/**
 * Numbers that no float32 holds are reported: entries of one sample further apart than float32's range, slopes
 * among subnormals, activations too small for the weights' gradients. Exact zeros are not reported.
 */
import { describe, expect, test } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import type { GradientFlow } from "../../src/flow/index.ts";

const DEAD = Number.NEGATIVE_INFINITY;

function flowOf(
  spec: NetworkInput,
  values: Record<string, ArrayLike<number>>,
  inputs: ArrayLike<number>,
  batch = 1,
  options = {},
): GradientFlow {
  const network = createNetwork(spec, { seed: 1 });
  for (const name of network.parameters.names) {
    const zeros = new Float32Array(network.parameters.get(name).length);
    network.parameters.set(name, values[name] ?? zeros);
  }
  const flow = network.propagate({ inputs: Float32Array.from(inputs), batch }, options);
  network.dispose();
  return flow;
}

/** Layers of two units: the matrices from the input on. */
function layersOf(matrices: readonly (readonly number[])[], options: object = {}, inputs = [1, 1], batch = 1) {
  const spec = { kind: "feedforward", inputs: 2, width: 2, depth: matrices.length, activation: "identity", ...options };
  const values = Object.fromEntries(matrices.map((matrix, l) => [`layers.${l}.weight`, matrix]));
  return flowOf(spec as NetworkInput, values, inputs, batch);
}

const first = [1, 0, 0, 0];
const second = [0, 0, 0, 1];
const both = [1, 0, 0, 1];
const fading = (w: number, times: number) => new Array<number[]>(times).fill([1, 0, 0, w]);

describe("entries of one sample further apart than float32's range", () => {
  test.each([
    ["0.01, forty times", 0.01, 40],
    ["0.5, two hundred times", 0.5, 200],
    ["1e-12, five times", 1e-12, 5],
  ])("%s", (_, w, times) => {
    for (const activation of ["identity", "tanh", "softsign"]) {
      const flow = layersOf([both, second, ...fading(w, times)], { activation }, [1e-3, 1e-3]);
      expect(flow.lnGradientNorm[0], activation).toBe(DEAD);
      expect(flow.underflow, activation).toEqual({ station: 1, layer: 1, of: "entries" });
    }
  });

  test("gradients and norms are those of the pass as it was", () => {
    const network = createNetwork({ kind: "feedforward", inputs: 2, width: 2, depth: 42, activation: "identity" });
    const matrices = [both, second, ...fading(0.01, 40)];
    for (const [l, matrix] of matrices.entries()) network.parameters.set(`layers.${l}.weight`, matrix);
    const flow = network.propagate({ inputs: Float32Array.of(1, 1), batch: 1 });
    expect(flow.underflow).toBeDefined();
    // h is (0, 1) from the second layer on, δ at layer 20 is (1, 0.01^21)
    const gradient = network.gradients.get("layers.20.weight");
    expect([gradient[0], gradient[1], gradient[2]]).toEqual([0, expect.closeTo(1e-36, 40), 0]);
    network.dispose();
  });

  test("one sample of many: the others carry on", () => {
    const flow = layersOf([both, second, ...fading(0.01, 40)], { activation: "tanh" }, new Array(34).fill(1e-3), 17);
    expect(flow.underflow).toEqual({ station: 1, layer: 1, of: "entries" });
  });

  test.each([
    ["a matrix whose square is zero", [both, [0, 1, 0, 0], [0, 1, 0, 0], both]],
    ["sums that cancel", [both, [1, 1, -1, -1], [1, 1, -1, -1], both]],
    ["weights of zero", [both, both, [0, 0, 0, 0], both]],
    ["the smaller entry ends before the larger does", [both, second, first, ...fading(0.01, 40)]],
  ])("%s: dead, not lost", (_, matrices) => {
    for (const activation of ["identity", "tanh"]) {
      const flow = layersOf(matrices, { activation }, [1e-3, 1e-3]);
      expect([flow.lnGradientNorm[0], flow.underflow]).toEqual([DEAD, undefined]);
    }
  });

  test("two forget gates of an LSTM, one shut at the first steps", () => {
    // f = σ(0 − 90 x) of the first unit, σ(−3) of the second: x is 1 at steps 0 and 1 alone
    const T = 60;
    const inputs = Float32Array.from({ length: T }, (_, t) => (t < 2 ? 1 : 0));
    const bias = [-100, -100, 20, -3, 0, 0, 20, 20];
    const weight = [0, 0, -200, 0, 0, 0, 0, 0];
    const spec = { kind: "recurrent", cell: "lstm", inputs: 1, hidden: 2 } as const;
    const flow = flowOf(spec, { "rnn.weight_ih_l0": weight, "rnn.bias_ih_l0": bias }, inputs);
    // carried: the second unit's share is e^(−3.05 · 58), which is within what one sample's frame holds or is named
    const c = flow.layers[0].lnCellGradientNorm as Float64Array;
    if (c[0] === DEAD) expect(flow.underflow).toBeDefined();
    else expect(c[0] - c[T - 1]).toBeCloseTo((T - 1) * -Math.log1p(Math.exp(3)), 2);
  });

  test.each(["identity", "lstm", "gru", "leaky"] as const)("%s without recurrent weights", (cell) => {
    const spec = { kind: "recurrent", cell, inputs: 1, hidden: 2, bidirectional: true, layers: 2 } as const;
    const flow = flowOf(spec, {}, new Float32Array(12));
    expect(flow.underflow).toBeUndefined();
  });

  test("over time, in float32 and split over workers", async () => {
    const spec = { kind: "recurrent", cell: "identity", inputs: 2, hidden: 2, dilation: 1 } as const;
    // forty steps of diag(1, 0.01), and a level below that reads the second unit alone
    const network = createNetwork({ ...spec, layers: 2 });
    const values: Record<string, number[]> = {
      "rnn.weight_hh_l1": [1, 0, 0, 0.01],
      "rnn.weight_ih_l1": second,
      "rnn.weight_hh_l0": [0, 0, 0, 0],
      "rnn.weight_ih_l0": both,
    };
    for (const name of network.parameters.names) {
      network.parameters.set(name, values[name] ?? new Float32Array(network.parameters.get(name).length));
    }
    const own = { inputs: new Float32Array(60 * 2 * 16).fill(0.1), batch: 16 };
    const flow = network.propagate(own);
    expect(flow.layers[0].lnGradientNorm[0]).toBe(DEAD);
    expect(flow.underflow).toMatchObject({ layer: 1, of: "entries" });
    const split = await network.propagateAsync(own, { threads: 2 });
    expect(split).toEqual(flow);
    network.dispose();
  });
});

describe("slopes among float32's subnormals", () => {
  test.each([-46, -48, -50, -51.5])("tanh at %d", (a) => {
    const spec = { kind: "feedforward", inputs: 1, width: 1, depth: 2, activation: "tanh" } as const;
    const values = { "layers.0.weight": [1], "layers.1.weight": [1], "layers.1.bias": [a] };
    const flow = flowOf(spec, values, [0]);
    expect(flow.underflow).toEqual({ station: 1, layer: 1 });
    expect(Math.abs(flow.lnGradientNorm[0] - (2 * a + Math.log(4)))).toBeLessThan(0.1);
  });

  test("tanh at −43: a normal number, carried", () => {
    const spec = { kind: "feedforward", inputs: 1, width: 1, depth: 2, activation: "tanh" } as const;
    const flow = flowOf(spec, { "layers.0.weight": [1], "layers.1.weight": [1], "layers.1.bias": [-43] }, [0]);
    expect(flow.underflow).toBeUndefined();
    expect(flow.lnGradientNorm[0]).toBeCloseTo(-86 + Math.log(4), 5);
  });
});

describe("activations too small for the gradients of weights", () => {
  test.each([
    [0.01, 18],
    [1e-30, 1],
    [0.3, 72],
    [0.4, 95],
  ])("layers of %d: named at station %i", (w, station) => {
    for (const activation of ["identity", "tanh", "relu"]) {
      const depth = 200;
      const weights = Object.fromEntries(Array.from({ length: depth }, (_, l) => [`layers.${l}.weight`, [w]]));
      const spec = { kind: "feedforward", inputs: 1, width: 1, depth, activation } as NetworkInput;
      const flow = flowOf(spec, weights, [1]);
      expect(flow.forwardUnderflow, activation).toEqual({ station, layer: station });
    }
  });

  test("exact zeros that no product lost are not named", () => {
    expect(layersOf([both, first, second, both]).forwardUnderflow).toBeUndefined();
    expect(layersOf([both, [0, 0, 0, 0], both, both]).forwardUnderflow).toBeUndefined();
    expect(layersOf([both, both, both], { activation: "relu" }, [-1, -1]).forwardUnderflow).toBeUndefined();
  });

  test("over time: the step whose state loses its digits", () => {
    const values = { "rnn.weight_ih_l0": [1], "rnn.weight_hh_l0": [0.01] };
    const inputs = Float32Array.from({ length: 60 }, (_, t) => (t === 0 ? 1 : 0));
    for (const cell of ["identity", "tanh"] as const) {
      const flow = flowOf({ kind: "recurrent", cell, inputs: 1, hidden: 1 }, values, inputs, 1);
      expect(flow.forwardUnderflow).toEqual({ station: 19, layer: 0 });
    }
    const still = { "rnn.weight_ih_l0": [0], "rnn.weight_hh_l0": [0.5] };
    expect(flowOf({ kind: "recurrent", cell: "tanh", inputs: 1, hidden: 1 }, still, inputs).forwardUnderflow).toBe(
      undefined,
    );
  });
});
