/** Stems, heads and pooling against the float64 oracle, and trained as the oracle's gradients say. */
import { describe, expect, test } from "vitest";
import { createNetwork } from "../../src/network/create.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { drawParameters } from "../oracle/draw.ts";
import { runWholeModel, type WholeModelSpec } from "../oracle/whole-model.ts";
import type { Parameters } from "../oracle/tensor.ts";
import { normals, normError } from "../setup/numbers.ts";
import { rounded } from "../setup/recurrent.ts";

const [X, Y] = [3, 2];

function draw(spec: WholeModelSpec, B: number, T: number, lossAt: "last" | "every") {
  const network = createNetwork({ kind: "recurrent", ...spec, inputs: X, outputs: Y } as unknown as NetworkInput);
  const shapes = network.parameters.names.map((name): [string, number[]] => [
    name,
    [...network.parameters.shape(name)],
  ]);
  const parameters = rounded(drawParameters(shapes, 3));
  for (const [name, { data }] of Object.entries(parameters)) network.parameters.set(name, data);
  const batch: Batch = {
    ...{ name: "test", batch: B, steps: T, inputSize: X, outputSize: Y, loss: "mse", lossAt },
    inputs: normals(T * B * X, 4),
    targets: normals((lossAt === "every" ? T : 1) * B * Y, 5),
  };
  return { network, parameters: parameters as Parameters, batch };
}

const STEM = { width: [5, 4], activation: ["tanh", "gelu"], norm: ["layer", "none"] } as const;
const HEAD = { width: [6, 3], activation: ["sigmoid", "softplus"], norm: ["none", "layer"] } as const;

describe("loss and every gradient are the float64 oracle's", () => {
  for (const pooling of ["last", "final", "mean", "max"] as const) {
    test(`${pooling}: one direction and both, one layer and two, every remainder of a panel`, () => {
      let seed = 0;
      for (const cell of ["tanh", "lstm", "gru"] as const) {
        for (const bidirectional of [false, true]) {
          const [B, T, layers] = [[1, 3, 8, 9, 17][seed % 5], [1, 7, 20][seed % 3], 1 + (seed % 2)];
          const runs = [{ stem: STEM, head: HEAD }, { stem: STEM }, { head: HEAD }][seed++ % 3];
          const spec: WholeModelSpec = { cell, hidden: 5, layers, bidirectional, pooling, ...runs };
          for (const lossAt of pooling === "last" ? (["last", "every"] as const) : (["last"] as const)) {
            const { network, parameters, batch } = draw(spec, B, T, lossAt);
            const flow = network.propagate(batch);
            const expected = runWholeModel(spec, parameters, { ...batch, steps: T });
            expect(Math.abs((flow.loss as number) / expected.loss - 1)).toBeLessThan(2e-6);
            for (const [name, { data }] of Object.entries(expected.gradients)) {
              expect(normError(network.gradients.get(name), data), `${cell} ${lossAt} ${name}`).toBeLessThan(3e-5);
            }
            const lnInput = 0.5 * Math.log(expected.inputGradient.flat().reduce((sum, value) => sum + value ** 2, 0));
            expect(Math.abs((flow.input?.lnGradientNorm as number) - lnInput)).toBeLessThan(3e-5);
            network.dispose();
          }
        }
      }
    });
  }
});

test("training moves a stem, a head and the recurrent layers as gradient descent by the oracle does", () => {
  const spec: WholeModelSpec = { cell: "gru", hidden: 5, layers: 1, pooling: "mean", stem: STEM, head: HEAD };
  const { network, parameters, batch } = draw(spec, 9, 6, "last");
  const trainer = createTrainer(network, { optimizer: { name: "sgd", learningRate: 0.05 } });
  for (let update = 0; update < 8; update++) {
    const { loss } = trainer.step(batch);
    const expected = runWholeModel(spec, parameters, { ...batch, steps: 6 });
    expect(Math.abs(loss / expected.loss - 1)).toBeLessThan(1e-5);
    for (const [name, { data }] of Object.entries(parameters)) {
      expected.gradients[name].data.forEach((gradient, i) => {
        data[i] -= 0.05 * gradient;
      });
    }
  }
  trainer.dispose();
  for (const [name, { data }] of Object.entries(parameters)) {
    expect(normError(network.parameters.get(name), data), name).toBeLessThan(1e-5);
  }
  network.dispose();
});
