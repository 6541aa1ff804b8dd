/** A network of given cells against the equations in float64, PyTorch's goldens, and itself on more workers. */
import { expect } from "vitest";
import { createNetwork, type Network } from "../../src/network/create.ts";
import { parameterTable } from "../../src/spec/parameters.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { Engine } from "../../src/wasm/engine.ts";
import { networkOf, randomBatch } from "../assembly/cells/helpers.ts";
import type { StackGolden } from "../golden/read.ts";
import { ledgerOf } from "../oracle/cells/ledger.ts";
import { dilationOf, runCells } from "../oracle/cells/network.ts";
import { drawParameters } from "../oracle/draw.ts";
import { masksOf, maskWords } from "../oracle/masks.ts";
import type { Tensor } from "../oracle/tensor.ts";
import { normError } from "../setup/numbers.ts";
import { rounded } from "../setup/recurrent.ts";

const drawn = (spec: RecurrentSpec) =>
  rounded(
    drawParameters(
      parameterTable(spec, { inputs: 3, outputs: 2 }).map(({ name, shape }) => [name, [...shape]]),
      6,
    ),
  );

/** Loss, every gradient, δ_t, γ_t, every factor of the ledger and every step's contribution against the oracle. */
export function checkCells(
  spec: RecurrentSpec,
  size: { B: number; T: number; lossAt: "last" | "every" },
  noise?: number,
) {
  const parameters = drawn(spec);
  const batch = randomBatch({ X: 3, Y: 2, seed: 2, ...size });
  const masks = masksOf(spec, noise === undefined ? null : maskWords(6, noise));
  const oracle = runCells(spec, parameters, batch, masks);
  const network = networkOf(spec, parameters, { seed: 6 });
  const flow = network.propagate(batch, { masks: noise ?? false });
  expect(Math.abs(flow.loss! / oracle.loss - 1)).toBeLessThan(1e-5);
  for (const [name, data] of Object.entries(oracle.gradients)) {
    expect(normError(network.gradients.get(name), data), `∂L/∂ ${name}`).toBeLessThan(1e-5);
  }
  oracle.layers.forEach((layer, l) => {
    expect(flow.layers[l].lnGradientNorm, "δ").toBeCloseToArray(layer.delta.map(Math.log), 1e-5);
    if (layer.deltaCell.length > 0)
      expect(flow.layers[l].lnCellGradientNorm, "γ").toBeCloseToArray(layer.deltaCell.map(Math.log), 1e-5);
    else expect(flow.layers[l].lnCellGradientNorm).toBeUndefined();
    const expected = ledgerOf(layer, l === spec.layers - 1, dilationOf(spec, l));
    for (const [name, values] of Object.entries(expected.factors)) {
      const own = flow.layers[l].ledger!.factors[name];
      if (own === undefined)
        expect(
          values.every((value) => Number.isNaN(value) || Math.abs(value) < 1e-12),
          name,
        ).toBe(true);
      else expect(own, name).toBeCloseToArray(values, 2e-5);
    }
    expect(flow.contributions![l]).toBeCloseToArray(layer.contributions.map(Math.log), 2e-5);
  });
  network.dispose();
}

/** Loss and every gradient against PyTorch's. */
export function checkGolden(golden: StackGolden) {
  const network = createNetwork(golden.spec);
  for (const [name, { data }] of Object.entries(golden.parameters)) network.parameters.set(name, data);
  const float32 = ({ shape, data }: Tensor) => ({ shape, data: Float32Array.from(data) });
  const flow = network.propagate({ inputs: float32(golden.inputs), targets: float32(golden.targets) });
  expect(Math.abs((flow.loss as number) / golden.loss - 1)).toBeLessThan(1e-6);
  for (const [name, { data }] of Object.entries(golden.gradients)) {
    expect(normError(network.gradients.get(name), data), name).toBeLessThan(1e-5);
  }
  network.dispose();
}

/**
 * The same bits by two workers and, if `bounded`, by a pass that recomputes its states: profiles, ledger, credit,
 * truncated gradient, counts of half precision, every gradient.
 */
export async function checkBits(spec: RecurrentSpec, bounded: boolean) {
  const batch = randomBatch({ B: 19, T: 130, X: 3, Y: 2, lossAt: "every", seed: 3 });
  const plain = !spec.bidirectional && spec.initialState !== "learned";
  const options = {
    contributions: false,
    half: true,
    credit: { steps: 40 },
    ...(plain ? { truncate: 7 } : {}),
  } as const;
  const make = (memoryLimit?: number) => createNetwork(spec, { seed: 2, engine: new Engine(), memoryLimit });
  const gradients = (of: ReturnType<typeof make>) => of.gradients.names.map((name) => of.gradients.get(name));
  const network = make();
  const flow = network.propagate(batch, options);
  const whole = gradients(network);
  expect(await network.propagateAsync(batch, { ...options, threads: 2 })).toEqual(flow);
  expect(gradients(network)).toEqual(whole);
  if (bounded) {
    const small = make(network.memoryBytes - 1);
    expect(small.propagate(batch, options)).toEqual(flow);
    expect(gradients(small)).toEqual(whole);
    small.dispose();
  }
  network.dispose();
}

/** Twenty updates on one batch lower its loss. The network has 3 inputs and 2 outputs. */
export function checkTraining(network: Network): void {
  const batch = randomBatch({ B: 8, T: 6, X: 3, Y: 2, seed: 3 });
  const trainer = createTrainer(network, { optimizer: "adam" });
  const { loss } = trainer.step(batch);
  for (let update = 0; update < 20; update++) trainer.step(batch);
  expect(trainer.step(batch).loss).toBeLessThan(0.9 * loss);
  trainer.dispose();
}
