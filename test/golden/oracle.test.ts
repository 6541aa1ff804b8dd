import { describe, expect, it } from "vitest";
import { relativeError } from "../oracle/differences.ts";
import { runFeedforward } from "../oracle/feedforward.ts";
import { runRecurrent } from "../oracle/recurrent.ts";
import type { Parameters } from "../oracle/tensor.ts";
import { feedforwardGoldens, recurrentGoldens } from "./read.ts";

/** Both sides are float64; what separates them is the order of their sums. */
const TOLERANCE = 1e-9;

const close = (got: ArrayLike<number>, expected: ArrayLike<number>, what: string) =>
  expect(relativeError(got, expected), what).toBeLessThan(TOLERANCE);

/**
 * Each gradient at its own scale. A gradient that is only rounding (of a bias before a batch norm, whose sum
 * cancels) must be only rounding in both.
 */
function closeParameters(got: Parameters, expected: Parameters) {
  expect(Object.keys(got).sort()).toEqual(Object.keys(expected).sort());
  const largest = (data: Float64Array) => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const rounding = 1e-14 * Math.max(...Object.values(expected).map(({ data }) => largest(data)));
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(got[name].shape).toEqual(shape);
    if (largest(data) < rounding) expect(largest(got[name].data), name).toBeLessThan(rounding);
    else close(got[name].data, data, `∂L/∂ ${name}`);
  }
}

describe("the oracle equals PyTorch: recurrent", () => {
  for (const golden of recurrentGoldens()) {
    it(golden.name, () => {
      const { spec, parameters, batch } = golden;
      const data = { ...batch, inputs: golden.inputs.data, targets: golden.targets?.data };
      const result = runRecurrent(spec, parameters, data);
      close([result.loss], [golden.loss], "loss");
      if (golden.outputs) close(result.outputs!, golden.outputs.data, "outputs");
      expect(result.layers.map(({ suffix }) => suffix)).toEqual(golden.stations.map(({ suffix }) => suffix));
      golden.stations.forEach((station, l) => {
        const layer = result.layers[l];
        close(layer.hidden, station.hidden.data, `h ${station.suffix}`);
        close(layer.delta, station.delta.data, `δ ${station.suffix}`);
        if (station.cell) close(layer.cell!, station.cell.data, `c ${station.suffix}`);
        if (station.deltaCell) close(layer.deltaCell!, station.deltaCell.data, `γ ${station.suffix}`);
      });
      closeParameters(result.gradients, golden.gradients);
      close(result.inputGradient, golden.inputGradient.data, "∂L/∂x");
    });
  }
});

describe("the oracle equals PyTorch: feed-forward", () => {
  for (const golden of feedforwardGoldens()) {
    it(golden.name, () => {
      const { spec, parameters, batch } = golden;
      const data = { ...batch, inputs: golden.inputs.data, targets: golden.targets?.data };
      const result = runFeedforward(spec, parameters, data);
      close([result.loss], [golden.loss], "loss");
      if (golden.outputs) close(result.outputs!, golden.outputs.data, "outputs");
      expect(result.layers).toHaveLength(golden.stations.length);
      golden.stations.forEach(({ hidden, delta }, l) => {
        close(result.layers[l].hidden, hidden.data, `h_${l}`);
        close(result.layers[l].delta, delta.data, `δ_${l}`);
      });
      closeParameters(result.gradients, golden.gradients);
      close(result.inputGradient, golden.inputGradient.data, "∂L/∂x");
    });
  }
});
