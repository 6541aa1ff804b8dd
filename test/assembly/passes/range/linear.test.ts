import { describe, expect, it } from "vitest";
import { random } from "../../../../src/base/random.ts";
import { gap } from "../../../setup/numbers.ts";
import { DEAD, INFINITY, NAN, chain, fround, relative } from "./chain.ts";

describe("a linear scalar chain", () => {
  it.each([1, 3, 8, 9])(
    "w = 0.5 over 5,000 steps: the first step's ln-norm lies 4999 ln 2 below the last's, batch %i",
    (B) => {
      const { flow } = chain({ cell: "identity", T: 5000, w: 0.5, B });
      expect(relative(flow.lnGradientNorm[0] - flow.lnGradientNorm[4999], -4999 * Math.LN2)).toBeLessThan(1e-9);
      expect(flow.lnGradientNorm[4999]).toBeCloseTo(-0.5 * Math.log(B), 6);
      expect(relative(flow.decay!.perStation, Math.LN2)).toBeLessThan(1e-9);
      expect(relative(flow.decay!.halfLife, 1)).toBeLessThan(1e-9);
      expect(flow.decay!.rSquared).toBeCloseTo(1, 12);
      expect([flow.outcome, flow.underflow]).toEqual(["finite", undefined]);
      for (const factor of flow.layers[0].ledger!.factors.weights) expect(gap(factor, -Math.LN2)).toBeLessThan(1e-9);
      for (const factor of flow.layers[0].ledger!.factors.gate) expect(gap(factor, 0)).toBeLessThan(1e-9);
    },
  );

  it.each([
    [2, 5000],
    [-2, 5000],
    [1e3, 1600],
    [1e-3, 1600],
    [1e20, 250],
    [1e-20, 250],
    [1e-37, 140],
  ])("w = %f over %i steps: every step's ln-norm, far beyond e^±10,000", (w, T) => {
    const { flow } = chain({ cell: "identity", T, w, H: 3, B: 2 });
    const step = Math.log(Math.abs(fround(w)));
    const last = flow.lnGradientNorm[T - 1];
    for (let t = 0; t < T - 1; t++) {
      if (relative(flow.lnGradientNorm[t] - last, (T - 1 - t) * step) > 1e-8)
        expect.fail(`step ${t}: ${flow.lnGradientNorm[t]}`);
    }
    expect(flow.outcome).toBe("finite");
    expect(flow.probe!.lnGradientNorm[0]).toBeCloseTo((T - 1) * step, 3);
  });

  it("a bias gradient beyond float64 is +∞ in numbers and right in its logarithm", () => {
    // ∂L/∂b = Σ_k 1000^k over k < 1600
    const { gradients, lnNorms, flow } = chain({ cell: "identity", T: 1600, w: 1000 });
    expect(relative(lnNorms["rnn.bias_ih_l0"], 1599 * Math.log(1000) + Math.log(1000 / 999))).toBeLessThan(1e-8);
    expect(gradients["rnn.bias_ih_l0"]).toEqual(Float64Array.of(INFINITY));
    expect(lnNorms["rnn.weight_hh_l0"]).toBe(DEAD); // every state is zero
    expect(flow.outcome).toBe("finite");
  });
});

describe("conserved and lost norms", () => {
  it("an orthogonal linear network keeps the norm to rounding over 2,000 steps, as float64 does with the same matrix", () => {
    const [H, T] = [17, 2000];
    const W = orthogonal(H);
    const { flow } = chain({ cell: "identity", T, H, w: W, B: 3 });
    let delta = new Array<number>(H).fill(1 / 3);
    for (let t = T - 1; t >= 0; t--) {
      const want = 0.5 * Math.log(3 * delta.reduce((sum, value) => sum + value * value, 0));
      if (!(gap(flow.lnGradientNorm[t], want) <= 2e-5))
        expect.fail(`step ${t}: ${flow.lnGradientNorm[t]}, not ${want}`);
      delta = delta.map((_, j) => delta.reduce((sum, value, i) => sum + W[i * H + j] * value, 0));
    }
    expect(gap(flow.lnGradientNorm[0], flow.lnGradientNorm[T - 1])).toBeLessThan(1e-4);
    expect(Math.abs(flow.decay!.perStation)).toBeLessThan(1e-7);
  });

  it.each(["tanh", "relu", "identity", "sigmoid"] as const)(
    "%s with W_hh = 0: exactly zero at every step before the last",
    (cell) => {
      const { flow } = chain({ cell, T: 70, H: 5, B: 9, input: 1, bias: 1, x: (t, b) => Math.sin(t + b) });
      expect(flow.lnGradientNorm.subarray(0, 69).every((value) => value === DEAD)).toBe(true);
      expect(flow.lnGradientNorm[69]).toBeGreaterThan(-10);
      expect([flow.decay, flow.underflow, flow.outcome]).toEqual([null, undefined, "finite"]);
      expect(flow.quantiles!.q95[3]).toBe(DEAD);
      const { weights, gate } = flow.layers[0].ledger!.factors;
      expect([weights[68], weights[67], gate[67]]).toEqual([DEAD, NAN, NAN]);
      expect(Number.isFinite(gate[68])).toBe(true);
    },
  );

  it("a relu unit that is off at step 40 ends the gradient there, and says the gate did", () => {
    for (const H of [1, 3, 4, 5]) {
      const { flow } = chain({ cell: "relu", T: 70, H, w: 1, input: 1, x: (t) => (t === 40 ? -1000 : 1) });
      expect(flow.lnGradientNorm.subarray(0, 40).every((value) => value === DEAD)).toBe(true);
      expect(flow.lnGradientNorm.subarray(40).every(Number.isFinite)).toBe(true);
      const { weights, gate } = flow.layers[0].ledger!.factors;
      expect([gate[39], weights[39], gate[40], gate[38]]).toEqual([DEAD, 0, 0, NAN]);
      expect(flow.underflow).toBeUndefined();
    }
  });

  it("where some samples die, the profile is that of the others, and the quantiles show both", () => {
    const { flow } = chain({
      cell: "relu",
      T: 50,
      B: 9,
      w: 1,
      input: 1,
      x: (t, b) => (t === 20 && b % 2 === 1 ? -1000 : 1),
    });
    // five of nine stay alive
    expect(flow.lnGradientNorm[0]).toBeCloseTo(Math.log(Math.sqrt(5) / 9), 6);
    expect(flow.lnGradientNorm[49]).toBeCloseTo(Math.log(Math.sqrt(9) / 9), 6);
    expect([flow.quantiles!.q05[0], flow.quantiles!.q05[49]]).toEqual([DEAD, flow.quantiles!.q50[49]]);
    expect(flow.quantiles!.q95[0]).toBeCloseTo(-Math.log(9), 6);
  });
});

/** Random rotations by Gram–Schmidt in float64, rounded to float32. */
function orthogonal(H: number): Float32Array {
  const stream = random(5, "test/orthogonal");
  const rows: number[][] = [];
  for (let i = 0; i < H; i++) {
    let row = Array.from({ length: H }, () => stream.normal());
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const dot = row.reduce((sum, value, j) => sum + value * other[j], 0);
        row = row.map((value, j) => value - dot * other[j]);
      }
    }
    const norm = Math.hypot(...row);
    rows.push(row.map((value) => value / norm));
  }
  return Float32Array.from(rows.flat());
}
