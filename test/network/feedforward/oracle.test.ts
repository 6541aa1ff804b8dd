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

  it("whatever lists of norms and activations", () => {
    const layer = fc.record({ norm: fc.constantFrom(...NORMS), activation: fc.constantFrom("tanh", "prelu", "gelu") });
    const lists = fc.array(layer, { minLength: 6, maxLength: 6 });
    const property = fc.property(anyCase, lists, (given, layers) => {
      const layerwise = layers.slice(0, given.spec.depth);
      // the sum of a layer behind a batch norm is constant, so its gradient is only rounding
      check({ ...given, loss: given.loss === "none" ? "mse" : given.loss, spec: { ...given.spec, layerwise } });
    });
    fc.assert(property, { seed: 5, numRuns: 60 });
  });

  it("dropout behind every activation, its masks drawn again by the oracle", () => {
    let seed = 100;
    for (const residual of RESIDUALS) {
      for (const activationPosition of ["branch", "pre", "post"] as const) {
        const [dropout, blockLayers] = [[0.1, 0.5, 0][seed % 3], 1 + (seed % 2)];
        const normPosition = (["after", "before", "post"] as const)[seed % 3];
        const norm = NORMS[seed % NORMS.length];
        const spec = { ...PLAIN, residual, activationPosition, blockLayers, norm, normPosition, dropout };
        const width = [1, 3, 4, 5, 17][seed % 5];
        check({ spec: { ...spec, width }, batch: 9, inputs: 3, outputs: 4, loss: "mse", seed: seed++ });
      }
    }
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
