import { describe, expect, it } from "vitest";
import type { CreditFlow } from "../../../src/flow/index.ts";
import { propagate } from "../../../src/measure/propagate.ts";
import { Engine } from "../../../src/wasm/engine.ts";
import { createNetwork } from "../../../src/network/create.ts";
import { randomBatch } from "../cells/helpers.ts";
import { drawParameters } from "../../oracle/draw.ts";
import { recurrentShapes } from "../../oracle/shapes.ts";
import { creditRecurrent } from "../../oracle/truncated.ts";
import { asOracle, type Case, draw, network, oracleSpec, rounded } from "../../setup/recurrent.ts";

const BASE: Case = { cell: "tanh", H: 5, L: 1, X: 3, Y: 2, B: 3, T: 21, loss: "mse", lossAt: "every", seed: 5 };

describe("ln ‖∂L_t/∂h_s‖ equals the float64 oracle's", () => {
  for (const testCase of [
    BASE,
    { ...BASE, cell: "lstm", L: 2, B: 11 },
    { ...BASE, cell: "gru", L: 3, loss: "cross_entropy" },
    { ...BASE, cell: "relu", Y: null },
    { ...BASE, T: 70, B: 17 },
  ] as Case[]) {
    const { cell, L, B, T } = testCase;
    it(`${cell}, ${L} layers, B = ${B}, T = ${T}: every pair, and the mean over each lag`, () => {
      const { parameters, batch } = draw(testCase);
      const made = network(testCase, parameters, { engine: new Engine() });
      const credit = made.propagate(batch, { credit: { matrix: true } }).credit as CreditFlow;
      made.dispose();
      const truth = creditRecurrent(oracleSpec(testCase), parameters, asOracle(batch));
      expect(credit.losses).toEqual(Array.from({ length: T }, (_, t) => t));
      const sums = new Float64Array(T);
      const counts = new Float64Array(T);
      credit.matrix!.forEach((row, t) => {
        row.forEach((ln, s) => {
          const expected = truth[t][s];
          if (expected === Number.NEGATIVE_INFINITY) {
            expect(ln).toBe(expected);
            return;
          }
          expect(Math.abs(ln - expected), `t = ${t}, s = ${s}`).toBeLessThan(1e-4);
          sums[t - s] += expected;
          counts[t - s]++;
        });
      });
      credit.lnNormByLag.forEach((mean, lag) => {
        if (counts[lag] === 0) expect(mean).toBe(Number.NEGATIVE_INFINITY);
        else expect(Math.abs(mean - sums[lag] / counts[lag]), `lag ${lag}`).toBeLessThan(1e-4);
      });
    });
  }
});

describe("in a bidirectional network a loss reaches later steps too", () => {
  for (const [cell, layers, B, T] of [
    ["tanh", 1, 3, 17],
    ["lstm", 2, 9, 12],
    ["gru", 3, 2, 12],
  ] as const) {
    it(`${cell}, ${layers} layers, B = ${B}: every pair, the mean over each lag and over each lead`, () => {
      const spec = { kind: "recurrent", cell, hidden: 4, layers, bidirectional: true } as const;
      const parameters = rounded(drawParameters(recurrentShapes(spec, 3, 2), 9));
      const batch = randomBatch({ B, T, X: 3, Y: 2, lossAt: "every", seed: 4 });
      const made = createNetwork(spec, { inputs: 3, outputs: 2 });
      for (const [name, { data }] of Object.entries(parameters)) made.parameters.set(name, data);
      const plain = made.propagate(batch);
      const flow = made.propagate(batch, { credit: { matrix: true } });
      expect(flow.lnGradientNorm).toEqual(plain.lnGradientNorm);
      made.dispose();
      const credit = flow.credit as CreditFlow;
      const truth = creditRecurrent(spec, parameters, batch);
      const mean = (of: (t: number) => number[]) => {
        const values = truth.flatMap((_, t) => of(t));
        return values.reduce((sum, value) => sum + value) / values.length;
      };
      truth.forEach((row, t) => {
        row.forEach((ln, s) => {
          expect(Math.abs(credit.matrix![t][s] - ln), `t = ${t}, s = ${s}`).toBeLessThan(1e-4);
        });
        const [lag, lead] = [
          mean((u) => (u < t ? [] : [truth[u][u - t]])),
          mean((u) => (u + t < T ? [truth[u][u + t]] : [])),
        ];
        expect(Math.abs(credit.lnNormByLag[t] - lag)).toBeLessThan(1e-4);
        expect(Math.abs(credit.lnNormByLead![t] - lead)).toBeLessThan(1e-4);
      });
      expect(credit.leadDecay!.perStation).toBeGreaterThan(0);
    });
  }
});

