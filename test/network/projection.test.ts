/** LSTM with projection, h = W_hr (o ⊙ tanh c): PyTorch's proj_size. */
import { afterAll, describe, expect, test } from "vitest";
import { jacobians } from "../../src/measure/jacobians.ts";
import { createNetwork } from "../../src/network/create.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { parameterTable } from "../../src/spec/parameters.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { withLengths } from "../../src/tasks/lengths.ts";
import { predict } from "../../src/theory/index.ts";
import { sharedEngine } from "../../src/wasm/engine.ts";
import { randomBatch } from "../assembly/cells/helpers.ts";
import { projectedGoldens } from "../golden/read.ts";
import { normError } from "../setup/numbers.ts";
import { checkBits, checkCells, checkTraining, checkStateGoesOn } from "./cells-check.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

const specOf = (hidden: number | number[], projection: number, more: object = {}) =>
  parseSpec({
    ...{ kind: "recurrent", cell: "lstm", inputs: 3, outputs: 2, hidden, projection, ...more },
  } as never) as RecurrentSpec;

describe("against the equations in float64", () => {
  test.each([
    [2, 1],
    [4, 3],
    [5, 4],
    [9, 5],
    [17, 8],
    [18, 17],
  ])("H = %d, P = %d", (hidden, projection) => {
    checkCells(specOf(hidden, projection), { B: 3, T: 6, lossAt: "every" });
    checkCells(specOf(hidden, projection), { B: 1, T: 5, lossAt: "last" });
    checkCells(specOf(hidden, projection, { layers: 2 }), { B: 9, T: 4, lossAt: "last" });
  });

  test.each([
    { layers: 3, hidden: [9, 4, 6] },
    { dilation: [1, 2], layers: 2 },
    { timeSkip: { steps: 2, scale: -0.5 }, layers: 2 },
    { initialState: "learned" },
    { initialState: { h: [[1, -0.5, 2]], c: [[1, 2, 3, 0.5, -1]] } },
    { cellOptions: { innerActivation: "relu", gateActivation: "hardsigmoid" } },
  ])("%j", (more) => {
    checkCells(specOf("hidden" in more ? more.hidden : 5, 3, more), { B: 3, T: 6, lossAt: "every" });
  });

  test("a gradient far below float32's smallest number", () => {
    const spec = specOf(4, 2);
    checkCells(spec, { B: 2, T: 160, lossAt: "last" });
    const network = createNetwork(specOf(4, 2, { init: { forgetBias: -3, gain: 0.1 } }), { seed: 1 });
    const flow = network.propagate(randomBatch({ B: 2, T: 160, X: 3, Y: 2, seed: 2 }));
    expect(flow.lnGradientNorm[0]).toBeLessThan(-200);
    expect(Number.isFinite(flow.lnGradientNorm[0])).toBe(true);
    network.dispose();
  });

  test("dropout of both kinds", () => {
    const more = { layers: 2, dropout: 0.3, recurrentDropout: 0.2 };
    checkCells(specOf(6, 3, more), { B: 3, T: 6, lossAt: "every" }, { noise: 1 });
  });
});

describe("torch.nn.LSTM(proj_size=P)", () => {
  test.each(projectedGoldens().map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    const network = createNetwork(golden.spec as never);
    expect([...network.parameters.names]).toEqual(Object.keys(golden.parameters));
    for (const [name, { data }] of Object.entries(golden.parameters)) network.parameters.set(name, data);
    const { batch, inputs, targets, lengths } = golden;
    const testCase = {
      ...{ name: "golden", ...batch, outputSize: 2, inputs: Float32Array.from(inputs.data) },
      targets: Float32Array.from(targets.data),
    } as Batch;
    const flow = network.propagate(withLengths(testCase, lengths));
    expect(Math.abs((flow.loss as number) / golden.loss - 1)).toBeLessThan(1e-5);
    for (const [name, { data }] of Object.entries(golden.gradients)) {
      expect(normError(network.gradients.get(name), data), name).toBeLessThan(1e-5);
    }
    network.dispose();
  });
});

describe("the same bits by two workers and from checkpoints", () => {
  test.each([
    [6, 3, { layers: 2 }],
    [9, 4, { bidirectional: true, layers: 2 }],
    [5, 1, { recurrentDropout: 0.3, timeSkip: { steps: 3 } }],
  ] as const)("H = %d, P = %d, %j", async (hidden, projection, more) => {
    await checkBits(specOf(hidden, projection, more), !("bidirectional" in more));
  });
});

test("the state goes on from batch to batch: h of P numbers, c of H", () => {
  const network = createNetwork({ kind: "recurrent", cell: "lstm", hidden: 5, projection: 2, inputs: 3 }, { seed: 1 });
  checkStateGoesOn(network, { h: 2, c: 5 });
  network.dispose();
});

test("every weight has PyTorch's shape and its law's variance; training follows", () => {
  const spec = specOf(64, 16, { layers: 2, bidirectional: true });
  const shapes = Object.fromEntries(
    parameterTable(spec, { inputs: 3, outputs: 2 }).map(({ name, shape }) => [name, [...shape]]),
  );
  expect(shapes).toMatchObject({
    "rnn.weight_hh_l0": [256, 16],
    "rnn.weight_hr_l0": [16, 64],
    "rnn.weight_ih_l1_reverse": [256, 32],
    "readout.weight": [2, 32],
  });
  const network = createNetwork(spec, { seed: 4 });
  const squares = network.parameters.get("rnn.weight_hr_l0").reduce((sum, value) => sum + value ** 2, 0);
  expect(squares / (16 * 64)).toBeCloseTo(2 / (16 + 64), 2); // xavier_uniform
  checkTraining(network);
  network.dispose();
});

test("theory and Jacobians say that they leave it out", () => {
  expect(predict(specOf(5, 3)).why).toBe("No theory here covers projection: 3.");
  const data = randomBatch({ B: 1, T: 3, X: 3, Y: 2, seed: 3 });
  expect(() => jacobians({ network: specOf(5, 3), data, seed: 1 })).toThrow(/^network\.projection: none for Jacobians/);
});

test.each([
  [{ cell: "gru" }, /^network\.projection: none for the cell gru, got 3; /],
  [{ cell: ["lstm", "gru"] }, /^network\.projection: none for the cell gru, /],
  [{ hidden: 3 }, /^network\.projection: below 3, the width of a layer, got 3; /],
  [{ norm: "layer" }, /^network\.projection: none together with norm, /],
  [{ zoneout: 0.1 }, /^network\.projection: none together with zoneout, /],
  [{ constraint: "orthogonal" }, /^network\.projection: none together with constraint, /],
])("%j is refused", (more, message) => {
  expect(() => specOf(5, 3, more)).toThrow(message);
});
