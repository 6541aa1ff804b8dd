/** The outputs of a deep network: the loss is a function of them, and those of a small network are computed by hand. */
import { describe, expect, it } from "vitest";
import { createNetwork } from "../../../src/index.ts";
import { random } from "../../../src/base/random.ts";

const SIZES = [1, 3, 4, 5, 17];

describe("network.outputs", () => {
  it.each(SIZES.flatMap((B) => SIZES.map((Y) => [B, Y] as const)))("B %i, Y %i: the loss follows from it", (B, Y) => {
    const rng = random(7, "outputs");
    const inputs = Float32Array.from({ length: B * 3 }, () => rng.normal());
    const targets = Float32Array.from({ length: B * Y }, () => rng.normal());
    const network = createNetwork(
      { kind: "feedforward", inputs: 3, width: 5, depth: 2, outputs: Y, activation: "tanh" },
      { seed: 3 },
    );
    const { loss } = network.propagate({ inputs, targets, batch: B });
    const outputs = network.outputs?.() ?? new Float32Array();
    expect(outputs).toHaveLength(B * Y);
    const square = outputs.reduce((sum, y, i) => sum + (y - targets[i]) ** 2, 0) / (B * Y);
    expect(Math.abs(square / (loss ?? Number.NaN) - 1)).toBeLessThan(1e-5);
    network.dispose();
  });

  it("is W h + b, row by row", () => {
    const network = createNetwork({
      kind: "feedforward",
      inputs: 2,
      width: 3,
      depth: 1,
      outputs: 2,
      activation: "tanh",
    });
    const W = network.parameters.get("layers.0.weight");
    const V = network.parameters.get("readout.weight");
    const c = network.parameters.get("readout.bias");
    const inputs = Float32Array.of(0.5, -1, 2, 0.25);
    network.propagate({ inputs, targets: Float32Array.of(0, 0, 0, 0), batch: 2 });
    const expected = [0, 1].flatMap((b) => {
      const h = [0, 1, 2].map((i) => Math.tanh(W[2 * i] * inputs[2 * b] + W[2 * i + 1] * inputs[2 * b + 1]));
      return [0, 1].map((j) => h.reduce((sum, value, i) => sum + V[3 * j + i] * value, c[j]));
    });
    network.outputs?.().forEach((y, i) => {
      expect(Math.abs(y - expected[i])).toBeLessThan(2e-6);
    });
    network.dispose();
  });

  it("says that no pass has run", () => {
    const network = createNetwork({ kind: "feedforward", inputs: 2, width: 3, depth: 1 });
    expect(() => network.outputs?.()).toThrow('outputs: answers of a pass, got "none"; call propagate first');
    network.dispose();
    const recurrent = createNetwork({ kind: "recurrent", inputs: 2 });
    expect(recurrent.outputs).toBeUndefined();
    recurrent.dispose();
  });
});
