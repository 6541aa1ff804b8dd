import type { CellName } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { parseSpec } from "../../../src/spec/index.ts";
import type { RecurrentSpec } from "../../../src/spec/recurrent.ts";
import { OTHER_CELLS } from "../../oracle/cells/equations.ts";
import { ledgerOf } from "../../oracle/cells/ledger.ts";
import { lossOfCells, runCells } from "../../oracle/cells/network.ts";
import { derivative, relativeError } from "../../oracle/differences.ts";
import { runRecurrent } from "../../oracle/recurrent.ts";
import { type Parameters, tensor } from "../../oracle/tensor.ts";
import { type CellsSize, checkCells, drawnParameters } from "../../network/cells-check.ts";
import { networkOf, randomBatch } from "./helpers.ts";

const specOf = (cell: CellName, more: object) =>
  parseSpec({ kind: "recurrent", cell, inputs: 3, outputs: 2, hidden: 4, ...more }) as RecurrentSpec;

describe("the equations' gradients", () => {
  for (const cell of ["lstm", "gru"] as const) {
    it(`${cell}: equal the hand-written oracle's`, () => {
      const spec = specOf(cell, { layers: 2 });
      const parameters = drawnParameters(spec, 4);
      const batch = randomBatch({ B: 2, T: 5, X: 3, Y: 2, lossAt: "every", seed: 1 });
      const other = runRecurrent({ ...spec, cell }, parameters, batch);
      const result = runCells(spec, parameters, batch);
      for (const [name, { data }] of Object.entries(other.gradients)) {
        expect(relativeError(result.gradients[name], data), name).toBeLessThan(1e-12);
      }
      other.layers.forEach(({ lnGradientNorm, ledger }, l) => {
        expect(result.layers[l].delta.map(Math.log)).toBeCloseToArray(lnGradientNorm, 1e-12);
        const { carry, hidden } = ledgerOf(result.layers[l], l === 1).factors;
        expect(carry).toBeCloseToArray(ledger.factors.carry, 1e-12);
        expect(hidden).toBeCloseToArray(ledger.factors.hidden, 1e-12);
      });
    });
  }
  for (const cell of OTHER_CELLS) {
    it(`${cell}: equal central differences of the loss`, () => {
      const spec = specOf(cell, { hidden: 2, layers: 2 });
      const parameters = drawnParameters(spec, 8);
      const batch = randomBatch({ B: 2, T: 4, X: 3, Y: 2, lossAt: "every", seed: 1 });
      const { gradients } = runCells(spec, parameters, batch);
      for (const [name, { shape, data }] of Object.entries(parameters)) {
        const measured = data.map((_, i) =>
          derivative((by) =>
            lossOfCells(spec, { ...parameters, [name]: tensor(shape, data.with(i, data[i] + by)) }, batch),
          ),
        );
        expect(relativeError(gradients[name], measured), name).toBeLessThan(1e-8);
      }
    });
  }
});

const check = (spec: RecurrentSpec, size: CellsSize, seed: number, noise: number | null = 0) =>
  checkCells(spec, size, { seed, batchSeed: seed, noise });

describe("a pass equals the equations in float64: loss, every gradient, ‖δ_t‖, every factor of the ledger", () => {
  for (const cell of OTHER_CELLS) {
    it(`${cell}, one layer, one unit, loss at last`, () =>
      check(specOf(cell, { hidden: 1 }), { B: 1, T: 6, lossAt: "last" }, 21));
    it(`${cell}, two layers, loss at every step`, () =>
      check(specOf(cell, { hidden: 5, layers: 2 }), { B: 3, T: 6, lossAt: "every" }, 22));
    it(`${cell}, H = 17, B = 9`, () => check(specOf(cell, { hidden: 17 }), { B: 9, T: 4, lossAt: "last" }, 23));
  }
  for (const activation of ["relu", "sigmoid", "softsign"] as const) {
    for (const cell of ["leaky", "residual", "antisymmetric", "indrnn"] as const) {
      it(`${cell} of ${activation}`, () =>
        check(specOf(cell, { cellOptions: { activation } }), { B: 2, T: 5, lossAt: "every" }, 24));
    }
  }
});

describe("dilated layers (Chang et al. 2017): step t follows on step t − s", () => {
  for (const cell of ["lstm", "gru", "residual", "indrnn"] as const) {
    it(`${cell}, dilations 1, 2, 3`, () => {
      check(specOf(cell, { hidden: 4, layers: 3, dilation: [1, 2, 3] }), { B: 2, T: 8, lossAt: "every" }, 31);
    });
    it(`${cell}, dilation 5 of 12 steps, loss at last`, () => {
      check(specOf(cell, { hidden: 3, dilation: 5 }), { B: 9, T: 12, lossAt: "last" }, 32);
    });
  }
});

