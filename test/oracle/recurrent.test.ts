import { ELMAN_CELLS } from "../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { derivative, relativeError } from "./differences.ts";
import { classes, drawParameters, normals } from "./draw.ts";
import { ledgerSum } from "./ledger.ts";
import {
  type Nudge,
  type RecurrentOracleBatch,
  type RecurrentOracleSpec,
  runRecurrent,
  transportRecurrent,
} from "./recurrent.ts";

import { recurrentShapes } from "./shapes.ts";
import { type Parameters, tensor } from "./tensor.ts";

const [T, B, X, Y] = [4, 2, 3, 4];

function setup(spec: RecurrentOracleSpec, loss: "mse" | "cross_entropy" | "none", lossAt: "last" | "every") {
  const parameters = drawParameters(recurrentShapes(spec, X, Y), 3);
  const N = lossAt === "every" ? T * B : B;
  const targets = loss === "cross_entropy" ? classes(N, Y, 1) : normals(N * Y, 1, "targets");
  const batch: RecurrentOracleBatch = {
    batch: B,
    steps: T,
    inputSize: X,
    inputs: normals(T * B * X, 1, "inputs"),
    ...(loss !== "none" && { targets }),
    loss,
    lossAt,
  };
  return { parameters, batch };
}

function shifted(parameters: Parameters, name: string, i: number, by: number): Parameters {
  const { shape, data } = parameters[name];
  return { ...parameters, [name]: tensor(shape, data.with(i, data[i] + by)) };
}

/** Cells whose φ has kinks: a step small enough that no pre-activation of these seeds crosses one. */
const KINKED = ["relu", "leaky_relu", "hardtanh"];

/** Every gradient and δ of a configuration against differences of its loss. */
function check(spec: RecurrentOracleSpec, loss: "mse" | "cross_entropy" | "none", lossAt: "last" | "every") {
  const { parameters, batch } = setup(spec, loss, lossAt);
  const result = runRecurrent(spec, parameters, batch);
  const difference = (loss: (by: number) => number) => derivative(loss, KINKED.includes(spec.cell) ? 1e-5 : 3e-4);
  for (const [name, { data }] of Object.entries(parameters)) {
    const measured = data.map((_, i) =>
      difference((by) => runRecurrent(spec, shifted(parameters, name, i, by), batch).loss),
    );
    expect(relativeError(result.gradients[name].data, measured), name).toBeLessThan(1e-8);
  }
  const stateGradient = (of: "h" | "c", suffix: string) =>
    Float64Array.from({ length: T * B * spec.hidden }, (_, flat) => {
      const i = flat % spec.hidden;
      const b = Math.floor(flat / spec.hidden) % B;
      const t = Math.floor(flat / spec.hidden / B);
      const nudge = (by: number): Nudge => ({ of, suffix, t, b, i, by });
      return difference((by) => runRecurrent(spec, parameters, batch, nudge(by)).loss);
    });
  for (const { suffix, delta, deltaCell } of result.layers) {
    expect(relativeError(delta, stateGradient("h", suffix)), `δ ${suffix}`).toBeLessThan(1e-8);
    if (deltaCell) expect(relativeError(deltaCell, stateGradient("c", suffix)), `γ ${suffix}`).toBeLessThan(1e-8);
  }
  const inputs = Float64Array.from(batch.inputs);
  const measured = inputs.map((value, i) =>
    difference((by) => runRecurrent(spec, parameters, { ...batch, inputs: inputs.with(i, value + by) }).loss),
  );
  expect(relativeError(result.inputGradient, measured), "∂L/∂x").toBeLessThan(1e-8);
}

describe("gradients and δ_t equal central differences", () => {
  for (const cell of [...ELMAN_CELLS, "lstm", "gru"] as const) {
    it(`${cell}, two layers, cross-entropy at every step`, () => {
      check({ cell, hidden: 3, layers: 2 }, "cross_entropy", "every");
    });
  }
  it("tanh, squared error at the last step", () => check({ cell: "tanh", hidden: 4, layers: 1 }, "mse", "last"));
  it("tanh, no targets", () => check({ cell: "tanh", hidden: 4, layers: 2 }, "none", "last"));
  for (const cell of ["lstm", "gru"] as const) {
    it(`${cell}, bidirectional, two layers`, () => {
      check({ cell, hidden: 2, layers: 2, bidirectional: true }, "mse", "every");
      check({ cell, hidden: 2, layers: 2, bidirectional: true }, "none", "last");
    });
  }
});

