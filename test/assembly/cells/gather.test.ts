import { CELLS } from "../../../src/catalogue/index.ts";
import { expect, it } from "vitest";
import { finish } from "../../../src/base/time-slicing.ts";
import { createNetwork } from "../../../src/network/create.ts";
import { Engine } from "../../../src/wasm/engine.ts";
import { PlanBuilder } from "../../../src/wasm/plan.ts";
import { normals } from "../../oracle/draw.ts";
import { randomBatch } from "./helpers.ts";

it.each(CELLS)(
  "%s: the gradient that training gathers is the one that is read, every parameter of every layer",
  (cell) => {
    const engine = new Engine();
    const network = createNetwork(
      { kind: "recurrent", cell, inputs: 3, hidden: 5, layers: 2, outputs: 2, bidirectional: true },
      { engine },
    );
    for (const name of network.parameters.names) {
      network.parameters.set(name, normals(network.parameters.get(name).length, 3, name));
    }
    finish(network.training!.run(randomBatch({ B: 9, T: 6, X: 3, Y: 2, lossAt: "every", seed: 2 })));
    const plan = new PlanBuilder();
    plan.add("to", "working", [1000]);
    const arena = engine.reserve(plan.done(), 2 ** 30, "");
    for (const name of network.parameters.names) {
      const expected = network.gradients.get(name);
      const lnNorm = network.training!.gather(name, arena.address("to"));
      expect(arena.f32("to").subarray(0, expected.length), name).toEqual(Float32Array.from(expected));
      expect(lnNorm, name).toBeCloseTo(network.gradients.lnNorm(name), 10);
    }
    arena.dispose();
    network.dispose();
  },
);