describe("skip connections over time: h_t = cell(x_t, h_{t−1}) + α h_{t−s}", () => {
  for (const cell of OTHER_CELLS) {
    it(`${cell}, two layers, s = 3, loss at every step`, () => {
      const timeSkip = { steps: 3, scale: -0.5 };
      check(specOf(cell, { hidden: 4, layers: 2, timeSkip }), { B: 3, T: 8, lossAt: "every" }, 51);
    });
  }
  for (const cell of ["lstm", "gru", "minimal_rnn", "indrnn"] as const) {
    it(`${cell}, s = 2, α = −1.5, H = 5, B = 9, loss at last`, () => {
      const timeSkip = { steps: 2, scale: -1.5 };
      check(specOf(cell, { hidden: 5, timeSkip }), { B: 9, T: 7, lossAt: "last" }, 52);
    });
  }
  for (const cell of ["tanh", "lstm"] as const) {
    it(`layer-normalized ${cell}, dilated by 2, s = 1 and 5`, () => {
      for (const steps of [1, 5]) {
        const options = { hidden: 5, norm: "layer", dilation: 2, timeSkip: { steps } };
        check(specOf(cell, options), { B: 2, T: 8, lossAt: "every" }, 53);
      }
    });
  }
  it("the equations' gradients equal central differences", () => {
    const spec = specOf("ugrnn", { hidden: 2, timeSkip: { steps: 2, scale: 0.7 } });
    const parameters = drawnParameters(spec, 8);
    const batch = randomBatch({ B: 2, T: 5, X: 3, Y: 2, lossAt: "every", seed: 1 });
    const { gradients } = runCells(spec, parameters, batch);
    for (const [name, { shape, data }] of Object.entries(parameters)) {
      const loss = (i: number) => (by: number) =>
        lossOfCells(spec, { ...parameters, [name]: tensor(shape, data.with(i, data[i] + by)) }, batch);
      expect(
        relativeError(
          gradients[name],
          data.map((_, i) => derivative(loss(i))),
        ),
        name,
      ).toBeLessThan(1e-8);
    }
  });
});

it("a reversed direction skips in its own time: the sequence and the directions turned round give the same profiles", () => {
  const [T, B, X, Y, H] = [7, 3, 3, 2, 4];
  const timeSkip = { steps: 2, scale: 0.5 };
  const spec = specOf("gru", { hidden: H, bidirectional: true, timeSkip });
  const parameters = drawnParameters(spec, 3);
  const batch = randomBatch({ B, T, X, Y, lossAt: "every", seed: 2 });
  const turned = <A extends Float32Array | Int32Array>(values: A, size: number) =>
    values.map((_, i) => values[(T - 1 - Math.floor(i / size)) * size + (i % size)]) as A;
  const other = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, data }]) => {
      if (name === "readout.weight")
        return [
          name,
          tensor(
            shape,
            data.map((_, i) => data[i - (i % (2 * H)) + ((i + H) % (2 * H))]),
          ),
        ];
      if (name === "readout.bias") return [name, tensor(shape, data)];
      return [name.endsWith("_reverse") ? name.slice(0, -8) : `${name}_reverse`, tensor(shape, data)];
    }),
  );
  const run = (parameters: Parameters, inputs: Float32Array, targets: Float32Array) => {
    const network = networkOf(spec, parameters);
    const flow = network.propagate({ ...batch, inputs, targets } as typeof batch);
    network.dispose();
    return flow.layers;
  };
  const [inputs, targets] = [batch.inputs, batch.targets as Float32Array];
  const [forward, reversed] = run(parameters, inputs, targets);
  const [turnedForward, turnedReversed] = run(other, turned(inputs, B * X), turned(targets, B * Y));
  expect(turnedReversed.lnGradientNorm.slice().reverse()).toBeCloseToArray(forward.lnGradientNorm, 1e-5);
  expect(turnedForward.lnGradientNorm.slice().reverse()).toBeCloseToArray(reversed.lnGradientNorm, 1e-5);
  for (const [name, values] of Object.entries(forward.ledger!.factors)) {
    expect(turnedReversed.ledger!.factors[name].slice().reverse(), name).toBeCloseToArray(values, 1e-4);
  }
  expect(Math.max(...forward.ledger!.factors.skip.map(Math.abs))).toBeGreaterThan(0.01);
});

