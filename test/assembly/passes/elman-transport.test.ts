import { describe, expect, it } from "vitest";
import { random } from "../../../src/base/random.ts";
import { LOSS } from "../../oracle/losses.ts";
import { transportRecurrent } from "../../oracle/recurrent.ts";
import { rows } from "../../oracle/tensor.ts";
import { widestGap } from "../../setup/numbers.ts";
import { asOracle, type Case, draw, oracle, oracleSpec, run } from "../../setup/recurrent.ts";
import { ENTRY, TOLERANCE, checkLedger, plain } from "./elman-check.ts";

describe("transport", () => {
  it.each([1, 3, 8, 9, 17])("the probe is the profile of unit cotangents, relative to the batch's norm: B %i", (B) => {
    const testCase = { ...plain, B };
    const drawn = draw(testCase);
    const { flow } = run(testCase, drawn, {}, { seed: 42 });
    // the directions that the network draws for its seed
    const stream = random(42, "probe");
    const cotangents = Array.from({ length: B }, () => {
      const direction = Array.from({ length: testCase.H }, () => stream.normal());
      const norm = Math.hypot(...direction);
      return direction.map((value) => Math.fround(value / norm));
    }).flat();
    const want = transportRecurrent(oracleSpec(testCase), drawn.parameters, asOracle(drawn.batch), cotangents);
    const profile = want.lnGradientNorm.map((value) => value - 0.5 * Math.log(B));
    expect(widestGap(flow.probe!.lnGradientNorm, profile)).toBeLessThanOrEqual(TOLERANCE);
    flow.probe!.ledgers!.forEach((ledger, l) => {
      const own = want.layers[l].lnGradientNorm;
      checkLedger(ledger, want.layers[l].ledger, want.layers[l].ledger, own, `probe's ledger of layer ${l}`, ENTRY);
    });
  });

  it("the probe knows nothing of loss and targets", () => {
    const drawn = draw(plain);
    const other: Case = { ...plain, loss: "none" };
    const { flow } = run(plain, drawn);
    const { flow: without } = run(other, { ...draw(other), parameters: drawn.parameters });
    expect(without.probe).toEqual(flow.probe);
  });

  it("lastStep is the profile of the last step's own term of the loss", () => {
    for (const loss of ["mse", "cross_entropy"] as const) {
      const testCase = { ...plain, loss };
      const drawn = draw(testCase);
      const { flow } = run(testCase, drawn, { lastStep: true });
      const { parameters, batch } = drawn;
      const want = oracle(testCase, drawn);
      const { gradient } = LOSS[loss](rows(want.outputs!, testCase.Y!), batch.targets!);
      const W = parameters["readout.weight"].data;
      const cotangents = gradient
        .slice(-testCase.B)
        .flatMap((dz) =>
          Array.from({ length: testCase.H }, (_, i) => dz.reduce((sum, z, y) => sum + z * W[y * testCase.H + i], 0)),
        );
      const alone = transportRecurrent(oracleSpec(testCase), parameters, asOracle(batch), cotangents);
      expect(widestGap(flow.lastStep!.lnGradientNorm, alone.lnGradientNorm)).toBeLessThanOrEqual(TOLERANCE);
      flow.lastStep!.ledgers!.forEach((ledger, l) => {
        const { ledger: expected, lnGradientNorm } = alone.layers[l];
        checkLedger(ledger, expected, expected, lnGradientNorm, `ledger of layer ${l}`, ENTRY);
      });
    }
  });

  it("lastStep is left out where it was not asked for, and refused where every loss is the last", () => {
    expect(run(plain, draw(plain)).flow.lastStep).toBeUndefined();
    const last: Case = { ...plain, lossAt: "last" };
    expect(() => run(last, draw(last), { lastStep: true })).toThrow("lastStep: a loss at every step");
  });
});
