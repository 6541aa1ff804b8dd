/** A sample alone gives the same numbers as beside copies of itself. */
import { CELL_TABLE, CELLS } from "../../../src/catalogue/index.ts";
import { describe, expect, test } from "vitest";
import { createNetwork } from "../../../src/network/create.ts";
import { normals } from "../../setup/numbers.ts";

const [T, X] = [5, 2];
const once = normals(T * X, 3);
const twice = Float32Array.from({ length: 2 * T * X }, (_, i) => once[Math.floor(i / (2 * X)) * X + (i % X)]);
const FORMS = CELLS.flatMap((cell) => [
  { cell, norm: "none" as const },
  ...(CELL_TABLE[cell].normedGates.length > 0 ? [{ cell, norm: "layer" as const }] : []),
]);

describe("where an infinite parameter is met, one sample tells as two do", () => {
  test.each(FORMS)("$cell, norm $norm", (form) => {
    const network = createNetwork({ kind: "recurrent", ...form, inputs: X, hidden: 5 }, { seed: 1 });
    for (const name of network.parameters.names) {
      const values = network.parameters.get(name);
      network.parameters.set(name, values.with(2, Number.POSITIVE_INFINITY));
      const [alone, together] = [once, twice].map((data, i) =>
        network.propagate({ inputs: { shape: [T, i + 1, X], data } }),
      );
      expect([alone.outcome, alone.nonfinite], name).toEqual([together.outcome, together.nonfinite]);
      network.parameters.set(name, values);
    }
    network.dispose();
  });
});