describe("dropout and zoneout, their masks drawn again by the oracle: every gradient, and an entry of the ledger", () => {
  const size = { B: 3, T: 6, lossAt: "every" } as const;
  for (const cell of ["tanh", "lstm", "gru", "minimal_rnn", "leaky", "antisymmetric"] as const) {
    const of = (more: object) => specOf(cell, { hidden: 5, layers: 2, ...more });
    it(`${cell}: dropout between layers`, () => check(of({ dropout: 0.4 }), size, 61));
    it(`${cell}: one mask a sequence`, () => check(of({ variationalDropout: 0.3 }), size, 62));
    it(`${cell}: on the recurrent way`, () => check(of({ recurrentDropout: 0.3 }), size, 63));
    it(`${cell}: on both ways`, () => check(of({ dropout: 0.2, recurrentDropout: 0.5 }), size, 64));
    it(`${cell}: zoneout`, () => check(of({ zoneout: 0.3 }), size, 65));
    it(`${cell}: zoneout, dropout, three layers, the loss at the last step`, () =>
      check(of({ layers: 3, zoneout: 0.2, dropout: 0.3 }), { B: 9, T: 5, lossAt: "last" }, 66));
    it(`${cell}: without noise, zoneout at its expected value`, () =>
      check(of({ zoneout: 0.2, variationalDropout: 0.3 }), size, 67, null));
  }
  for (const hidden of [1, 3, 4, 17]) {
    it(`lstm, H = ${hidden}`, () => {
      check(specOf("lstm", { hidden, layers: 2, dropout: 0.5, zoneout: 0.5 }), size, 68, 3);
      check(specOf("gru", { hidden, layers: 2, variationalDropout: 0.5, recurrentDropout: 0.5 }), size, 69, 4);
    });
  }
  it("dilated, normalized, with a skip over time", () => {
    check(specOf("lstm", { norm: "layer", layers: 2, dilation: [1, 2], dropout: 0.3, zoneout: 0.3 }), size, 70);
    const timeSkip = { steps: 2, scale: 0.5 };
    check(specOf("lstm", { timeSkip, layers: 2, dropout: 0.3, recurrentDropout: 0.3 }), size, 71);
    check(specOf("tanh", { norm: "layer", layers: 2, dilation: 2, zoneout: 0.4 }), { ...size, B: 8 }, 72);
  });
  it("rates 0 and 1: nothing is dropped, and everything", () => {
    check(specOf("gru", { layers: 2, dropout: 0, recurrentDropout: 0 }), size, 73);
    check(specOf("lstm", { layers: 2, dropout: 1, zoneout: 0 }), size, 74);
  });
});

describe("layer-normalized cells (Ba et al. 2016)", () => {
  for (const cell of ["tanh", "relu", "lstm", "gru"] as const) {
    it(`${cell}: the equations' gradients equal central differences`, () => {
      const spec = specOf(cell, { hidden: 3, norm: "layer" });
      const parameters = drawnParameters(spec, 8);
      const batch = randomBatch({ B: 2, T: 3, X: 3, Y: 2, lossAt: "every", seed: 1 });
      const { gradients } = runCells(spec, parameters, batch);
      for (const [name, { shape, data }] of Object.entries(parameters)) {
        const loss = (i: number) => (by: number) =>
          lossOfCells(spec, { ...parameters, [name]: tensor(shape, data.with(i, data[i] + by)) }, batch);
        const measured = data.map((_, i) => derivative(loss(i), 1e-4));
        // the gradients of biases before a layer norm may cancel: compare on the scale of the largest
        expect(relativeError(gradients[name], measured), name).toBeLessThan(1e-6);
      }
    });
    it(`${cell}, one and two layers, dilated`, () => {
      check(specOf(cell, { hidden: 5, norm: "layer" }), { B: 3, T: 6, lossAt: "last" }, 41);
      check(
        specOf(cell, { hidden: 6, layers: 2, norm: "layer", dilation: [1, 2] }),
        { B: 9, T: 6, lossAt: "every" },
        42,
      );
    });
    it(`${cell}, one and two units: of a gradient along x̂ only ε/(σ² + ε) is left`, () => {
      for (const hidden of [1, 2]) check(specOf(cell, { hidden, norm: "layer" }), { B: 3, T: 5, lossAt: "every" }, 43);
    });
  }
});
