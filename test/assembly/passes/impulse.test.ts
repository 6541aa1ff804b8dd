import { describe, expect, test } from "vitest";
import { createNetwork } from "../../../src/network/create.ts";

/*
 * A linear scalar chain h_t = w h_{t−1} + x_t with an impulse at step 0: only that step contributes to ∂L/∂W_ih, and L = h_{T−1} makes it
 * exactly w^(T−1), however far below the contributions of later steps to ∂L/∂b it lies.
 */
describe("a weight that only far steps touch keeps its gradient", () => {
  test.each([
    [0.5, 60],
    [0.5, 100],
    [0.5, 400],
    [0.5, 1000],
    [0.5, 5000],
    [2 ** -10, 60],
    [2 ** -30, 40],
    [2 ** -60, 40],
  ])("w = %f, T = %i: ln ‖∂L/∂W_ih‖ = (T − 1) ln w", (w, steps) => {
    const network = createNetwork({ kind: "recurrent", cell: "identity", hidden: 1, inputs: 1, init: { biasStd: 0 } });
    network.parameters.set("rnn.weight_ih_l0", [1]);
    network.parameters.set("rnn.weight_hh_l0", [w]);
    const inputs = new Float32Array(steps);
    inputs[0] = 1;
    network.propagate({ inputs, batch: 1 });
    const expected = (steps - 1) * Math.log(w);
    expect(Math.abs(network.gradients.lnNorm("rnn.weight_ih_l0") / expected - 1)).toBeLessThan(1e-9);
    network.dispose();
  });
});
