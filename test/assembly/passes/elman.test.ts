import { ELMAN_CELLS, isClassLoss } from "../../../src/catalogue/index.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recurrentGoldens } from "../../golden/read.ts";
import { widestGap } from "../../setup/numbers.ts";
import { type Case, run } from "../../setup/recurrent.ts";
import { TOLERANCE, check, checkGradients, lnNorm } from "./elman-check.ts";

describe("PyTorch's golden files", () => {
  for (const golden of recurrentGoldens().filter(({ spec }) =>
    (ELMAN_CELLS as readonly string[]).includes(spec.cell),
  )) {
    it(golden.name, () => {
      const { spec, batch } = golden;
      const { batch: B, steps: T, inputSize: X } = batch;
      const testCase: Case = {
        ...{ cell: spec.cell, H: spec.hidden, L: spec.layers, X, Y: spec.outputs ?? null, B, T },
        ...{ loss: batch.loss as Case["loss"], lossAt: batch.lossAt, seed: 0 },
      };
      const targets = golden.targets && (isClassLoss(batch.loss) ? Int32Array : Float32Array).from(golden.targets.data);
      const { flow, gradients, lnNorms } = run(testCase, {
        parameters: golden.parameters,
        batch: {
          name: golden.name,
          ...batch,
          inputs: Float32Array.from(golden.inputs.data),
          ...(targets && { targets }),
        },
      });
      expect(Math.abs(flow.loss! - golden.loss)).toBeLessThanOrEqual(TOLERANCE * Math.abs(golden.loss));
      golden.stations.forEach(({ delta }, l) => {
        const want = Float64Array.from({ length: T }, (_, t) =>
          lnNorm(delta.data.subarray(t * B * spec.hidden, (t + 1) * B * spec.hidden)),
        );
        expect(widestGap(flow.layers[l].lnGradientNorm, want), `δ of layer ${l}`).toBeLessThanOrEqual(TOLERANCE);
      });
      checkGradients(gradients, lnNorms, golden.gradients);
    });
  }
});

/** The cost of one case for the oracle, in multiplications. */
const cost = ({ B, T, L, H, X }: Case) => B * T * L * H * (H + X + 4) * 6;

const cases = fc
  .record({
    cell: fc.constantFrom(...ELMAN_CELLS),
    H: fc.constantFrom(1, 3, 4, 5, 17),
    L: fc.integer({ min: 1, max: 3 }),
    X: fc.constantFrom(1, 3, 4, 5, 8, 9, 17),
    Y: fc.option(fc.constantFrom(1, 3, 4, 5, 17), { nil: null }),
    B: fc.constantFrom(1, 7, 8, 9, 17),
    T: fc.constantFrom(1, 2, 15, 16, 17, 63, 64, 65, 130),
    loss: fc.constantFrom<Case["loss"]>("mse", "cross_entropy", "none"),
    lossAt: fc.constantFrom<Case["lossAt"]>("last", "every"),
    seed: fc.integer({ min: 0, max: 1e6 }),
  })
  .filter((testCase) => cost(testCase) < 4e6);

describe("the oracle", () => {
  it("loss, gradients, profiles, ledgers, contributions, quantiles and readout gain of any Elman network", () => {
    fc.assert(fc.property(cases, check), { seed: 7, numRuns: 80 });
  });

  it.each(ELMAN_CELLS)("%s: three layers, two panels and 130 steps with a loss at every step", (cell) => {
    check({ cell, H: 5, L: 3, X: 3, Y: 4, B: 9, T: 130, loss: "cross_entropy", lossAt: "every", seed: 11 });
  });
});
