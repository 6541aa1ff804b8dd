import { describe, expect, it } from "vitest";
import { parseSpec } from "../../../src/spec/index.ts";
import { drawParameters } from "../../oracle/draw.ts";
import { runRecurrent } from "../../oracle/recurrent.ts";
import { recurrentShapes } from "../../oracle/shapes.ts";
import type { Parameters } from "../../oracle/tensor.ts";
import { rounded } from "../../setup/recurrent.ts";
import { normError } from "../../setup/numbers.ts";
import { networkOf, randomBatch } from "./helpers.ts";

const sigma = (b: number) => 1 / (1 + Math.exp(-b));

/** All weights zero but those of the readout of h: every gate is constant, the forget gate σ(b). */
function constantGates(cell: "lstm" | "gru", gate: number, b: number, T: number) {
  const H = 4;
  const spec = { kind: "recurrent", cell, inputs: 1, hidden: H, layers: 1 } as const;
  const parameters = Object.fromEntries(
    recurrentShapes(spec, 1, 0).map(([name, shape]) => [
      name,
      { shape, data: new Float64Array(shape.reduce((a, n) => a * n)) },
    ]),
  );
  parameters["rnn.bias_ih_l0"].data.fill(b, gate * H, (gate + 1) * H);
  const network = networkOf(parseSpec(spec), parameters);
  const flow = network.propagate(randomBatch({ B: 3, T, X: 1, seed: 1 }));
  network.dispose();
  return flow;
}

describe("zero weights, constant forget gate: ∂c_T/∂c_0 = σ(b)^T", () => {
  // σ(1)^100 and σ(5)^100: Gers et al. 2000's carousel in numbers
  for (const [b, power] of [
    [1, 2.484379e-14],
    [5, 0.5109238],
  ] as const) {
    it(`LSTM, b = ${b}: over 100 steps ${power}, time constant 1 + e^b`, () => {
      const { layers } = constantGates("lstm", 1, b, 101);
      const { lnCellGradientNorm, lnGradientNorm, ledger, gates } = layers[0];
      expect(Math.exp(lnCellGradientNorm![0] - lnCellGradientNorm![100]) / power).toBeCloseTo(1, 4);
      expect((lnCellGradientNorm![0] - lnCellGradientNorm![100]) / (100 * Math.log(sigma(b)))).toBeCloseTo(1, 5);
      expect(lnGradientNorm.subarray(0, 100).every((value) => value === Number.NEGATIVE_INFINITY)).toBe(true);
      expect(gates!.forget).toBeCloseToArray(new Float64Array(101).fill(sigma(b)), 1e-7);
      expect(gates!.timeConstant).toBeCloseToArray(new Float64Array(101).fill(1 + Math.exp(b)), 1e-3);
      expect(ledger!.factors.carry).toBeCloseToArray(new Float64Array(100).fill(Math.log(sigma(b))), 1e-6);
      expect(ledger!.factors.hidden.every((value) => value === 0)).toBe(true);
      expect(ledger!.factors.interference).toBeCloseToArray(new Float64Array(100), 1e-12);
    });
  }

  it("the profile of ∂L/∂c goes on below float32's smallest number: b = −2 over 500 steps is e^−1063", () => {
    const { lnCellGradientNorm } = constantGates("lstm", 1, -2, 501).layers[0];
    expect((lnCellGradientNorm![0] - lnCellGradientNorm![500]) / (500 * Math.log(sigma(-2)))).toBeCloseTo(1, 6);
  });

  it("GRU: ∂h_T/∂h_0 = σ(b_z)^T by the carry route, since the candidate's product with h is closed", () => {
    const { layers } = constantGates("gru", 1, 1, 101);
    expect(layers[0].lnGradientNorm[0] - layers[0].lnGradientNorm[100]).toBeCloseTo(100 * Math.log(sigma(1)), 4);
    expect(layers[0].ledger!.factors.carry).toBeCloseToArray(new Float64Array(100).fill(Math.log(sigma(1))), 1e-6);
    expect(layers[0].gates!.forget).toBeCloseToArray(new Float64Array(101).fill(sigma(1)), 1e-7);
  });
});

describe("saturated gates keep every digit of their slopes", () => {
  const spec = (cell: "lstm" | "gru") =>
    ({ kind: "recurrent", cell, inputs: 2, hidden: 3, layers: 1, outputs: 1 }) as const;
  for (const [cell, gates] of [
    ["lstm", 4],
    ["gru", 3],
  ] as const) {
    for (let gate = 0; gate < gates; gate++) {
      for (const b of [-40, -15, 15, 40]) {
        it(`${cell}, gate ${gate} at ${b}: gradients equal the float64 oracle's`, () => {
          const parameters: Parameters = rounded(drawParameters(recurrentShapes(spec(cell), 2, 1), 11));
          parameters["rnn.bias_ih_l0"].data.fill(b, gate * 3, (gate + 1) * 3);
          const batch = randomBatch({ B: 2, T: 6, X: 2, Y: 1, lossAt: "every", seed: 2 });
          const oracle = runRecurrent(spec(cell), parameters, batch);
          const network = networkOf(parseSpec(spec(cell)), parameters);
          const flow = network.propagate(batch);
          expect(flow.lnGradientNorm).toBeCloseToArray(oracle.lnGradientNorm, 1e-5);
          for (const [name, { data }] of Object.entries(oracle.gradients)) {
            const got = network.gradients.get(name);
            // gate by gate: a saturated one is tiny beside the others
            const rows = name.startsWith("readout") ? 1 : gates;
            for (let g = 0; g < rows; g++) {
              const part = <A extends { length: number; slice(a: number, b: number): ArrayLike<number> }>(a: A) =>
                a.slice((g * a.length) / rows, ((g + 1) * a.length) / rows);
              const error = normError(part(got), part(data));
              expect(error, `${name}, gate ${g}`).toBeLessThan(2e-5);
            }
          }
          network.dispose();
        });
      }
    }
  }
});

it("mean gates count the batch's samples only, whatever fills the panel's other lanes", () => {
  const spec = { kind: "recurrent", cell: "gru", inputs: 2, hidden: 3, layers: 2 } as const;
  const parameters = rounded(drawParameters(recurrentShapes(spec, 2, 0), 3));
  const whole = randomBatch({ B: 11, T: 5, X: 2, seed: 4 });
  const alone = Array.from({ length: 11 }, (_, b) => {
    const inputs = Float32Array.from(
      { length: 10 },
      (_, i) => whole.inputs[(Math.floor(i / 2) * 11 + b) * 2 + (i % 2)],
    );
    const network = networkOf(parseSpec(spec), parameters);
    const { layers } = network.propagate({ ...whole, batch: 1, inputs });
    network.dispose();
    return layers.map(({ gates }) => gates!.forget);
  });
  const { layers } = networkOf(parseSpec(spec), parameters).propagate(whole);
  layers.forEach(({ gates }, l) => {
    const mean = gates!.forget.map((_, t) => alone.reduce((sum, each) => sum + each[l][t], 0) / 11);
    expect(gates!.forget).toBeCloseToArray(mean, 1e-12);
  });
});
