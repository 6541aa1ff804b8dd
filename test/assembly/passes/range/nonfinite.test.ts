import { describe, expect, it } from "vitest";
import type { Batch } from "../../../../src/tasks/batch.ts";
import { type Parameters, tensor } from "../../../oracle/tensor.ts";
import { run } from "../../../setup/recurrent.ts";
import { INFINITY, NAN, chain, fround } from "./chain.ts";

describe("values that are not finite", () => {
  /** h of every step and layer in float32, as the core rounds: unit weights between layers, w · h + x + 0. */
  function emulate(T: number, L: number, w: number, x: (t: number) => number): { step: number; layer: number } {
    const h = new Array<number>(L).fill(0);
    for (let t = 0; t < T; t++) {
      for (let l = 0; l < L; l++) {
        h[l] = Math.max(fround(fround(l === 0 ? x(t) : h[l - 1]) + fround(w * h[l])), 0);
        if (!Number.isFinite(h[l])) return { step: t, layer: l };
      }
    }
    return { step: -1, layer: -1 };
  }

  it.each([
    [1, 2],
    [1, 3],
    [2, 2],
    [3, 1.5],
  ])("an exploding relu network of %i layers, w = %f: named at the first step and layer float32 overflows", (L, w) => {
    for (const [H, B] of [
      [1, 1],
      [3, 9],
      [4, 8],
      [5, 17],
    ]) {
      const { flow } = chain({ cell: "relu", T: 400, H, L, B, w, input: 1, x: () => 1 });
      expect(flow.outcome).toBe("nonfinite");
      expect(flow.nonfinite).toEqual({ ...emulate(400, L, w, () => 1), tensor: "h" });
      expect(Number.isFinite(flow.loss)).toBe(false); // ∞, or NaN by 0 · ∞ where H > 1
    }
  });

  it("one exploding sample of many is named, whichever panel it is in", () => {
    for (const bad of [0, 7, 8, 16]) {
      const { flow } = chain({ cell: "relu", T: 400, B: 17, w: 2, input: 1, x: (_, b) => (b === bad ? 1 : 0) });
      expect(flow.nonfinite).toEqual({ ...emulate(400, 1, 2, () => 1), tensor: "h" });
      // the others' gradients are what they would be alone
      expect(flow.quantiles!.q05[399]).toBeCloseTo(-Math.log(17), 6);
    }
  });

  it("an overflow is also found where states are recomputed from checkpoints", () => {
    const testCase = {
      cell: "relu",
      H: 1,
      L: 1,
      X: 1,
      Y: null,
      B: 9,
      T: 3000,
      loss: "none",
      lossAt: "last",
      seed: 0,
    } as const;
    const parameters: Parameters = {
      "rnn.weight_ih_l0": tensor([1, 1], [1]),
      "rnn.weight_hh_l0": tensor([1, 1], [2]),
      "rnn.bias_ih_l0": tensor([1]),
      "rnn.bias_hh_l0": tensor([1]),
    };
    const inputs = new Float32Array(9 * 3000);
    inputs[2000 * 9 + 8] = 1;
    const batch: Batch = { name: "late", batch: 9, steps: 3000, inputSize: 1, inputs, loss: "none", lossAt: "last" };
    const stored = run(testCase, { parameters, batch });
    const recomputed = run(testCase, { parameters, batch }, {}, { memoryLimit: stored.memoryBytes - 1 });
    expect(stored.flow.nonfinite).toEqual({ step: 2128, layer: 0, tensor: "h" });
    expect(recomputed.flow.nonfinite).toEqual(stored.flow.nonfinite);
  });

  it.each([1, 3, 4, 5])("a NaN input is named at its step, in the first layer: H %i", (H) => {
    for (const cell of ["tanh", "relu", "hardtanh", "sigmoid"] as const) {
      for (const at of [0, 17, 69]) {
        const { flow } = chain({
          cell,
          T: 70,
          H,
          L: 2,
          B: 9,
          w: 0.5,
          input: 1,
          x: (t, b) => (t === at && b === 8 ? NAN : 0.1),
        });
        expect(flow.outcome).toBe("nonfinite");
        expect(flow.nonfinite).toEqual({ step: at, layer: 0, tensor: "inputs" });
        expect(flow.loss).toBeNaN();
      }
    }
  });

  it("an infinite input is named alike whatever H, though tanh keeps the states finite", () => {
    for (const H of [1, 3, 4, 5]) {
      const { flow } = chain({ cell: "tanh", T: 9, H, w: 0.5, input: 1, x: (t) => (t === 4 ? INFINITY : 0.1) });
      expect(flow.outcome).toBe("nonfinite");
      expect(flow.nonfinite).toEqual({ step: 4, layer: 0, tensor: "inputs" });
    }
  });

  it("an infinite state is not hidden by a unit that dies after it", () => {
    const x = new Map([
      [3, 3e38],
      [150, -1000],
    ]);
    const { flow } = chain({ cell: "relu", T: 200, w: -1, input: 2, x: (t) => x.get(t) ?? 1 });
    expect(flow.outcome).toBe("nonfinite");
    expect(flow.nonfinite).toEqual({ step: 3, layer: 0, tensor: "h" });
  });

  it("a NaN among the parameters is named, too", () => {
    const { flow } = chain({ cell: "tanh", T: 5, w: NAN, input: 1, x: () => 0.1 });
    expect(flow.nonfinite).toEqual({ step: 0, layer: 0, tensor: "rnn.weight_hh_l0" });
  });
});
