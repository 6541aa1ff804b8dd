/** Jacobians of the float64 oracle: by central differences of its forward pass. */
import type { Network } from "../../../src/network/create.ts";
import type { RecurrentSpec } from "../../../src/spec/index.ts";
import type { Batch } from "../../../src/tasks/batch.ts";
import type { Step } from "../../oracle/cell.ts";
import { constant } from "../../oracle/cells/autodiff.ts";
import { EQUATIONS, isTorchCell, normedStep } from "../../oracle/cells/equations.ts";
import { dilationOf } from "../../oracle/cells/network.ts";
import { type FeedforwardOracleSpec, forward as feedforward } from "../../oracle/feedforward-forward.ts";
import { sum, times } from "../../oracle/linear.ts";
import { cellOf, forward, weightsOf } from "../../oracle/recurrent-forward.ts";
import { type Parameters, rows, tensor, type Vector, zerosLike } from "../../oracle/tensor.ts";
import { type Matrix, zeros as zeroMatrix } from "./reference.ts";

/** Central differences: error h²/6 of the third derivative, and ε/h of rounding. */
const H = 1e-5;

export const parametersOf = (network: Network): Parameters =>
  Object.fromEntries(
    network.parameters.names.map((name) => [
      name,
      tensor([...network.parameters.shape(name)], Float64Array.from(network.parameters.get(name))),
    ]),
  );

type Advance = (x: Vector, state: Step) => Step;

/** One step of one layer: PyTorch's cells by their oracle, the others by their equations. */
function advanceOf(spec: RecurrentSpec, parameters: Parameters, suffix: string): Advance {
  const { innerActivation, gateActivation } = spec.cellOptions;
  const usual = innerActivation === undefined && gateActivation === undefined;
  const ofName = isTorchCell(spec.cell) && usual ? undefined : EQUATIONS[spec.cell];
  const equations = spec.norm === "layer" ? normedStep(spec.cell) : ofName;
  if (equations === undefined) {
    const cell = cellOf(spec.cell);
    const weights = weightsOf(parameters, suffix);
    return (x, state) => {
      const p = sum(times(weights.ih, x), [...weights.bih.data]);
      const { h, c } = cell.forward(p, sum(times(weights.hh, state.h), [...weights.bhh.data]), state);
      return { h, c };
    };
  }
  const of = (name: string) => Array.from(parameters[`rnn.${name}_${suffix}`]?.data ?? [], constant);
  const [ih, hh, bih, bhh] = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map(of);
  return (x, state) => {
    const [h, c] = [state.h.map(constant), state.c.map(constant)];
    const after = equations({ ih, hh, bih, bhh, vector: of }, x.map(constant), { h, held: h, c }, spec);
    return { h: after.h.map(({ value }) => value), c: after.c.map(({ value }) => value) };
  };
}

/** What a layer reads at every step, in its own time. Layers above the first: of PyTorch's cells only. */
function inputsOf(spec: RecurrentSpec, parameters: Parameters, x: Vector[][], suffix: string): Vector[] {
  if (suffix === "l0") return x.map(([first]) => first);
  const layer = forward(spec, parameters, x).layers.find((trace) => trace.suffix === suffix)!;
  const inputs = layer.input.map(([first]) => first);
  return layer.reverse ? inputs.reverse() : inputs;
}

/**
 * ∂s_k/∂s_{k−1} of one layer at every step of sample 0, s = h or (h, c); in the layer's own time. The state of a layer dilated by d is its d
 * last s, newest first, and behind them the older h's of a skip over time.
 */
export function stepJacobians(spec: RecurrentSpec, network: Network, batch: Batch, suffix: string): Matrix[] {
  const parameters = parametersOf(network);
  const { batch: B, steps: T, inputSize: X, inputs } = batch;
  const samples = rows(inputs, X);
  const x = Array.from({ length: T as number }, (_, t) => samples.slice(t * B, (t + 1) * B));
  const advance = advanceOf(spec, parameters, suffix);
  const n = spec.hidden;
  const hasCell = spec.cell.startsWith("lstm");
  const own = hasCell ? 2 * n : n;
  const { steps: span, scale } = spec.timeSkip ?? { steps: 1, scale: 0 };
  const d = dilationOf(spec, Number(/\d+/.exec(suffix)![0]));
  const size = own * d + Math.max(span - d, 0) * n;
  const next = (input: Vector, state: number[]): number[] => {
    // whole states of the last d steps, then h alone of those before
    const parts = [
      ...Array.from({ length: d }, (_, i) => state.slice(i * own, (i + 1) * own)),
      ...Array.from({ length: Math.max(span - d, 0) }, (_, i) => state.slice(d * own + i * n, d * own + (i + 1) * n)),
    ];
    const followed = parts[d - 1];
    const { h, c } = advance(input, { h: followed.slice(0, n), c: hasCell ? followed.slice(n) : [] });
    const sum = h.map((value, i) => value + scale * parts[span - 1][i]);
    const after = [[...sum, ...(hasCell ? c : [])], ...parts.slice(0, -1)];
    return after.flatMap((part, i) => (i < d ? part : part.slice(0, n)));
  };
  let previous = new Array<number>(size).fill(0);
  return inputsOf(spec, parameters, x, suffix).map((input) => {
    const state = previous;
    const after = (j: number, by: number) => next(input, state.with(j, state[j] + by));
    const J = zeroMatrix(size, size);
    for (let j = 0; j < size; j++) {
      const [up, down] = [after(j, H), after(j, -H)];
      for (let i = 0; i < size; i++) J[i][j] = (up[i] - down[i]) / (2 * H);
    }
    previous = next(input, state);
    return J;
  });
}

/** ∂h_{L−1}/∂h_0 of sample 0 of a deep net. */
export function depthJacobian(spec: FeedforwardOracleSpec, network: Network, batch: Batch): Matrix {
  const values = parametersOf(network);
  const learned = { values, gradients: zerosLike(values) };
  const x = rows(batch.inputs, batch.inputSize).slice(0, 1);
  const run = (i: number, by: number) =>
    feedforward(spec, learned, x, undefined, { l: 0, b: 0, i, by }).stations.at(-1)![0];
  const [n0, nL] = [feedforward(spec, learned, x).stations[0][0].length, run(0, 0).length];
  const J = zeroMatrix(nL, n0);
  for (let j = 0; j < n0; j++) {
    const [up, down] = [run(j, H), run(j, -H)];
    for (let i = 0; i < nL; i++) J[i][j] = (up[i] - down[i]) / (2 * H);
  }
  return J;
}
