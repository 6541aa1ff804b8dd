/** Numbers that a pass leaves in memory do not change the next one. */
import { CELLS } from "../../../src/catalogue/index.ts";
import { expect, test } from "vitest";
import { createNetwork, type Network } from "../../../src/network/create.ts";
import { randomBatch } from "./helpers.ts";

const everything = (network: Network, flow: unknown) => ({
  flow,
  gradients: network.parameters.names.map((name) => network.gradients.get(name)),
});

test.each(CELLS)("%s: a pass that was not finite leaves the next one's bits as they were", (cell) => {
  // three units: the fourth row of a tile is padding
  const network = createNetwork({ kind: "recurrent", cell, inputs: 2, hidden: 3, layers: 2 }, { seed: 1 });
  const batch = randomBatch({ B: 9, T: 4, X: 2, Y: 3, seed: 5 });
  const expected = structuredClone(everything(network, network.propagate(batch)));
  for (const name of network.parameters.names) {
    const values = network.parameters.get(name);
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      network.parameters.set(name, values.with(0, value));
      network.propagate(batch);
      network.parameters.set(name, values);
      expect(everything(network, network.propagate(batch)), name).toEqual(expected);
    }
  }
  network.dispose();
});
