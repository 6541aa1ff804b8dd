import type { CellName, ElmanCellName } from "../../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { createNetwork } from "../../../../src/network/create.ts";
import type { NetworkInput } from "../../../../src/spec/index.ts";
import { gap } from "../../../setup/numbers.ts";
import { DEAD, chain, relative } from "./chain.ts";

describe("saturation", () => {
  /** A unit whose pre-activation is `a` at every step but the first, where its h is `h`. */
  const held = (cell: ElmanCellName, T: number, a: number, h: number, w = 0.5) =>
    chain({ cell, T, w, bias: a - w * h });

  it.each([
    ["tanh", 20, 1, Math.log(4) - 40],
    ["tanh", -40, -1, Math.log(4) - 80],
    ["sigmoid", 30, 1, -30],
    ["sigmoid", 80, 1, -80],
    ["sigmoid", -80, 0, -80],
  ] as const)(
    "%s at a = %f, h = %f: ln φ' = %f at every step, and δ survives hundreds of them",
    (cell, a, h, lnSlope) => {
      const { flow } = held(cell, 300, a, h);
      for (let t = 0; t < 299; t++)
        expect(relative(flow.lnGradientNorm[t], (299 - t) * (lnSlope - Math.LN2))).toBeLessThan(1e-6);
      for (const entry of flow.layers[0].ledger!.factors.gate) expect(relative(entry, lnSlope)).toBeLessThan(1e-6);
      expect(flow.underflow).toBeUndefined();
    },
  );

  it("a slope that is subnormal in float32 keeps the digits that a subnormal has", () => {
    const { flow } = held("sigmoid", 4, 95, 1); // e^−95 = 5.5e-42
    for (let t = 0; t < 3; t++) expect(gap(flow.lnGradientNorm[t], (3 - t) * (-95 - Math.LN2))).toBeLessThan(1e-3);
  });

  it("δ survives steps that each shrink it by more than 2^127, every factor being a normal float32", () => {
    const { flow } = held("sigmoid", 300, 80, 1, 1e-6);
    const step = -80 + Math.log(1e-6);
    for (let t = 0; t < 299; t++) expect(relative(flow.lnGradientNorm[t], (299 - t) * step)).toBeLessThan(1e-6);
  });

  it.each([
    ["tanh", 60],
    ["tanh", -60],
    ["sigmoid", 110],
    ["softsign", 1e30],
  ] as const)("%s at a = %f: a slope no float32 holds is reported as underflow, the profile −∞ below", (cell, bias) => {
    const { flow } = chain({ cell, T: 30, H: 3, L: 2, w: 1e-6, input: 1e-6, bias });
    expect(flow.underflow).toEqual({ station: 29, layer: 1 });
    expect(flow.outcome).toBe("finite");
    expect(flow.lnGradientNorm[28]).toBe(DEAD);
  });

  it("hard tanh's zero slope is no underflow", () => {
    const { flow } = chain({ cell: "hardtanh", T: 30, w: 1e-6, bias: 60 });
    expect([flow.underflow, flow.lnGradientNorm[28]]).toEqual([undefined, DEAD]);
  });
});

describe("gates too small for a float32", () => {
  /** Every gate and candidate at one pre-activation; no weights. */
  function gated(cell: CellName, bias: number, options: object = {}) {
    const spec = { kind: "recurrent", cell, hidden: 3, inputs: 1, ...options } as NetworkInput;
    const network = createNetwork(spec, { outputs: null });
    for (const name of network.parameters.names) {
      const values = new Array<number>(network.parameters.get(name).length).fill(name.includes("bias_ih") ? bias : 0);
      network.parameters.set(name, values);
    }
    const own = { name: "gates", batch: 2, steps: 9, inputSize: 1, inputs: new Float32Array(18) };
    const flow = network.propagate({ ...own, loss: "none", lossAt: "last" });
    network.dispose();
    return flow;
  }

  it.each([
    ["lstm", -95],
    ["lstm", -110],
    ["lstm_peephole", -110],
    ["lstm_coupled", -110],
    ["gru", -110],
    ["ugrnn", -110],
    ["mgu", 110],
  ] as const)("%s at %d: underflow is named at the last step", (cell, bias) => {
    for (const options of [{}, { layers: 2 }, { dilation: 2 }]) {
      const flow = gated(cell, bias, options);
      expect(flow.underflow).toEqual({ station: 8, layer: (options as { layers?: number }).layers === 2 ? 1 : 0 });
    }
  });

  it.each([
    ["lstm", -40],
    ["gru", -40],
    ["lstm_coupled", -40],
    ["ugrnn", -40],
    ["mgu", 40],
    ["gru", 110],
    ["mgu", -110],
  ] as const)("%s at %d: carried", (cell, bias) => {
    const flow = gated(cell, bias);
    expect(flow.underflow).toBeUndefined();
    const step = Math.abs(bias) === 40 ? -40 : 0;
    const profile = flow.layers[0].lnCellGradientNorm ?? flow.lnGradientNorm;
    for (let t = 1; t < 8; t++) expect(profile[t - 1] - profile[t]).toBeCloseTo(step, 4);
  });
});
