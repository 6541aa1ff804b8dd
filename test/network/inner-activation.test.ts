/** LSTM and GRU with another activation inside or at their gates: Keras's `activation` and `recurrent_activation`. */
import { afterAll, describe, expect, test } from "vitest";
import { GATE_ACTIVATIONS, INNER_ACTIVATIONS } from "../../src/catalogue/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import { describeNetwork } from "../../src/report/kit/describe.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import { predict } from "../../src/theory/index.ts";
import { sharedEngine } from "../../src/wasm/engine.ts";
import { randomBatch } from "../assembly/cells/helpers.ts";
import { cellGoldens } from "../golden/read.ts";
import { checkBits, checkCells, checkGolden, checkTraining } from "./cells-check.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

const TAKING = ["lstm", "gru", "gru_reset_before"] as const;

const specOf = (cell: string | readonly string[], cellOptions: object, more: object = {}) =>
  parseSpec({ kind: "recurrent", inputs: 3, outputs: 2, cell, cellOptions, ...more }) as RecurrentSpec;

describe("against the equations in float64", () => {
  for (const cell of TAKING) {
    test.each(INNER_ACTIVATIONS)(`${cell}, %s inside`, (innerActivation) => {
      // e^e^… leaves float32 within a few steps
      const T = innerActivation === "exponential" ? 2 : 5;
      checkCells(specOf(cell, { innerActivation }, { hidden: 5 }), { B: 3, T, lossAt: "every" });
    });
    test.each([1, 3, 4, 17, 33, 70])(`${cell} of a hard sigmoid, relu inside, H = %d`, (hidden) => {
      const options = { innerActivation: "relu", gateActivation: "hardsigmoid" };
      checkCells(specOf(cell, options, { hidden }), { B: hidden > 9 ? 2 : 9, T: 4, lossAt: "last" });
    });
    test(`${cell}: two layers, zoneout, a skip over time`, () => {
      const options = { innerActivation: "softsign", gateActivation: "hardsigmoid" };
      checkCells(
        specOf(cell, options, { hidden: 4, layers: 2, zoneout: 0.3 }),
        { B: 3, T: 6, lossAt: "every" },
        { noise: 1 },
      );
      const dilated = { hidden: 4, layers: 2, dilation: [1, 2], timeSkip: { steps: 2 } };
      checkCells(specOf(cell, options, dilated), { B: 3, T: 6, lossAt: "every" });
    });
  }
  test.each(["lstm", "gru"])("layer-normalized %s", (cell) => {
    const options = { innerActivation: "elu", gateActivation: "hardsigmoid" };
    checkCells(specOf(cell, options, { hidden: 5, norm: "layer" }), { B: 3, T: 5, lossAt: "every" });
  });
});

describe("layers with activations of their own, against the equations in float64", () => {
  const lists = {
    innerActivation: ["relu", "tanh", "softsign"],
    gateActivation: ["sigmoid", "hardsigmoid", "sigmoid"],
  };
  test.each([1, 3, 4, 5, 17])("of three cells, H = %d", (hidden) => {
    checkCells(specOf(TAKING, lists, { hidden }), { B: 3, T: 5, lossAt: "every" });
  });
  test("beside a norm of one layer", () => {
    const spec = specOf("gru", { gateActivation: ["sigmoid", "hardsigmoid"] }, { hidden: 5, norm: ["layer", "none"] });
    checkCells(spec, { B: 3, T: 5, lossAt: "every" });
  });
  test("by two workers and from checkpoints, the same bits", async () => {
    await checkBits(specOf("lstm", { innerActivation: ["tanh", "relu"] }, { hidden: 6 }), true);
    await checkBits(specOf("gru", { innerActivation: ["elu", "tanh"] }, { hidden: 5, bidirectional: true }), false);
  });
  test("are kept as what each layer has of its own", () => {
    const spec = specOf("lstm", lists, { layers: 3 });
    expect(spec.cellOptions).toMatchObject({ innerActivation: "relu", gateActivation: "sigmoid" });
    expect(spec.layerwise?.map(({ cellOptions }) => Object.values(cellOptions ?? {}))).toEqual([
      ["relu", "sigmoid"],
      ["tanh", "hardsigmoid"],
      ["softsign", "sigmoid"],
    ]);
    expect(describeNetwork({ spec })).toContain("relu, tanh, softsign inside, sigmoid, hardsigmoid, sigmoid gates");
    expect(parseSpec(spec)).toEqual(spec);
  });
  test.each([
    [
      { innerActivation: ["tanh", "relu"] },
      { layers: 3 },
      /^network\.cellOptions\.innerActivation: one entry for each of 3/,
    ],
    [{ innerActivation: ["tanh", "prelu"] }, {}, /^network\.layerwise\.1\.cellOptions\.innerActivation: one of/],
  ])("%j, %j is refused", (options, more, message) => {
    expect(() => specOf("lstm", options, more)).toThrow(message);
  });
});

