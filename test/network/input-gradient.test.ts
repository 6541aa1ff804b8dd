import { describe, expect, it } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import { lnColumns, networkOf, randomBatch } from "../assembly/cells/helpers.ts";
import { OTHER_CELLS } from "../oracle/cells/equations.ts";
import { lossOfCells } from "../oracle/cells/network.ts";
import { derivative } from "../oracle/differences.ts";
import { drawParameters } from "../oracle/draw.ts";
import { parameterTable } from "../../src/spec/parameters.ts";
import { rounded } from "../setup/recurrent.ts";

describe("∂L/∂x, where the path ends", () => {
  for (const cell of OTHER_CELLS) {
    it(`${cell}: its norm at every step and of every column equals central differences of the float64 loss`, () => {
      for (const { hidden, X, B } of [
        { hidden: 3, X: 1, B: 2 },
        { hidden: 5, X: 5, B: 1 },
      ]) {
        const spec = parseSpec({ kind: "recurrent", cell, inputs: X, outputs: 2, hidden }) as RecurrentSpec;
        const table = parameterTable(spec, { inputs: X, outputs: 2 });
        const parameters = rounded(
          drawParameters(
            table.map(({ name, shape }) => [name, [...shape]]),
            5,
          ),
        );
        const batch = randomBatch({ B, T: 4, X, Y: 2, lossAt: "every", seed: 2 });
        const inputs = Float64Array.from(batch.inputs);
        const measured = inputs.map((_, i) =>
          derivative((by) =>
            lossOfCells(spec, parameters, { ...batch, inputs: inputs.with(i, inputs[i] + by) } as never),
          ),
        );
        const network = networkOf(spec, parameters);
        const { input } = network.propagate(batch, { inputColumns: true });
        const steps = Float64Array.from({ length: 4 }, (_, t) =>
          Math.log(Math.hypot(...measured.subarray(t * B * X, (t + 1) * B * X))),
        );
        expect(input?.lnStepNorms).toBeCloseToArray(steps, 2e-5);
        expect(input?.lnColumnNorms).toBeCloseToArray(lnColumns(measured, X), 2e-5);
        network.dispose();
      }
    });
  }

  it("reaches far below float32's range: tanh with W_hh × 0.1 over 200 steps", () => {
    const network = createNetwork(
      { kind: "recurrent", hidden: 16, init: { gain: 0.1 } },
      { inputs: 3, outputs: 1, seed: 1 },
    );
    const { input, lnGradientNorm } = network.propagate(randomBatch({ B: 3, T: 200, X: 3, Y: 1, seed: 1 }), {
      inputColumns: true,
    });
    expect(input?.lnStepNorms?.[0]).toBeLessThan(-400);
    // W_ih and φ' of each step take much the same from δ_t
    const taken = input!.lnStepNorms!.map((norm, t) => norm - lnGradientNorm[t]);
    expect(Math.max(...taken) - Math.min(...taken)).toBeLessThan(3);
    // the last step carries the sum, and so do its columns
    expect(input?.lnGradientNorm).toBeCloseTo(
      0.5 * Math.log(input!.lnColumnNorms!.reduce((sum, ln) => sum + Math.exp(2 * ln), 0)),
      6,
    );
    network.dispose();
  });

  it("is exactly zero where the first weights are", () => {
    for (const [spec, name] of [
      [{ kind: "recurrent", cell: "gru", hidden: 8 }, "rnn.weight_ih_l0"],
      [{ kind: "feedforward", width: 8, depth: 3 }, "layers.0.weight"],
    ] as const) {
      const network = createNetwork(spec, { inputs: 3, outputs: 2, seed: 1 });
      network.parameters.set(name, new Float32Array(network.parameters.get(name).length));
      const { steps, ...flat } = randomBatch({ B: 5, T: spec.kind === "recurrent" ? 6 : 1, X: 3, Y: 2, seed: 1 });
      const { input } = network.propagate(spec.kind === "recurrent" ? { ...flat, steps } : flat, {
        inputColumns: true,
      });
      expect(input?.lnGradientNorm).toBe(Number.NEGATIVE_INFINITY);
      expect([...input!.lnColumnNorms!]).toEqual(new Array(3).fill(Number.NEGATIVE_INFINITY));
      network.dispose();
    }
  });

  it("of an embedding: a norm a token, −∞ where a token does not occur", () => {
    const network = createNetwork(
      { kind: "recurrent", hidden: 8, embedding: { size: 4 } },
      { inputs: 6, outputs: 2, seed: 1 },
    );
    const tokens = Int32Array.from([0, 1, 2, 3, 0, 1, 2, 3, 0, 0]);
    const drawn = randomBatch({ B: 2, T: 5, X: 1, Y: 2, seed: 1 });
    const batch = { ...drawn, inputSize: 6, inputs: new Float32Array(0), tokens };
    const { input } = network.propagate(batch, { inputColumns: true });
    const gradient = network.gradients.get("embedding.weight");
    expect(input?.lnTokenNorms).toBeCloseToArray(
      Float64Array.from({ length: 6 }, (_, v) => Math.log(Math.hypot(...gradient.subarray(v * 4, (v + 1) * 4)))),
      1e-6,
    );
    expect(input?.lnTokenNorms?.[4]).toBe(Number.NEGATIVE_INFINITY);
    network.dispose();
  });

  it("is left out with the statistics, columns where nobody asks", () => {
    const network = createNetwork({ kind: "feedforward", width: 8, depth: 3 }, { inputs: 3, outputs: 2, seed: 1 });
    const { steps: _, ...batch } = randomBatch({ B: 5, T: 1, X: 3, Y: 2, seed: 1 });
    expect(network.propagate(batch, { statistics: false }).input).toBeUndefined();
    expect(network.propagate(batch).input?.lnColumnNorms).toBeUndefined();
    network.dispose();
  });
});
