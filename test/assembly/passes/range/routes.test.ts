import { describe, expect, it } from "vitest";
import type { Batch } from "../../../../src/tasks/batch.ts";
import { type Parameters, tensor } from "../../../oracle/tensor.ts";
import { widestGap } from "../../../setup/numbers.ts";
import { run } from "../../../setup/recurrent.ts";
import { DEAD } from "./chain.ts";

describe("routes of very different size", () => {
  it.each([{ ledger: true }, { ledger: false }])(
    "a carry the gate has made zero leaves the frame to the layer above, %o",
    (options) => {
      // both layers decay by 2^−4 a step; the lower one's gate is shut at step 150 only
      const T = 200;
      const parameters: Parameters = {
        "rnn.weight_ih_l0": tensor([1, 1], [1]),
        "rnn.weight_hh_l0": tensor([1, 1], [1]),
        "rnn.bias_ih_l0": tensor([1]),
        "rnn.bias_hh_l0": tensor([1]),
        "rnn.weight_ih_l1": tensor([1, 1], [1]),
        "rnn.weight_hh_l1": tensor([1, 1], [2 ** -4]),
        "rnn.bias_ih_l1": tensor([1], [1]),
        "rnn.bias_hh_l1": tensor([1]),
      };
      const inputs = Float32Array.from({ length: T }, (_, t) => (t === 150 ? -1000 : 1));
      const testCase = {
        cell: "relu",
        H: 1,
        L: 2,
        X: 1,
        Y: null,
        B: 1,
        T,
        loss: "none",
        lossAt: "last",
        seed: 0,
      } as const;
      const batch: Batch = { name: "gate", batch: 1, steps: T, inputSize: 1, inputs, loss: "none", lossAt: "last" };
      const { flow } = run(testCase, { parameters, batch }, options);
      // upper: δ¹_t = 2^−4(T−1−t); lower: δ⁰_t = δ¹_t + δ⁰_{t+1} where the gate of t + 1 is open
      const upper = Float64Array.from({ length: T }, (_, t) => -4 * (T - 1 - t) * Math.LN2);
      const lower = new Float64Array(T);
      for (let t = T - 1; t >= 0; t--) {
        const carried = t === T - 1 || t === 149 ? DEAD : lower[t + 1];
        const top = Math.max(carried, upper[t]);
        lower[t] = top + Math.log(Math.exp(carried - top) + Math.exp(upper[t] - top));
      }
      expect(widestGap(flow.layers[1].lnGradientNorm, upper)).toBeLessThan(1e-5);
      expect(widestGap(flow.layers[0].lnGradientNorm, lower)).toBeLessThan(1e-5);
    },
  );
});