describe("PyTorch's operations, gradients by autograd", () => {
  test.each(cellGoldens().map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    checkGolden(golden);
  });
});

describe("the same bits by two workers and from checkpoints", () => {
  for (const cell of TAKING) {
    test.each([{ innerActivation: "relu" }, { innerActivation: "tanh", gateActivation: "hardsigmoid" }])(
      `${cell}, %j`,
      async (options) => {
        await checkBits(specOf(cell, options, { hidden: 6, layers: 2 }), true);
        await checkBits(specOf(cell, options, { hidden: 5, bidirectional: true }), false);
      },
    );
  }
});

test("tanh and sigmoid, said, change no bit", () => {
  const batch = randomBatch({ B: 9, T: 12, X: 3, Y: 2, seed: 3 });
  for (const cell of TAKING) {
    const lossOf = (options: object) => {
      const network = createNetwork(specOf(cell, options, { hidden: 7 }), { seed: 1 });
      const { loss } = network.propagate(batch);
      network.dispose();
      return loss;
    };
    expect(lossOf({ innerActivation: "tanh", gateActivation: "sigmoid" })).toBe(lossOf({}));
  }
});

test("a state that explodes is found: relu inside an LSTM has no bound", () => {
  const spec = specOf("lstm", { innerActivation: "relu" }, { hidden: 8, init: { gain: 30, forgetBias: 9 } });
  const network = createNetwork(spec, { seed: 1 });
  const flow = network.propagate(randomBatch({ B: 2, T: 80, X: 3, Y: 2, seed: 3 }));
  expect(flow.outcome).toBe("nonfinite");
  network.dispose();
});

test("training follows it", () => {
  const network = createNetwork(specOf("gru", { innerActivation: "relu" }, { hidden: 8 }), { seed: 4 });
  checkTraining(network);
  network.dispose();
});

test("gates start where they keep as much of the past as σ would", () => {
  const chrono = (gateActivation: (typeof GATE_ACTIVATIONS)[number]) => {
    const spec = specOf("lstm", { gateActivation }, { hidden: 9, init: { chrono: 50 } });
    const network = createNetwork(spec, { seed: 4 });
    const forget = network.parameters.get("rnn.bias_ih_l0").slice(9, 18);
    network.dispose();
    return forget;
  };
  const [soft, hard] = GATE_ACTIVATIONS.map(chrono);
  soft.forEach((b, i) => {
    expect(hard[i] / 6 + 0.5).toBeCloseTo(1 / (1 + Math.exp(-b)), 6);
  });
  const carry = (forgetBias: number) =>
    predict(specOf("lstm", { gateActivation: "hardsigmoid" }, { init: { forgetBias } })).carry;
  expect(carry(1)?.factor).toBeCloseTo(2 / 3, 12);
  expect(carry(3)).toEqual({ factor: 1, lnPerStep: 0, timeConstant: Number.POSITIVE_INFINITY });
});

test.each([
  [{ innerActivation: "prelu" }, /^network\.cellOptions\.innerActivation: one of identity, sigmoid, tanh, /],
  [{ gateActivation: "tanh" }, /^network\.cellOptions\.gateActivation: one of sigmoid, hardsigmoid, got "tanh"; /],
])("%j is refused", (options, message) => {
  expect(() => specOf("lstm", options)).toThrow(message);
});
