import { NORMS, RESIDUALS } from "../../../src/catalogue/index.ts";
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { anyCase } from "./arbitrary.ts";
import { PLAIN } from "../../oracle/feedforward.ts";
import { check } from "./check.ts";

describe("every gradient, δ, quantile, probe and ledger entry is the float64 oracle's", () => {
  it("whatever the network, batch and loss", () => {
    fc.assert(fc.property(anyCase, check), { seed: 20, numRuns: 400 });
  });

  for (const residual of RESIDUALS) {
    it(`${residual}: every norm, position of norm and activation, blocks of one and two`, () => {
      let seed = 0;
      for (const norm of NORMS) {
        for (const normPosition of ["before", "after", "pre", "post"] as const) {
          for (const activationPosition of ["branch", "pre", "post"] as const) {
            for (const blockLayers of [1, 2]) {
              const spec = { ...PLAIN, residual, norm, normPosition, activationPosition, blockLayers };
              const outputs = seed % 2 === 0 ? 3 : null;
              check({ spec: { ...spec, width: 5 }, batch: 9, inputs: 3, outputs, loss: "mse", seed: seed++ });
            }
          }
        }
      }
    });
  }
});
