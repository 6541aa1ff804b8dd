import { CELLS } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { finish } from "../../../src/base/time-slicing.ts";
import { createNetwork } from "../../../src/network/create.ts";
import { samplePass } from "../../../src/network/jacobians/recurrent.ts";
import type { NetworkInput, RecurrentSpec } from "../../../src/spec/index.ts";
import { Engine } from "../../../src/wasm/engine.ts";
import { Chain } from "../../../src/wasm/jacobian/chain.ts";
import { StepJacobians } from "../../../src/wasm/jacobian/recurrent.ts";
import { randomBatch } from "../../assembly/cells/helpers.ts";
import { normals } from "../../oracle/draw.ts";
import { stepJacobians } from "./oracle.ts";
import { identity, widestGap } from "./reference.ts";

const engine = new Engine();
const LIMIT = 2 ** 30;

function open(cell: (typeof CELLS)[number], hidden: number, T: number, layers = 1, norm = "none", more: object = {}) {
  const input = { kind: "recurrent", cell, hidden, inputs: 3, layers, norm, ...more } as NetworkInput;
  const network = createNetwork(input, { seed: 5, engine });
  const spec = network.spec as RecurrentSpec;
  for (const name of network.parameters.names) {
    const { length } = network.parameters.get(name);
    network.parameters.set(
      name,
      normals(length, name.length, name).map((x) => x * 0.5),
    );
  }
  const batch = randomBatch({ B: 1, T, X: 3, seed: 2 });
  const pass = samplePass(engine, network, spec, batch, LIMIT);
  pass.feed(batch);
  return { network, spec, batch, pass };
}

describe("∂s_k/∂s_{k−1} of the stored tape", () => {
  describe.each(CELLS)("%s", (cell) => {
    it.each([1, 3, 4, 5, 9, 17])("is that of central differences of the float64 cell, H = %i", (hidden) => {
      const T = 5;
      const { network, spec, batch, pass } = open(cell, hidden, T);
      const steps = new StepJacobians(engine, pass, 0, LIMIT);
      finish(pass.forwardInParts(0));
      const expected = stepJacobians(spec, network, batch, "l0");
      for (let k = 0; k < T; k++) {
        const got = steps.matrix(0, k);
        const largest = Math.max(...expected[k].map((row) => Math.max(...row.map(Math.abs))));
        expect(widestGap(got, expected[k])).toBeLessThan(2e-6 * Math.max(largest, 1));
      }
      steps.dispose();
      pass.dispose();
    });

    it("applied to a frame is the matrix times the frame", () => {
      const { pass } = open(cell, 13, 3);
      finish(pass.forwardInParts(0));
      const steps = new StepJacobians(engine, pass, 0, LIMIT);
      const chain = new Chain(engine, { rows: steps.size, columns: steps.size, product: false }, LIMIT);
      chain.startFromIdentity();
      steps.prepare(0, 2);
      steps.apply(chain, 0, 2);
      const a = new Float64Array(engine.core.memory.buffer, chain.a, chain.live * chain.lead);
      const applied = identity(steps.size).map((row, i) => row.map((_, j) => a[j * chain.lead + i]));
      const matrix = steps.matrix(0, 2);
      // φ' w is rounded to float32 by the adjoint and not by the product
      expect(widestGap(matrix, applied)).toBeLessThan(1e-6);
      chain.dispose();
      steps.dispose();
      pass.dispose();
    });
  });

  it.each(["tanh", "lstm", "gru"] as const)("of a layer-normalized %s too", (cell) => {
    const { network, spec, batch, pass } = open(cell, 5, 4, 1, "layer");
    const steps = new StepJacobians(engine, pass, 0, LIMIT);
    finish(pass.forwardInParts(0));
    const expected = stepJacobians(spec, network, batch, "l0");
    for (let k = 0; k < 4; k++) expect(widestGap(steps.matrix(0, k), expected[k])).toBeLessThan(2e-6);
    steps.dispose();
    pass.dispose();
  });

  it.each(["lstm", "gru", "gru_reset_before"] as const)("of a %s with softplus inside and hard gates too", (cell) => {
    const cellOptions = { innerActivation: "softplus", gateActivation: "hardsigmoid" };
    const { network, spec, batch, pass } = open(cell, 5, 4, 1, "none", { cellOptions });
    const steps = new StepJacobians(engine, pass, 0, LIMIT);
    finish(pass.forwardInParts(0));
    const expected = stepJacobians(spec, network, batch, "l0");
    for (let k = 0; k < 4; k++) {
      const largest = Math.max(...expected[k].map((row) => Math.max(...row.map(Math.abs))));
      expect(widestGap(steps.matrix(0, k), expected[k])).toBeLessThan(2e-6 * Math.max(largest, 1));
    }
    steps.dispose();
    pass.dispose();
  });

  describe("with a skip over time or dilated the state holds older steps: applied to the identity it is the companion matrix", () => {
    for (const cell of CELLS) {
      for (const [steps, dilation, hidden] of [
        [1, 1, 5],
        [2, 1, 1],
        [3, 1, 6],
        [0, 2, 5],
        [0, 3, 1],
        [1, 2, 3],
        [2, 2, 3],
        [4, 2, 3],
      ]) {
        it(`${cell}, ${steps} steps, dilated by ${dilation}, H = ${hidden}`, () => {
          const T = 6;
          const skip = steps === 0 ? {} : { timeSkip: { steps, scale: -0.7 } };
          const { network, spec, batch, pass } = open(cell, hidden, T, 1, "none", { ...skip, dilation });
          const jacobians = new StepJacobians(engine, pass, 0, LIMIT);
          const own = cell.startsWith("lstm") ? 2 : 1;
          expect(jacobians.size).toBe(hidden * (own * dilation + Math.max(steps - dilation, 0)));
          const chain = new Chain(engine, { rows: jacobians.size, columns: jacobians.size, product: false }, LIMIT);
          finish(pass.forwardInParts(0));
          stepJacobians(spec, network, batch, "l0").forEach((expected, k) => {
            chain.startFromIdentity();
            jacobians.prepare(0, k);
            jacobians.apply(chain, 0, k);
            const a = new Float64Array(engine.core.memory.buffer, chain.a, chain.live * chain.lead);
            const applied = identity(jacobians.size).map((row, i) => row.map((_, j) => a[j * chain.lead + i]));
            const largest = Math.max(...expected.map((row) => Math.max(...row.map(Math.abs))));
            expect(
              widestGap(
                applied.flatMap((row) => [...row]),
                expected,
              ),
              `step ${k}`,
            ).toBeLessThan(2e-6 * Math.max(largest, 1));
          });
          chain.dispose();
          jacobians.dispose();
          pass.dispose();
        });
      }
    }
  });

  it("reads the second layer of a stack, driven by the first", () => {
    const { network, spec, batch, pass } = open("gru", 6, 4, 2);
    const steps = new StepJacobians(engine, pass, 1, LIMIT);
    finish(pass.forwardInParts(0));
    const expected = stepJacobians(spec, network, batch, "l1");
    for (let k = 0; k < 4; k++) expect(widestGap(steps.matrix(0, k), expected[k])).toBeLessThan(2e-6);
    steps.dispose();
    pass.dispose();
  });
});
