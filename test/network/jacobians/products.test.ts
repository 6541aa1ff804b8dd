import { ACTIVATIONS, CELLS } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { jacobians, type JacobiansInput } from "../../../src/measure/jacobians.ts";
import { createNetwork } from "../../../src/network/create.ts";
import type { FeedforwardInput, FeedforwardSpec, RecurrentSpec } from "../../../src/spec/index.ts";
import { randomBatch } from "../../assembly/cells/helpers.ts";
import { normals } from "../../oracle/draw.ts";
import { depthJacobian, stepJacobians } from "./oracle.ts";
import { identity, singularValues, times, widestRatio } from "./reference.ts";

/** Values above this share of the largest are compared: the reference squares the condition, the tape is float32. */
const FLOOR = 1e-3;

describe("∂h_T/∂h_t is the product of the oracle's steps", () => {
  it.each(CELLS)("%s", (cell) => {
    const [T, window] = [20, 6];
    const spec = { kind: "recurrent" as const, cell, hidden: 12, inputs: 3 };
    const network = createNetwork(spec, { seed: 3 });
    const batch = randomBatch({ B: 3, T, X: 3, seed: 4 });
    const result = jacobians({ network, data: batch, sample: 0, window });
    const steps = stepJacobians(network.spec as RecurrentSpec, network, batch, "l0").slice(T - window);
    const product = steps.reduce((P, J) => times(J, P), identity(result.size));
    expect(result.window).toEqual({ from: T - window - 1, to: T - 1, factors: window });
    expect(widestRatio(result.singularValues.values, singularValues(product), FLOOR)).toBeLessThan(1e-4);
    network.dispose();
  });

  it.each(["tanh", "lstm"] as const)("in either direction and any layer of a bidirectional stack of %s", (cell) => {
    const [T, window] = [9, 4];
    const spec = { kind: "recurrent" as const, cell, hidden: 7, inputs: 2, layers: 2, bidirectional: true };
    const network = createNetwork(spec, { seed: 8 });
    const batch = randomBatch({ B: 1, T, X: 2, seed: 5 });
    for (const layer of [0, 1]) {
      for (const reverse of [false, true]) {
        const { singularValues: got, size } = jacobians({ network, data: batch, window, layer, reverse });
        const suffix = `l${layer}${reverse ? "_reverse" : ""}`;
        const steps = stepJacobians(network.spec as RecurrentSpec, network, batch, suffix).slice(T - window);
        const product = steps.reduce((P, J) => times(J, P), identity(size));
        expect(widestRatio(got.values, singularValues(product), FLOOR)).toBeLessThan(1e-4);
      }
    }
    network.dispose();
  });

  it("whatever frame the window begins with, and however states are stored", () => {
    const spec = { kind: "recurrent" as const, cell: "gru" as const, hidden: 20, inputs: 2, init: { gain: 1.5 } };
    const network = createNetwork(spec, { seed: 1 });
    const data = randomBatch({ B: 1, T: 300, X: 2, seed: 6 });
    const input: JacobiansInput = { network, data, window: 30, weights: false };
    const alone = jacobians({ ...input, lyapunov: false });
    const shared = jacobians({ ...input, lyapunov: { exponents: 20 } });
    const apart = jacobians({ ...input, lyapunov: { exponents: 3 } });
    const late = jacobians({ ...input, lyapunov: { steps: 10 } });
    const checkpointed = jacobians({ ...input, lyapunov: { exponents: 20 }, memoryLimit: 900_000 });
    for (const other of [shared, apart, late]) {
      expect(widestRatio(other.singularValues.values, alone.singularValues.values as number[], 1e-9)).toBeLessThan(
        1e-6,
      );
    }
    expect(checkpointed).toEqual(shared);
    for (const [i, x] of apart.lyapunov!.exponents.entries()) {
      expect(x!).toBeCloseTo(shared.lyapunov!.exponents[i]!, 1);
    }
    network.dispose();
  });
});

describe("∂h_L/∂h_0 of a deep net is the oracle's by central differences", () => {
  const check = (input: Omit<FeedforwardInput, "kind">, tolerance = 1e-4) => {
    const network = createNetwork({ kind: "feedforward", width: 11, depth: 6, inputs: 5, ...input }, { seed: 2 });
    for (const name of network.parameters.names) {
      const values = network.parameters.get(name);
      const noise = normals(values.length, 3, name);
      if (!name.startsWith("layers") || name.endsWith("bias"))
        network.parameters.set(
          name,
          values.map((x, i) => x + 0.2 * noise[i]),
        );
    }
    const { steps: _, ...batch } = randomBatch({ B: 2, T: 1, X: 5, seed: 9 });
    const result = jacobians({ network, data: batch });
    const expected = singularValues(depthJacobian(network.spec as FeedforwardSpec, network, batch));
    expect(widestRatio(result.singularValues.values, expected, FLOOR)).toBeLessThan(tolerance);
    network.dispose();
  };

  it.each(ACTIVATIONS)("plain, %s", (activation) => check({ activation }));

  it.each(["layer", "rms", "weight"] as const)("%s norm at every position", (norm) => {
    for (const normPosition of ["before", "after", "pre", "post"] as const) check({ norm, normPosition });
  });

  it.each(["identity", "scaled", "skipinit", "fixup", "highway"] as const)("residual %s", (residual) => {
    for (const activationPosition of ["branch", "pre", "post"] as const) {
      for (const blockLayers of [1, 2]) {
        check({ residual, activationPosition, blockLayers });
        check({ residual, activationPosition, blockLayers, norm: "layer", normPosition: "pre" });
      }
    }
  });

  it("widths that change", () => {
    check({ width: [11, 4, 17, 8, 3], depth: 5 });
    check({ width: [3, 9, 9, 20], depth: 4, residual: "identity" });
  });
});
