import type { NetworkInput } from "../../src/spec/index.ts";
import type { TaskInput } from "../../src/tasks/index.ts";

/** Which choices the results of a network have influenced: `tuned`, all; `held out`, one; `fresh`, none. */
export type Part = "tuned" | "held out" | "fresh";
export const PARTS: readonly Part[] = ["fresh", "held out", "tuned"];

/** A sick network with a task that a healthy one of its size can learn. */
export interface Sick {
  readonly kind: string;
  readonly part: Part;
  readonly severity: string;
  readonly network: NetworkInput;
  readonly task: TaskInput;
}

const TEACHER: TaskInput = { name: "teacher", inputs: 16, hidden: 8 };
const SPIRALS: TaskInput = { name: "spirals", turns: 1 };
const SMALL_TEACHER: TaskInput = { name: "teacher", inputs: 12, hidden: 6 };
const SHORT_SPIRALS: TaskInput = { name: "spirals", turns: 0.75 };
/** The circles overlap, so the best loss is not 0 and ratios of losses are meaningful. */
const CIRCLES: TaskInput = { name: "circles", noise: 0.2 };
const CLEARER_CIRCLES: TaskInput = { name: "circles", noise: 0.15 };
const adding = (steps: number): TaskInput => ({ name: "adding", steps });
const order = (length: number): TaskInput => ({ name: "temporal_order", steps: length });

type Init = Readonly<Record<string, unknown>>;
const deep = (activation: string, depth: number, init: Init, rest: object = {}): NetworkInput =>
  ({ kind: "feedforward", width: 16, depth, activation, init, ...rest }) as NetworkInput;
const wider = (activation: string, depth: number, init: Init, rest: object = {}): NetworkInput =>
  deep(activation, depth, init, { width: 20, ...rest });
const recurrent = (cell: string, init: Init, rest: object = {}): NetworkInput =>
  ({ kind: "recurrent", cell, hidden: 16, init, ...rest }) as NetworkInput;

const kind = (part: Part, name: string, rows: readonly [string, NetworkInput, TaskInput][]): Sick[] =>
  rows.map(([severity, network, task]) => ({ kind: name, part, severity, network, task }));

/**
 * Twenty kinds of three networks. Of the first twelve, every second one is held out. The results of the held-out kinds
 * were known when the share of remedies that stay after a race's first round was chosen. The last eight kinds are
 * fresh: they were written before the race that they measure, and run once.
 */
