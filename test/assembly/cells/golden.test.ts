import { describe, expect, it } from "vitest";
import { recurrentGoldens } from "../../golden/read.ts";
import { normError } from "../../setup/numbers.ts";
import { norm } from "../../oracle/linear.ts";
import { lnColumns, lnNorms, networkOf, batchOf } from "./helpers.ts";

/**
 * Nats. With one unit, the parts of the four gates in ∂L/∂x nearly cancel, and mostly float32's rounding errors are
 * left.
 */
const CANCELING = 5e-5;

/** PyTorch's float64 numbers against one float32 pass. */
describe("a pass equals PyTorch: loss, every gradient, ‖∂L/∂h_t‖ and ‖∂L/∂c_t‖ of every step", () => {
  for (const golden of recurrentGoldens()) {
    it(golden.name, () => {
      const network = networkOf(golden.spec, golden.parameters);
      const flow = network.propagate(batchOf(golden), { inputColumns: true });
      expect(Math.abs(flow.loss! - golden.loss)).toBeLessThan(1e-5 * Math.abs(golden.loss) + 1e-7);
      for (const [name, { shape, data }] of Object.entries(golden.gradients)) {
        expect(network.parameters.shape(name)).toEqual(shape);
        expect(normError(network.gradients.get(name), data), `∂L/∂ ${name}`).toBeLessThan(1e-5);
      }
      expect(flow.layers.map(({ suffix }) => suffix)).toEqual(golden.stations.map(({ suffix }) => suffix));
      golden.stations.forEach((station, n) => {
        const { lnGradientNorm, lnCellGradientNorm } = flow.layers[n];
        expect(lnGradientNorm, `δ ${station.suffix}`).toBeCloseToArray(lnNorms(station.delta), 1e-5);
        if (station.deltaCell)
          expect(lnCellGradientNorm, `γ ${station.suffix}`).toBeCloseToArray(lnNorms(station.deltaCell), 1e-5);
        else expect(lnCellGradientNorm).toBeUndefined();
      });
      const { data, shape } = golden.inputGradient;
      expect(flow.input?.lnStepNorms, "∂L/∂x").toBeCloseToArray(lnNorms(golden.inputGradient), CANCELING);
      expect(Math.abs(flow.input!.lnGradientNorm - Math.log(norm([data]))), "‖∂L/∂x‖").toBeLessThan(1e-5);
      expect(flow.input?.lnColumnNorms, "columns").toBeCloseToArray(lnColumns(data, shape[2]), CANCELING);
      network.dispose();
    });
  }
});
