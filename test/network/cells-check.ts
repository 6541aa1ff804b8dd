/** A network of given cells against the equations in float64, PyTorch's goldens, and itself on more workers. */
import { expect } from "vitest";
import { createNetwork, type MeasureOptions, type Network } from "../../src/network/create.ts";
import { parameterTable } from "../../src/spec/parameters.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { Engine } from "../../src/wasm/engine.ts";
import { networkOf, randomBatch } from "../assembly/cells/helpers.ts";
import type { StackGolden, StateGolden } from "../golden/read.ts";
import { ledgerOf } from "../oracle/cells/ledger.ts";
import { dilationOf, runCells } from "../oracle/cells/network.ts";
import { drawParameters } from "../oracle/draw.ts";
import { masksOf, maskWords } from "../oracle/masks.ts";
import type { Parameters, Tensor } from "../oracle/tensor.ts";
import { normals, normError } from "../setup/numbers.ts";
import { rounded } from "../setup/recurrent.ts";

/** Parameters of a spec with 3 inputs, drawn from a seed and rounded to float32. */
export const drawnParameters = (spec: RecurrentSpec, seed: number): Parameters =>
  rounded(
    drawParameters(
      parameterTable(spec, { inputs: 3, outputs: spec.outputs ?? null }).map(({ name, shape }) => [name, [...shape]]),
      seed,
    ),
  );

export interface CellsSize {
  readonly B: number;
  readonly T: number;
  readonly lossAt: "last" | "every";
}

interface CellsCheck {
  /** Of the parameters and the masks. */
  readonly seed?: number;
  readonly batchSeed?: number;
  /** The second word of the masks; null without masks. */
  readonly noise?: number | null;
}

/**
 * Loss, every gradient, δ_t, γ_t, every factor of the ledger, its total and every step's contribution against the
 * oracle. Returns the flow.
 */
export function checkCells(
  spec: RecurrentSpec,
  size: CellsSize,
  { seed = 6, batchSeed = 2, noise = null }: CellsCheck = {},
) {
  const parameters = drawnParameters(spec, seed);
  const batch = randomBatch({ X: 3, Y: 2, seed: batchSeed, ...size });
  const oracle = runCells(spec, parameters, batch, masksOf(spec, noise === null ? null : maskWords(seed, noise)));
  const network = networkOf(spec, parameters, { seed });
  const flow = network.propagate(batch, { masks: noise ?? false });
  expect(Math.abs(flow.loss! / oracle.loss - 1)).toBeLessThan(1e-5);
  for (const [name, data] of Object.entries(oracle.gradients)) {
    expect(normError(network.gradients.get(name), data), `∂L/∂ ${name}`).toBeLessThan(1e-5);
  }
  oracle.layers.forEach((layer, l) => {
    const { lnGradientNorm, lnCellGradientNorm, ledger } = flow.layers[l];
    expect(lnGradientNorm, "δ").toBeCloseToArray(layer.delta.map(Math.log), 1e-5);
    if (layer.deltaCell.length > 0)
      expect(lnCellGradientNorm, "γ").toBeCloseToArray(layer.deltaCell.map(Math.log), 1e-5);
    else expect(lnCellGradientNorm).toBeUndefined();
    const expected = ledgerOf(layer, l === spec.layers - 1, dilationOf(spec, l));
    for (const [name, values] of Object.entries(expected.factors)) {
      const own = ledger!.factors[name];
      if (own === undefined)
        expect(
          values.every((value) => Number.isNaN(value) || Math.abs(value) < 1e-12),
          name,
        ).toBe(true);
      else expect(own, name).toBeCloseToArray(values, 2e-5);
    }
    expect(ledger!.total).toBeCloseToArray(expected.total, 2e-5);
    expect(flow.contributions![l], "contributions").toBeCloseToArray(layer.contributions.map(Math.log), 2e-5);
  });
  network.dispose();
  return flow;
}