export const SICK: readonly Sick[] = [
  ...kind("tuned", "deep sigmoid", [
    ["12 layers, teacher", deep("sigmoid", 12, { weight: "xavier_normal" }), TEACHER],
    ["10 layers, teacher", deep("sigmoid", 10, { weight: "xavier_normal" }), TEACHER],
    ["8 layers, spirals", deep("sigmoid", 8, { weight: "xavier_normal" }), SPIRALS],
  ]),
  ...kind("held out", "small weights, tanh", [
    ["20 layers, gain 0.5", deep("tanh", 20, { weight: "xavier_normal", gain: 0.5 }), TEACHER],
    ["14 layers, gain 0.5", deep("tanh", 14, { weight: "xavier_normal", gain: 0.5 }), TEACHER],
    ["8 layers, gain 0.3", deep("tanh", 8, { weight: "xavier_normal", gain: 0.3 }), CIRCLES],
  ]),
  ...kind("tuned", "small weights, ReLU", [
    ["12 layers, gain 0.4", deep("relu", 12, { weight: "he_normal", gain: 0.4 }), TEACHER],
    ["8 layers, gain 0.2", deep("relu", 8, { weight: "he_normal", gain: 0.2 }), CIRCLES],
    ["10 layers, Xavier × 0.5", deep("relu", 10, { weight: "xavier_normal", gain: 0.5 }), SPIRALS],
  ]),
  ...kind("held out", "large weights, ReLU", [
    ["12 layers, gain 2.2", deep("relu", 12, { weight: "he_normal", gain: 2.2 }), TEACHER],
    ["9 layers, gain 3", deep("relu", 9, { weight: "he_normal", gain: 3 }), SPIRALS],
    ["16 layers, gain 1.8", deep("relu", 16, { weight: "he_normal", gain: 1.8 }), CIRCLES],
  ]),
  ...kind("tuned", "saturated tanh", [
    ["12 layers, biases 3", deep("tanh", 12, { weight: "xavier_normal", biasStd: 3 }), TEACHER],
    ["10 layers, biases 5", deep("tanh", 10, { weight: "xavier_normal", biasStd: 5 }), SPIRALS],
    ["16 layers, biases 2", deep("tanh", 16, { weight: "xavier_normal", biasStd: 2 }), TEACHER],
  ]),
  ...kind("held out", "batch norm, deep", [
    ["ReLU, 36 layers, spirals", deep("relu", 36, { weight: "he_normal" }, { norm: "batch" }), SPIRALS],
    ["ReLU, 40 layers, teacher", deep("relu", 40, { weight: "he_normal" }, { norm: "batch" }), TEACHER],
    ["ReLU, 36 layers, circles", deep("relu", 36, { weight: "he_normal" }, { norm: "batch" }), CIRCLES],
  ]),
  ...kind("tuned", "residual sum", [
    ["ReLU, 20 layers", deep("relu", 20, { weight: "he_normal" }, { residual: "identity" }), TEACHER],
    ["ELU, 20 layers", deep("elu", 20, { weight: "he_normal" }, { residual: "identity" }), SPIRALS],
    ["ReLU, 10 layers, gain 2", deep("relu", 10, { weight: "he_normal", gain: 2 }, { residual: "identity" }), CIRCLES],
  ]),
  ...kind("held out", "deep and narrow", [
    ["ReLU, width 4, 24 layers", deep("relu", 24, { weight: "he_normal" }, { width: 4 }), TEACHER],
    ["ReLU, width 4, 16 layers", deep("relu", 16, { weight: "he_normal" }, { width: 4 }), CIRCLES],
    ["hard sigmoid, 6 layers", deep("hardsigmoid", 6, { weight: "xavier_normal" }), TEACHER],
  ]),
  ...kind("tuned", "fading recurrence", [
    ["tanh, gain 0.5", recurrent("tanh", { gain: 0.5 }), adding(20)],
    ["tanh, gain 0.7", recurrent("tanh", { gain: 0.7 }), order(20)],
    ["sigmoid", recurrent("sigmoid", {}), adding(15)],
  ]),
  ...kind("held out", "exploding recurrence", [
    ["ReLU, gain 2.5", recurrent("relu", { gain: 2.5 }), adding(20)],
    ["ReLU, identity × 1.5", recurrent("relu", { recurrent: "identity", gain: 1.5 }), adding(25)],
    ["linear, gain 1.4", recurrent("identity", { gain: 1.4 }), adding(25)],
  ]),
  ...kind("tuned", "closed gate", [
    ["LSTM, forget bias −3", recurrent("lstm", { forgetBias: -3 }), adding(20)],
    ["LSTM, forget bias −1", recurrent("lstm", { forgetBias: -1 }), order(20)],
    ["GRU, 40 steps", recurrent("gru", { recurrent: "pytorch" }), adding(40)],
  ]),
  ...kind("held out", "saturated recurrence", [
    ["tanh, gain 4", recurrent("tanh", { gain: 4 }), adding(20)],
    ["tanh, input × 20", recurrent("tanh", { inputGain: 20 }), order(20)],
    ["tanh, biases 3", recurrent("tanh", { biasStd: 3 }), adding(15)],
  ]),
  ...kind("fresh", "small weights, smooth units", [
    ["GELU, 14 layers, gain 0.4", wider("gelu", 14, { weight: "he_normal", gain: 0.4 }), SMALL_TEACHER],
    ["SiLU, 12 layers", wider("silu", 12, { weight: "xavier_normal" }), CLEARER_CIRCLES],
    ["Mish, 10 layers, gain 0.5", wider("mish", 10, { weight: "he_normal", gain: 0.5 }), SHORT_SPIRALS],
  ]),
  ...kind("fresh", "large weights, leaky units", [
    ["leaky ReLU, 12 layers", wider("leaky_relu", 12, { weight: "he_normal", gain: 2.4 }), SMALL_TEACHER],
    ["ELU, 12 layers, gain 2.6", wider("elu", 12, { weight: "he_normal", gain: 2.6 }), CLEARER_CIRCLES],
    ["SELU, 10 layers, gain 3.4", wider("selu", 10, { weight: "lecun_normal", gain: 3.4 }), SHORT_SPIRALS],
  ]),
  ...kind("fresh", "saturated, other units", [
    ["softsign, 14, biases 4", wider("softsign", 14, { weight: "xavier_normal", biasStd: 4 }), SMALL_TEACHER],
    ["hard tanh, 14, biases 2.5", wider("hardtanh", 14, { weight: "xavier_normal", biasStd: 2.5 }), CLEARER_CIRCLES],
    ["softsign, 10, biases 3", wider("softsign", 10, { weight: "xavier_normal", biasStd: 3 }), SHORT_SPIRALS],
  ]),
  ...kind("fresh", "normalized sigmoid", [
    ["layer norm, 24 layers", wider("sigmoid", 24, { weight: "xavier_normal" }, { norm: "layer" }), SMALL_TEACHER],
    ["weight norm, 10 layers", wider("sigmoid", 10, { weight: "xavier_normal" }, { norm: "weight" }), SHORT_SPIRALS],
    ["layer norm, 16 layers", wider("sigmoid", 16, { weight: "xavier_normal" }, { norm: "layer" }), CLEARER_CIRCLES],
  ]),
  ...kind("fresh", "residual sum, other units", [
    ["GELU, 24 layers", wider("gelu", 24, { weight: "he_normal" }, { residual: "identity" }), CLEARER_CIRCLES],
    ["leaky ReLU, 12, gain 2", wider("leaky_relu", 12, { gain: 2 }, { residual: "identity" }), SMALL_TEACHER],
    ["SiLU, 24 layers", wider("silu", 24, { weight: "he_normal" }, { residual: "identity" }), SHORT_SPIRALS],
  ]),
  ...kind("fresh", "stacked recurrence", [
    ["tanh × 2, gain 0.5", recurrent("tanh", { gain: 0.5 }, { layers: 2 }), adding(15)],
    ["GRU × 2", recurrent("gru", { recurrent: "pytorch" }, { layers: 2, hidden: 12 }), adding(25)],
    ["LSTM × 2, forget bias −2", recurrent("lstm", { forgetBias: -2 }, { layers: 2 }), adding(12)],
  ]),
  ...kind("fresh", "other gated cells", [
    ["MGU, 25 steps", recurrent("mgu", {}), adding(25)],
    ["peepholes, forget bias −2", recurrent("lstm_peephole", { forgetBias: -2 }), order(16)],
    ["coupled, forget bias −2", recurrent("lstm_coupled", { forgetBias: -2 }), adding(18)],
  ]),
  ...kind("fresh", "other recurrent units", [
    ["hard tanh, input × 15", recurrent("hardtanh", { inputGain: 15 }), order(16)],
    ["softsign, gain 0.8", recurrent("softsign", { gain: 0.8 }), order(16)],
    ["ReLU, gain 0.6", recurrent("relu", { gain: 0.6 }), adding(18)],
  ]),
];
