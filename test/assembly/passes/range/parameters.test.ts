import { describe, expect, it } from "vitest";
import { gap } from "../../../setup/numbers.ts";
import { DEAD, chain, fround, relative } from "./chain.ts";

describe("gradients of parameters beyond float32", () => {
  it("a norm below 1e-30 comes back in float64, with the right values; above, in float32", () => {
    // L layers of H = 1 over one step: ∂L/∂W_ih of the first is the product of the others'
    for (const [factor, L] of [
      [0.1, 20],
      [0.1, 40],
      [1e-10, 5],
      [1e-20, 10],
      [1e-37, 8],
    ]) {
      const { gradients, lnNorms } = chain({ cell: "identity", T: 1, L, input: factor, x: () => 3 });
      const want = 3 * fround(factor) ** (L - 1);
      const got = gradients["rnn.weight_ih_l0"];
      expect(got).toBeInstanceOf(want < 1e-30 ? Float64Array : Float32Array);
      expect(relative(got[0], want)).toBeLessThan(1e-5);
      expect(gap(lnNorms["rnn.weight_ih_l0"], Math.log(want))).toBeLessThan(1e-5);
    }
  });

  it("ln-norms hold below 1e-300 and far below float64", () => {
    for (const L of [9, 10, 20, 100]) {
      const { gradients, lnNorms, flow } = chain({ cell: "identity", T: 1, L, H: 3, B: 2, input: 1e-37, x: () => 3 });
      const want = Math.log(3) + 0.5 * Math.log(3) + (L - 1) * Math.log(fround(1e-37));
      expect(relative(lnNorms["rnn.weight_ih_l0"], want)).toBeLessThan(1e-8);
      expect(flow.parameters.find(({ name }) => name === "rnn.weight_ih_l0")!.lnGradientNorm).toBe(
        lnNorms["rnn.weight_ih_l0"],
      );
      const value = gradients["rnn.weight_ih_l0"][0];
      if (want < -750) expect(value).toBe(0);
      else expect(relative(value, Math.exp(want - 0.5 * Math.log(3)))).toBeLessThan(1e-4);
    }
  });

  it("exactly zero stays exactly zero, and float32", () => {
    const { gradients, lnNorms } = chain({ cell: "identity", T: 1, w: 0.5, input: 1, x: () => 3 });
    expect(gradients["rnn.weight_hh_l0"]).toEqual(Float32Array.of(0)); // no step before the first
    expect(lnNorms["rnn.weight_hh_l0"]).toBe(DEAD);
  });

  it("each step's own contribution holds as far as its δ, whatever the size of h", () => {
    // δ_t = w^(T−1−t), h_t = w^t: every step contributes w^(T−2)
    for (const [w, T] of [
      [0.5, 140],
      [2, 120],
      [1e-3, 13],
    ]) {
      for (const B of [9, 17]) {
        const { flow } = chain({ cell: "identity", T, B, w, input: 1, x: (t) => (t === 0 ? 1 : 0) });
        const want = (T - 2) * Math.log(fround(w));
        const got = flow.contributions![0];
        expect(got[0]).toBe(DEAD);
        for (let t = 1; t < T; t++) expect(gap(got[t], want)).toBeLessThan(1e-4);
      }
    }
  });

  it("what one input long ago adds to ∂L/∂W_ih is kept, though every later δ is larger", () => {
    for (const T of [100, 200, 2000]) {
      const { lnNorms, flow } = chain({ cell: "identity", T, w: 0.5, input: 1, x: (t) => (t === 0 ? 1 : 0) });
      expect(gap(lnNorms["rnn.weight_ih_l0"], flow.lnGradientNorm[0])).toBeLessThan(1e-6);
    }
  });
});
