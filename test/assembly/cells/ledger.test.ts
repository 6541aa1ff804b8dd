import type { CellName } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { parseSpec } from "../../../src/spec/index.ts";
import { drawParameters } from "../../oracle/draw.ts";
import { runRecurrent } from "../../oracle/recurrent.ts";
import { recurrentShapes } from "../../oracle/shapes.ts";
import { rounded } from "../../setup/recurrent.ts";
import { networkOf, randomBatch } from "./helpers.ts";

const CASES: [
  cell: CellName,
  layers: number,
  bidirectional: boolean,
  lossAt: "last" | "every",
  H: number,
  B: number,
][] = [
  ["tanh", 2, false, "every", 5, 3],
  ["tanh", 1, true, "every", 4, 9],
  ["lstm", 1, false, "last", 5, 3],
  ["lstm", 1, false, "every", 17, 9],
  ["lstm", 3, false, "last", 4, 1],
  ["lstm", 2, true, "every", 3, 4],
  ["gru", 1, false, "last", 5, 3],
  ["gru", 1, false, "every", 17, 9],
  ["gru", 3, false, "last", 4, 1],
  ["gru", 2, true, "every", 3, 4],
];

/** Compares each factor on its own, because their sum is right by construction. */
describe("every factor of every ledger equals the float64 oracle's", () => {
  for (const [cell, layers, bidirectional, lossAt, H, B] of CASES) {
    it(`${cell}, ${layers} layers${bidirectional ? ", bidirectional" : ""}, loss at ${lossAt}, H = ${H}, B = ${B}`, () => {
      const spec = { kind: "recurrent", cell, inputs: 3, hidden: H, layers, outputs: 2, bidirectional } as const;
      const parameters = rounded(drawParameters(recurrentShapes(spec, 3, 2), 7));
      const batch = randomBatch({ B, T: 9, X: 3, Y: 2, lossAt, seed: 5 });
      const oracle = runRecurrent(spec, parameters, batch);
      const network = networkOf(parseSpec(spec), parameters);
      const flow = network.propagate(batch);
      oracle.layers.forEach(({ suffix, ledger, lnGradientNorm, contributions }, n) => {
        const measured = flow.layers[n];
        expect(measured.lnGradientNorm).toBeCloseToArray(lnGradientNorm, 1e-5);
        expect(measured.ledger!.total, `${suffix} total`).toBeCloseToArray(ledger.total, 2e-5);
        for (const [name, values] of Object.entries(ledger.factors)) {
          const own = measured.ledger!.factors[name];
          // a route without any gradient is left out: its entries in the oracle are 0
          if (own === undefined)
            expect(
              [...values].every((value) => value === 0 || Number.isNaN(value)),
              name,
            ).toBe(true);
          else expect(own, `${suffix} ${name}`).toBeCloseToArray(values, 2e-5);
        }
        expect(flow.contributions![n].map(Math.exp)).toBeCloseToArray(contributions, 1e-5);
      });
      expect(flow.lnGradientNorm).toBeCloseToArray(oracle.lnGradientNorm, 1e-5);
      network.dispose();
    });
  }
});
