import type { NetworkInput } from "../../src/spec/index.ts";
import type { TaskInput } from "../../src/tasks/index.ts";

/** A network, a task, and its repaired twin: a network of the same size with a path that is known to be sound. */
export interface Trainable {
  readonly name: string;
  readonly network: NetworkInput;
  readonly task: TaskInput & object;
  readonly twin: NetworkInput;
}

type Fields = Readonly<Record<string, unknown>>;

const WIDTH = 16;
const deep = (activation: string, depth: number, init: Fields = {}, rest: Fields = {}): NetworkInput => {
  const weight = activation === "relu" ? "he_normal" : "lecun_normal";
  return { kind: "feedforward", width: WIDTH, depth, activation, init: { weight, ...init }, ...rest } as NetworkInput;
};
/** Branches with multipliers that start at 0 (De and Smith 2020), so the gradient passes unchanged at any depth. */
const deepTwin = ({ depth }: { readonly depth?: unknown }): NetworkInput =>
  deep("tanh", Math.max(2, Number(depth)), {}, { residual: "skipinit" });

const PRE_NORM = { residual: "identity", norm: "layer", normPosition: "pre" };

const DEEP: readonly (readonly [string, NetworkInput])[] = [
  ...[3, 8, 15, 25].map((depth) => [`tanh, ${depth} layers`, deep("tanh", depth)] as const),
  ...[3, 8, 15, 25].map((depth) => [`He's ReLU, ${depth} layers`, deep("relu", depth)] as const),
  ...[8, 20].map((depth) => [`SELU, ${depth} layers`, deep("selu", depth)] as const),
  ...[10, 30].map((depth) => [`pre-norm ReLU residual, ${depth} layers`, deep("relu", depth, {}, PRE_NORM)] as const),
  ...[10, 30].map(
    (depth) => [`scaled ReLU residual, ${depth} layers`, deep("relu", depth, {}, { residual: "scaled" })] as const,
  ),
  ...[4, 10, 36].map(
    (depth) => [`batch norm, ReLU, ${depth} layers`, deep("relu", depth, {}, { norm: "batch" })] as const,
  ),
  ...[10, 20].map(
    (depth) => [`tanh highway, ${depth} layers`, deep("tanh", depth, {}, { residual: "highway" })] as const,
  ),
  ...[2, 4, 8, 12].map((depth) => [`sigmoid, ${depth} layers`, deep("sigmoid", depth)] as const),
  ["hard sigmoid, 6 layers", deep("hardsigmoid", 6)],
  ["tanh × 0.3, 8 layers", deep("tanh", 8, { gain: 0.3 })],
  ["tanh × 0.5, 14 layers", deep("tanh", 14, { gain: 0.5 })],
  ["ReLU × 0.4, 12 layers", deep("relu", 12, { gain: 0.4 })],
  ["ReLU × 0.2, 8 layers", deep("relu", 8, { gain: 0.2 })],
  ["ReLU × 2.2, 12 layers", deep("relu", 12, { gain: 2.2 })],
  ["ReLU × 3, 9 layers", deep("relu", 9, { gain: 3 })],
  ["tanh, biases 3, 12 layers", deep("tanh", 12, { biasStd: 3 })],
  ["ReLU residual sum, 20 layers", deep("relu", 20, {}, { residual: "identity" })],
  ["ReLU, 4 wide, 24 layers", deep("relu", 24, {}, { width: 4 })],
];

const recurrent = (cell: string, init: Fields = {}): NetworkInput =>
  ({ kind: "recurrent", cell, hidden: WIDTH, init }) as NetworkInput;
/** A GRU whose gates keep their past for the length of the sequence (Tallec and Ollivier 2018). */
const recurrentTwin = (steps: number) => recurrent("gru", { chrono: steps });

const RECURRENT: readonly (readonly [string, number, NetworkInput])[] = [
  ...[5, 10, 20].map((steps) => ["tanh", steps, recurrent("tanh")] as const),
  ...[10, 20].map((steps) => ["ReLU from the identity", steps, recurrent("relu", { recurrent: "identity" })] as const),
  ...[10, 20].map((steps) => ["linear, orthogonal", steps, recurrent("identity")] as const),
  ...[10, 20].map((steps) => ["open LSTM", steps, recurrent("lstm", { forgetBias: Math.log(steps) + 1 })] as const),
  ...[10, 40].map((steps) => ["GRU", steps, recurrent("gru")] as const),
  ["tanh × 0.3", 10, recurrent("tanh", { gain: 0.3 })],
  ["tanh × 0.5", 20, recurrent("tanh", { gain: 0.5 })],
  ["tanh × 0.7", 20, recurrent("tanh", { gain: 0.7 })],
  ["sigmoid", 15, recurrent("sigmoid")],
  ["LSTM, forget bias −3", 20, recurrent("lstm", { forgetBias: -3 })],
  ["LSTM, forget bias −1", 20, recurrent("lstm", { forgetBias: -1 })],
  ["ReLU × 2.5", 20, recurrent("relu", { gain: 2.5 })],
  ["ReLU, identity × 1.5", 20, recurrent("relu", { recurrent: "identity", gain: 1.5 })],
  ["tanh × 4", 20, recurrent("tanh", { gain: 4 })],
  ["tanh, inputs × 20", 20, recurrent("tanh", { inputGain: 20 })],
  ["tanh, biases 3", 15, recurrent("tanh", { biasStd: 3 })],
];

const PLANE: readonly Fields[] = [
  { name: "teacher", inputs: 16, hidden: 8 },
  { name: "circles" },
  { name: "spirals", turns: 1 },
];
const SEQUENCES = ["adding", "temporal_order"] as const;

/** Every network on every task of its kind. */
export const TRAINABLE: readonly Trainable[] = [
  ...PLANE.flatMap((task) =>
    DEEP.map(([name, network]) => ({
      ...{ name: `${name}, ${task.name}`, network, task: task as Trainable["task"] },
      twin: deepTwin(network as { depth?: unknown }),
    })),
  ),
  ...SEQUENCES.flatMap((task) =>
    RECURRENT.map(([name, steps, network]) => ({
      ...{ name: `${name}, ${task}, ${steps} steps`, network, task: { name: task, steps } },
      twin: recurrentTwin(steps),
    })),
  ),
];