it("a scalar linear chain, every output and target 1 apart: by lag exactly |w|^ℓ, and its decay ln 2 at w = 1/2", () => {
  const testCase: Case = { ...BASE, cell: "identity", H: 1, X: 1, Y: null, B: 1, T: 40 };
  const { parameters, batch } = draw(testCase);
  for (const { data } of Object.values(parameters)) data.fill(0);
  parameters["rnn.weight_hh_l0"].data.fill(0.5);
  const made = network(testCase, parameters, { engine: new Engine() });
  const ones = { ...batch, targets: new Float32Array(40).fill(1) }; // h = 0: ∂L_t/∂h_t = −2/T
  const { credit } = made.propagate(ones, { credit: { steps: 1 } });
  made.dispose();
  credit!.lnNormByLag.forEach((ln, lag) => {
    expect(ln).toBeCloseTo(Math.log(2 / 40) - lag * Math.LN2, 6); // 2/T is a float
  });
  expect(credit!.decay!.perStation).toBeCloseTo(Math.LN2, 12);
  expect(credit!.decay!.totalGain).toBeCloseTo(-39 * Math.LN2, 10);
});

it("a skip over two steps of a unit that holds nothing else: α^(ℓ/2) at even lags, nothing at odd ones, and no window is left", () => {
  const T = 24;
  const timeSkip = { steps: 2, scale: 0.5 };
  const made = createNetwork({ kind: "recurrent", cell: "identity", inputs: 1, hidden: 1, timeSkip });
  for (const name of made.parameters.names) made.parameters.set(name, new Float32Array(1));
  const batch = { inputs: new Float32Array(T), targets: new Float32Array(T).fill(1), batch: 1, loss: "mse" } as const; // h = 0: ∂L_t/∂h_t = −2/T
  const { credit, truncated } = made.propagate(batch, { credit: { steps: 1 }, truncate: 4 });
  made.dispose();
  credit!.lnNormByLag.forEach((ln, lag) => {
    if (lag % 2 === 1) expect(ln).toBe(Number.NEGATIVE_INFINITY);
    else expect(ln).toBeCloseTo(Math.log(2 / T) - (lag / 2) * Math.LN2, 6);
  });
  truncated!.lnGradientNorm.forEach((ln, t) => {
    expect(ln, `step ${t}`).toBeCloseTo(Math.log((2 / T) * (t % 4 < 2 ? 1.5 : 1)), 6);
  });
});

describe("how many losses", () => {
  const base = { network: { kind: "recurrent", hidden: 4 }, task: "copy", batch: 2 } as const;

  it("about 32 by default, back from the last; a stride on request; no matrix unless asked", () => {
    const { credit, lnGradientNorm } = propagate({ ...base, credit: true });
    const T = lnGradientNorm.length;
    const stride = Math.ceil(T / 32);
    expect(credit!.losses.at(-1)).toBe(T - 1);
    expect(credit!.losses).toHaveLength(Math.ceil(T / stride));
    expect(credit!.matrix).toBeUndefined();
    expect(
      propagate({ ...base, credit: { steps: 7, matrix: true } }).credit!.losses.every((t) => (T - 1 - t) % 7 === 0),
    ).toBe(true);
    expect(propagate({ ...base, credit: false }).credit).toBeUndefined();
  });

  it("each is the same whatever else is taken", () => {
    const all = propagate({ ...base, credit: { matrix: true } }).credit!;
    const some = propagate({ ...base, credit: { matrix: true, steps: 9 } }).credit!;
    some.losses.forEach((t, i) => {
      expect(some.matrix![i]).toEqual(all.matrix![t]);
    });
  });
});

describe("a caller's mistake", () => {
  const network = { kind: "recurrent", hidden: 2 } as const;
  const text = { name: "copy" };
  it.each([
    [
      { task: { name: "adding", steps: 10 }, credit: true },
      /^credit: a loss at every step, got "one at the last step"; /,
    ],
    [{ task: text, credit: { steps: 0 } }, /^credit\.steps: a whole number ≥ 1, got 0; /],
    [
      { task: text, truncate: 3, network: { ...network, bidirectional: true } },
      /^truncate: a network of one direction, got "a bidirectional one"; .* no window k2 steps long/,
    ],
    [{ task: { name: "gaussian" }, network: { kind: "feedforward" }, credit: true }, /^credit: a recurrent network, /],
  ] as const)("%j", (input, message) => {
    expect(() => propagate({ network, batch: 2, ...input } as Parameters<typeof propagate>[0])).toThrow(message);
  });

  it("too many pairs: how many losses to leave out", () => {
    const batch = { inputs: new Float32Array(5000), targets: new Float32Array(5000) };
    const message =
      /^credit: at most 4194304 pairs of steps, got "5000 × 5000"; use fewer steps, or credit\.steps ≥ 6$/;
    const run = (steps: number) =>
      propagate({
        network: { ...network, inputs: 1, outputs: 1 },
        task: {
          name: "arrays",
          inputs: { shape: [5000, 1, 1], data: batch.inputs },
          targets: { shape: [5000, 1, 1], data: batch.targets },
        },
        credit: { matrix: true, steps },
        probe: false,
        ledger: false,
      });
    expect(() => run(1)).toThrow(message);
    expect(() => run(5)).toThrow(/^credit: at most/);
    expect(() => run(500)).not.toThrow();
  });
});