const float32 = ({ data }: Pick<Tensor, "data">) => Float32Array.from(data);

/** A golden file of a recurrent network, with a given state and lengths where it has them. */
type CellsGolden = Pick<StackGolden, "spec" | "parameters" | "inputs" | "targets" | "loss" | "gradients"> &
  Partial<Pick<StateGolden, "lengths" | "state" | "stateGradient" | "final">>;

/** Loss, every gradient, and the gradient and last value of a given state against PyTorch's. Returns the flow. */
export function checkGolden(golden: CellsGolden, seed?: number) {
  const { spec, inputs, targets, lengths, state } = golden;
  const network = createNetwork(spec, { seed });
  for (const [name, { data }] of Object.entries(golden.parameters)) network.parameters.set(name, data);
  const flow = network.propagate({
    inputs: { shape: inputs.shape, data: float32(inputs) },
    targets: { shape: targets.shape, data: float32(targets) },
    ...(lengths && { lengths }),
    ...(state && { state: { h: float32(state.h), ...(state.c && { c: float32(state.c) }) } }),
  });
  expect(Math.abs((flow.loss as number) / golden.loss - 1)).toBeLessThan(1e-6);
  for (const [name, { data }] of Object.entries(golden.gradients)) {
    expect(normError(network.gradients.get(name), data), name).toBeLessThan(1e-5);
  }
  for (const [part, { data }] of Object.entries(golden.stateGradient ?? {})) {
    const own = flow.state!.gradient[part as "h" | "c"]!;
    const gradient = own.data.map((value) => value * 2 ** own.exponent);
    expect(normError(gradient, data), `∂L/∂${part}₀`).toBeLessThan(1e-5);
  }
  for (const [part, { data }] of Object.entries(golden.final ?? {})) {
    expect(normError(flow.state!.final[part as "h" | "c"]!, data), part).toBeLessThan(1e-6);
  }
  network.dispose();
  return flow;
}

/**
 * The same flow and gradients on 2 and 3 threads as on this one and, if `bounded`, in a pass with too little memory for
 * all states, which recomputes them.
 */
export async function expectSameBits(
  make: (memoryLimit?: number) => Network,
  batch: Batch,
  options: MeasureOptions,
  { bounded, threads = [2, 3] }: { bounded: boolean; threads?: readonly number[] },
) {
  const gradients = (of: Network) => of.gradients.names.map((name) => of.gradients.get(name));
  const network = make();
  const flow = network.propagate(batch, options);
  const whole = gradients(network);
  for (const count of threads) {
    expect(await network.propagateAsync(batch, { ...options, threads: count })).toEqual(flow);
    expect(gradients(network)).toEqual(whole);
  }
  if (bounded) {
    const small = make(network.memoryBytes - 1);
    expect(small.propagate(batch, options)).toEqual(flow);
    expect(gradients(small)).toEqual(whole);
    expect(small.memoryBytes).toBeLessThan(network.memoryBytes);
    small.dispose();
  }
  network.dispose();
}

/** A sequence in two parts, the second from the first one's last state, ends as in one. `sizes`: the numbers of h and of c, all layers. */
export function checkStateGoesOn(network: Network, sizes: { h: number; c: number }) {
  const [B, T] = [11, 30];
  const inputs = normals(T * B * 3, 3);
  const zero = { h: new Float32Array(B * sizes.h), c: new Float32Array(B * sizes.c) };
  const part = (from: number, to: number) => inputs.subarray(from * B * 3, to * B * 3);
  const whole = network.propagate({ inputs, batch: B, state: zero });
  const first = network.propagate({ inputs: part(0, 12), batch: B, state: zero });
  const second = network.propagate({ inputs: part(12, T), batch: B, state: first.state!.final });
  expect(second.loss).toBe(whole.loss);
  expect(second.state?.final).toEqual(whole.state?.final);
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
  await expectSameBits(make, batch, options, { bounded, threads: [2] });
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
