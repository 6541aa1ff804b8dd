import { describe, expect, it } from "vitest";
import { CELLS } from "../../src/catalogue/index.ts";
import { tensorNumbers } from "../../src/flow/index.ts";
import { createNetwork } from "../../src/network/create.ts";

describe("a flow's numbers of a gradient are those of the gradient itself, to the last bit", () => {
  it.each(CELLS)("%s", (cell) => {
    const network = createNetwork(
      { kind: "recurrent", cell, inputs: 3, hidden: 9, layers: 2, outputs: 2 },
      { seed: 4 },
    );
    const flow = network.propagate({
      inputs: Float32Array.from({ length: 5 * 3 * 3 }, (_, i) => Math.sin(i)),
      targets: Float32Array.from({ length: 3 * 2 }, (_, i) => Math.cos(i)),
      batch: 3,
    });
    for (const { name, lnGradientNorm, lnMeanAbsGradient, zeroShare } of flow.parameters) {
      const { data, exponent } = network.gradients.scaled(name);
      expect({ name, lnNorm: lnGradientNorm, lnMeanAbs: lnMeanAbsGradient, zeroShare }).toEqual({
        name,
        ...tensorNumbers(data, exponent),
      });
    }
    network.dispose();
  });

  it("with a parameter whose gradient is zero everywhere", () => {
    const network = createNetwork({ kind: "recurrent", cell: "tanh", inputs: 2, hidden: 8, outputs: 1 }, { seed: 0 });
    const flow = network.propagate({ inputs: new Float32Array(3 * 2), targets: Float32Array.of(1), batch: 1 });
    const [first] = flow.parameters; // ∂L/∂W_ih of inputs that are all zero
    expect([first.lnGradientNorm, first.lnMeanAbsGradient, first.zeroShare]).toEqual([-Infinity, -Infinity, 1]);
    network.dispose();
  });
});
