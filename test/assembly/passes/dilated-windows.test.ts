import { describe, expect, it } from "vitest";
import { createNetwork } from "../../../src/network/create.ts";
import { Engine } from "../../../src/wasm/engine.ts";

/*
 * A linear scalar chain dilated by s, h_t = w h_{t−s} + x_t + b, every h at 0 and every target 1: step t's loss has ∂L_t/∂h_t = −2/T, and
 *
 *     ∂L_t/∂h_{t−js} = −2/T w^j, nothing at other steps        ∂L/∂b = Σ_t Σ_j −2/T w^j, j as far as t's window goes
 */
const [W, T] = [0.5, 50];

function chain(dilation: number) {
  const network = createNetwork(
    { kind: "recurrent", cell: "identity", hidden: 1, inputs: 1, dilation, init: { biasStd: 0 } },
    { engine: new Engine() },
  );
  network.parameters.set("rnn.weight_hh_l0", [W]);
  const data = {
    inputs: { shape: [T, 1, 1], data: new Float32Array(T) },
    targets: { shape: [T, 1, 1], data: new Float32Array(T).fill(1) },
  };
  return { network, data };
}

describe.each([1, 2, 3, 7, 20])("dilation %d", (s) => {
  it("a loss reaches every s-th step before it", () => {
    const { network, data } = chain(s);
    const { credit } = network.propagate(data, { credit: { matrix: true } });
    network.dispose();
    credit!.matrix!.forEach((row, t) => {
      row.forEach((ln, at) => {
        const j = (t - at) / s;
        if (at > t || !Number.isInteger(j)) expect(ln).toBe(Number.NEGATIVE_INFINITY);
        else expect(ln).toBeCloseTo(Math.log(2 / T) + j * Math.log(W), 6);
      });
    });
  });

  it.each([
    [1, 1],
    [1, 10],
    [5, 5],
    [8, 19],
    [16, 16],
    [50, 50],
  ])("windows of k1 = %d, k2 = %d", (k1, k2) => {
    const { network, data } = chain(s);
    network.propagate(data, { truncate: { k1, k2 } });
    let expected = 0;
    for (let t = 0; t < T; t++) {
      const end = Math.min((Math.floor(t / k1) + 1) * k1, T);
      for (let at = t, j = 0; at >= Math.max(0, end - k2); at -= s, j++) expected -= (2 / T) * W ** j;
    }
    expect(network.truncatedGradients!.get("rnn.bias_ih_l0")[0] / expected).toBeCloseTo(1, 6);
    network.dispose();
  });
});