describe("ledger", () => {
  for (const cell of [...ELMAN_CELLS, "lstm", "gru"] as const) {
    for (const lossAt of ["last", "every"] as const) {
      it(`${cell}, loss at ${lossAt}: entries add up to the total, the total to the profile`, () => {
        const spec = { cell, hidden: 4, layers: 2 };
        const { parameters, batch } = setup(spec, "mse", lossAt);
        for (const { ledger, lnGradientNorm, lnCellGradientNorm } of runRecurrent(spec, parameters, batch).layers) {
          const profile = cell === "lstm" ? lnCellGradientNorm! : lnGradientNorm;
          for (let s = 0; s < T - 1; s++) {
            if (profile[s + 1] === -Infinity) continue; // no gain is defined from a dead step
            expect(ledger.total[s]).toBeCloseTo(profile[s] - profile[s + 1], 12);
            expect(ledgerSum(ledger, s)).toBeCloseTo(ledger.total[s], 12);
          }
        }
      });
    }
  }

  it("one tanh unit: gate is ln sech² a, weights is ln |w|", () => {
    const spec: RecurrentOracleSpec = { cell: "tanh", hidden: 1, layers: 1 };
    const parameters = drawParameters(recurrentShapes(spec, 1, 0), 1);
    parameters["rnn.weight_hh_l0"] = tensor([1, 1], [-0.7]);
    const batch = {
      batch: 1,
      steps: 6,
      inputSize: 1,
      inputs: normals(6, 2, "x"),
      loss: "none",
      lossAt: "last",
    } as const;
    const { ledger, hidden } = runRecurrent(spec, parameters, batch).layers[0];
    for (let s = 0; s < 5; s++) {
      expect(ledger.factors.gate[s]).toBeCloseTo(Math.log(1 - hidden[s + 1] ** 2), 12);
      expect(ledger.factors.weights[s]).toBeCloseTo(Math.log(0.7), 12);
      expect(ledger.factors.injected[s]).toBe(0);
      expect(ledger.factors.interference[s]).toBe(0);
    }
  });

  it("a dead step is the gate's −∞, and NaN further down", () => {
    const spec: RecurrentOracleSpec = { cell: "relu", hidden: 1, layers: 1 };
    const parameters = {
      "rnn.weight_ih_l0": tensor([1, 1], [1]),
      "rnn.weight_hh_l0": tensor([1, 1], [1]),
      "rnn.bias_ih_l0": tensor([1]),
      "rnn.bias_hh_l0": tensor([1]),
    };
    const batch = { batch: 1, steps: 4, inputSize: 1, inputs: [1, 1, -9, 1], loss: "none", lossAt: "last" } as const;
    const { ledger, lnGradientNorm } = runRecurrent(spec, parameters, batch).layers[0];
    expect([...lnGradientNorm]).toEqual([-Infinity, -Infinity, 0, 0]);
    expect([...ledger.factors.gate]).toEqual([Number.NaN, -Infinity, 0]);
    expect([...ledger.factors.weights]).toEqual([Number.NaN, 0, 0]);
    expect([...ledger.total]).toEqual([Number.NaN, -Infinity, 0]);
  });
});

it("contributions: each step's own part of ∂L/∂W_hh, summing to it for one unit and one sample", () => {
  const spec: RecurrentOracleSpec = { cell: "identity", hidden: 1, layers: 1 };
  const parameters = {
    "rnn.weight_ih_l0": tensor([1, 1], [1]),
    "rnn.weight_hh_l0": tensor([1, 1], [0.5]),
    "rnn.bias_ih_l0": tensor([1]),
    "rnn.bias_hh_l0": tensor([1]),
  };
  const batch = { batch: 1, steps: 3, inputSize: 1, inputs: [1, 1, 1], loss: "none", lossAt: "last" } as const;
  const result = runRecurrent(spec, parameters, batch);
  // h = 1, 1.5, 1.75; δ = 0.25, 0.5, 1: δ_t h_{t−1} = 0, 0.5, 1.5
  expect([...result.layers[0].contributions]).toEqual([0, 0.5, 1.5]);
  expect(result.gradients["rnn.weight_hh_l0"].data[0]).toBe(2);
});

it("transport of 1/B on every last unit is the profile without targets", () => {
  const spec: RecurrentOracleSpec = { cell: "gru", hidden: 3, layers: 2 };
  const { parameters, batch } = setup(spec, "none", "last");
  const whole = runRecurrent(spec, parameters, batch);
  const probe = transportRecurrent(spec, parameters, batch, new Float64Array(B * 3).fill(1 / B));
  expect(probe.lnGradientNorm).toEqual(whole.lnGradientNorm);
});
