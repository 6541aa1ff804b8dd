/** Units whose gradient fades far below the others': what is lost, and that nothing slow is left behind. */
import { expect, test, vi } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import { RecurrentPass } from "../../src/wasm/recurrent/pass.ts";
import { randomBatch } from "../assembly/cells/helpers.ts";
import { runModel } from "../oracle/cells/run-model.ts";
import { masksOf, maskWords } from "../oracle/masks.ts";
import { normError } from "../setup/numbers.ts";

test("a unit whose h is masked all along: its gradient fades, and leaves no subnormal numbers behind", () => {
  const spec = parseSpec({
    ...{ kind: "recurrent", cell: "lstm", hidden: 6, inputs: 3, outputs: 2, recurrentDropout: 0.5 },
  }) as RecurrentSpec;
  const batch = randomBatch({ B: 3, T: 400, X: 3, Y: 2, lossAt: "last", seed: 2 });
  const network = createNetwork(spec, { seed: 5 });
  const run = vi.spyOn(RecurrentPass.prototype, "run");
  network.propagate(batch, { contributions: false });
  const { arena, geometry } = run.mock.contexts[0] as RecurrentPass;
  run.mockRestore();
  const deltas = Array.from(arena.f32(`deltas_${geometry.layers[0].suffix}`), Math.abs);
  expect(deltas.filter((size) => size > 0 && size < 2 ** -126)).toEqual([]);
  expect(deltas.filter((size) => size > 0).length).toBeGreaterThan(1000);
  const parameters = Object.fromEntries(
    network.parameters.names.map((name) => [
      name,
      { shape: [...network.parameters.shape(name)], data: Float64Array.from(network.parameters.get(name)) },
    ]),
  );
  const { gradients } = runModel(spec, parameters, batch, masksOf(spec, maskWords(5)));
  for (const [name, values] of Object.entries(gradients)) {
    const own = network.gradients.get(name);
    const size = values.length / (name.startsWith("rnn") ? 24 : 1); // a unit's row of one gate
    for (let at = 0; at < values.length; at += size) {
      expect(normError(own.slice(at, at + size), values.slice(at, at + size)), `${name} ${at}`).toBeLessThan(1e-5);
    }
  }
  network.dispose();
});
