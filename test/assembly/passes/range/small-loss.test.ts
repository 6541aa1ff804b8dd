import { describe, expect, it } from "vitest";
import { gap, normError, widestGap } from "../../../setup/numbers.ts";
import { draw, oracle, run } from "../../../setup/recurrent.ts";

describe("a loss of almost zero", () => {
  it.each([
    ["tanh", 93, "last", 1],
    ["lstm", 93, "every", 9],
    ["gru", 300, "every", 2],
  ] as const)(
    "%s, classes %i nats apart at the %s step, batch %i: δ and every gradient as float64 has them",
    (cell, margin, lossAt, B) => {
      const testCase = { cell, H: 5, L: 1, X: 2, Y: 3, B, T: 20, loss: "cross_entropy", lossAt, seed: margin } as const;
      const drawn = draw(testCase);
      const targets = drawn.batch.targets as Int32Array;
      targets.fill(1);
      // a sample of an LSTM with an uncertain prediction lies beside the others in its panel
      if (cell === "lstm") targets[0] = 2;
      drawn.parameters["readout.bias"].data[1] += margin;
      const { flow, gradients, lnNorms } = run(testCase, drawn);
      const wanted = oracle(testCase, drawn);
      // logits of this size are rounded by half a unit of 2^−17 or 2^−15
      const bound = margin * 2 ** -22;
      expect(Math.abs((flow.loss as number) / wanted.loss - 1)).toBeLessThan(bound);
      expect(widestGap(flow.lnGradientNorm, wanted.lnGradientNorm)).toBeLessThan(bound);
      // of one sample ∂L/∂b is ∂L/∂y itself
      if (B === 1)
        expect(gap(flow.readoutGain as number, flow.lnGradientNorm[19] - lnNorms["readout.bias"])).toBeLessThan(1e-6);
      for (const [name, { data }] of Object.entries(wanted.gradients)) {
        expect(normError(gradients[name], data), name).toBeLessThan(bound);
      }
    },
  );

  it("margins beyond float64 still leave a profile", () => {
    const testCase = {
      cell: "tanh",
      H: 3,
      L: 1,
      X: 2,
      Y: 2,
      B: 1,
      T: 5,
      loss: "cross_entropy",
      lossAt: "last",
      seed: 2,
    } as const;
    const [near, far] = [100, 4000].map((margin) => {
      const drawn = draw(testCase);
      (drawn.batch.targets as Int32Array).fill(1);
      drawn.parameters["readout.bias"].data.set([0, margin]);
      return run(testCase, drawn).flow;
    });
    for (let t = 0; t < 5; t++) {
      expect(Math.abs(near.lnGradientNorm[t] - far.lnGradientNorm[t] - 3900)).toBeLessThan(3900 * 2 ** -22);
    }
    expect(gap(near.readoutGain as number, far.readoutGain as number)).toBeLessThan(1e-6);
  });
});
