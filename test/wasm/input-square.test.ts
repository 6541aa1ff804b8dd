import { describe, expect, it } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { normals, SIZES } from "../setup/numbers.ts";

describe("the mean square of a batch's inputs is float64's, padding apart", () => {
  const meanSquare = (x: Float32Array) => x.reduce((sum, value) => sum + value * value, 0) / x.length;

  it("recurrent", () => {
    for (const B of SIZES) {
      const network = createNetwork({ kind: "recurrent", hidden: 3, inputs: 3 });
      const inputs = normals(5 * B * 3, B);
      const { task } = network.propagate({ inputs: { data: inputs, shape: [5, B, 3] } });
      expect(Math.abs((task.inputSquare as number) / meanSquare(inputs) - 1)).toBeLessThan(1e-14);
      network.dispose();
    }
  });

  it("feed-forward, as part of a concatenation too", () => {
    for (const residual of ["none", "dense"] as const) {
      for (const B of SIZES) {
        const network = createNetwork({ kind: "feedforward", width: 4, depth: 3, inputs: 3, residual });
        const inputs = normals(B * 3, B);
        const { task } = network.propagate({ inputs, batch: B });
        expect(Math.abs((task.inputSquare as number) / meanSquare(inputs) - 1)).toBeLessThan(1e-14);
        network.dispose();
      }
    }
  });
});
