import type { Fault, Labels } from "./plant.ts";
import { REALISTIC } from "./realistic.ts";
import { deep, edit, gated, type Part, PRE_NORM, recurrent, rows } from "./rows.ts";

/**
 * The planted faults: a row for every severity. `held out` kinds were written down with the others, and nothing was tuned on them.
 */
const TUNED: readonly Fault[] = [
  ...rows("tuned", "small weights, tanh", [0.82, 0.75, 0.5, 0.2], "30 layers, gain × ", (gain) => ({
    network: deep("tanh", 30, { gain }),
  })),
  ...rows("tuned", "small weights, ReLU", [0.82, 0.75, 0.5, 0.2], "30 layers, gain × ", (gain) => ({
    network: deep("relu", 30, { gain }),
  })),
  ...rows("tuned", "large weights, ReLU", [1.3, 1.4, 2, 4], "30 layers, gain × ", (gain) => ({
    network: deep("relu", 30, { gain }),
  })),
  ...rows("tuned", "overflow, ReLU", [10, 30], "80 layers, gain × ", (gain) => ({
    network: deep("relu", 80, { gain }),
  })),
  ...rows("tuned", "sigmoid", [6, 12, 30], "layers ", (depth) => ({ network: deep("sigmoid", depth) })),
  ...rows("tuned", "dead ReLU bias", [-0.2, -0.5, -1], "20 layers, bias ", (value) => ({
    network: deep("relu", 20),
    ...edit({ edit: "bias", value }),
  })),
  ...rows("tuned", "closed forget gate", [-3, -1, 1, 2], "LSTM, 60 steps, bias ", (forgetBias) => ({
    network: gated("lstm", { forgetBias }),
    steps: 60,
  })),
  ...rows("tuned", "saturating inputs", [10, 30, 100], "tanh RNN, 40 steps, × ", (factor) => ({
    network: recurrent("tanh"),
    steps: 40,
    ...edit({ edit: "inputs", factor }),
  })),
  ...rows("tuned", "one bad layer", [1e-2, 1e-4, 1e-6], "tanh, 20 layers, × ", (factor) => ({
    network: deep("tanh", 20),
    ...edit({ edit: "weights", factor, at: 0.4 }),
  })),
  ...rows("tuned", "one bad layer", [1e-5, 1e5], "ReLU, 20 layers, × ", (factor) => ({
    network: deep("relu", 20),
    ...edit({ edit: "weights", factor, at: 0.7 }),
  })),
  ...rows("tuned", "too deep", [100, 200, 300], "He's ReLU, width 16, layers ", (depth) => ({
    network: deep("relu", depth, {}, { width: 16 }),
  })),
  ...rows("tuned", "exploding recurrence", [1.12, 1.2, 1.6], "linear RNN, 60 steps, gain × ", (gain) => ({
    network: recurrent("identity", { gain }),
    steps: 60,
  })),
  ...rows("tuned", "exploding recurrence", [1.2, 1.6], "ReLU RNN, 60 steps, gain × ", (gain) => ({
    network: recurrent("relu", { recurrent: "identity", gain }),
    steps: 60,
  })),
  ...rows("tuned", "fading recurrence", [0.95, 0.7], "linear RNN, 150 steps, gain × ", (gain) => ({
    network: recurrent("identity", { gain }),
    steps: 150,
  })),
  ...rows("tuned", "fading recurrence", [0.98], "linear RNN, 400 steps, gain × ", (gain) => ({
    network: recurrent("identity", { gain }, 16),
    steps: 400,
  })),
  ...rows("tuned", "batch-norm explosion", [20, 40, 80], "ReLU, layers ", (depth) => ({
    network: deep("relu", depth, {}, { norm: "batch" }),
  })),
  ...rows("tuned", "NaN or Inf weight", [Number.NaN, Number.POSITIVE_INFINITY], "ReLU, 15 layers, ", (value) => ({
    network: deep("relu", 15),
    ...edit({ edit: "poison", tensor: "weight", value, at: 0.5 }),
  })),
  ...rows("tuned", "samples of two scales", [30, 100], "tanh RNN, 15 steps, half × ", (factor) => ({
    network: recurrent("tanh"),
    steps: 15,
    ...edit({ edit: "inputs", factor, share: 0.5 }),
  })),
];

const HELD_OUT: readonly Fault[] = [
  ...rows("held out", "small weights, SELU and softsign", ["selu", "softsign"], "30 layers, gain × 0.5, ", (phi) => ({
    network: deep(phi, 30, { gain: 0.5 }),
  })),
  ...rows("held out", "small weights, recurrent", [0.5, 0.8, 1], "tanh RNN, 40 steps, gain × ", (gain) => ({
    network: recurrent("tanh", { gain }),
    steps: 40,
  })),
  ...rows("held out", "large weights, tanh", [1.8, 2.5, 5], "40 layers, gain × ", (gain) => ({
    network: deep("tanh", 40, { gain }),
  })),
  ...rows("held out", "saturating bias", [1, 3, 6], "tanh, 20 layers, std ", (biasStd) => ({
    network: deep("tanh", 20, { biasStd }),
  })),
  ...rows("held out", "hard sigmoid", [6, 12], "layers ", (depth) => ({ network: deep("hardsigmoid", depth) })),
  ...rows("held out", "closed update gate", [-4, -1, 1], "GRU, 60 steps, bias ", (value) => ({
    network: gated("gru"),
    steps: 60,
    ...edit({ edit: "gate bias", value }),
  })),
  ...rows("held out", "closed carry gate", [-1, 2, 5], "tanh highway, 30 layers, weights × 0.5, bias ", (value) => ({
    network: deep("tanh", 30, { gain: 0.5 }, { residual: "highway" }),
    ...edit({ edit: "gate bias", value }),
  })),
  ...rows("held out", "residual sum", [15, 30, 60], "ReLU, layers ", (depth) => ({
    network: deep("relu", depth, {}, { residual: "identity" }),
  })),
  ...rows("held out", "one dead layer", [-100, -3], "ReLU, 15 layers, bias ", (value) => ({
    network: deep("relu", 15),
    ...edit({ edit: "bias", value, at: 0.5 }),
  })),
  ...rows("held out", "one dead layer", [0], "tanh, 15 layers, weights × ", (factor) => ({
    network: deep("tanh", 15),
    ...edit({ edit: "weights", factor, at: 0.3 }),
  })),
  ...rows("held out", "exploding recurrence, tanh", [1.5, 2, 4], "40 steps, Gaussian gain ", (gain) => ({
    network: recurrent("tanh", { recurrent: "gaussian", gain }),
    steps: 40,
  })),
  ...rows("held out", "exploding hidden weights", [6], "LSTM, 150 steps, orthogonal × ", (gain) => ({
    network: gated("lstm", { recurrent: "orthogonal", gain, forgetBias: 6 }),
    steps: 150,
  })),
  ...rows("held out", "too long", [20, 150, 300], "tanh RNN, steps ", (steps) => ({
    network: recurrent("tanh"),
    steps,
  })),
  ...rows("held out", "NaN input", [Number.NaN], "tanh, 15 layers, ", (value) => ({
    network: deep("tanh", 15),
    ...edit({ edit: "poison", tensor: "inputs", value, at: 0.5 }),
  })),
  ...rows("held out", "NaN or Inf bias", [Number.NaN, Number.POSITIVE_INFINITY], "ReLU, 15 layers, ", (value) => ({
    network: deep("relu", 15),
    ...edit({ edit: "poison", tensor: "bias", value, at: 0.8 }),
  })),
  ...rows("held out", "NaN recurrent weight", [Number.NaN], "tanh RNN, 20 steps, ", (value) => ({
    network: recurrent("tanh"),
    steps: 20,
    ...edit({ edit: "poison", tensor: "weight", value, at: 0 }),
  })),
  ...rows("held out", "samples of two scales, ReLU", [-3], "15 layers, half × 300, bias ", (value) => ({
    network: deep("relu", 15),
    ...edit({ edit: "inputs", factor: 300, share: 0.5 }, { edit: "bias", value }),
  })),
];

const controls = (
  part: Part,
  kind: string,
  sizes: readonly number[],
  unit: string,
  make: (size: number) => Omit<Fault, "kind" | "severity" | "part">,
  labels: readonly Labels[] = ["random"],
): Fault[] =>
  labels.flatMap((label) =>
    sizes.map((size) => ({
      kind: label === "random" ? kind : `${kind}, ${label}`,
      severity: `${unit} ${size}`,
      part,
      control: true,
      ...make(size),
      ...(label === "random" ? {} : { labels: label }),
    })),
  );
const SETTLED: readonly Labels[] = ["constant", "teacher", "fitted", "plateau"];

const CONTROLS: readonly Fault[] = [
  ...controls("tuned", "healthy: pre-norm ReLU residual", [2, 5, 10, 20, 50, 100, 200], "layers", (depth) => ({
    network: deep("relu", depth, {}, { width: 16, ...PRE_NORM }),
  })),
  ...controls("tuned", "healthy: critical tanh", [2, 5, 10, 20, 30], "layers", (depth) => ({
    network: deep("tanh", depth),
  })),
  ...controls("tuned", "healthy: orthogonal linear RNN", [2, 10, 50, 200], "steps", (steps) => ({
    network: recurrent("identity"),
    steps,
  })),
  ...controls("tuned", "healthy: open LSTM", [2, 10, 30, 60], "steps", (steps) => ({
    network: gated("lstm", { forgetBias: Math.log(steps) + 1 }),
    steps,
  })),
  ...controls("tuned", "healthy: tanh", [10], "layers", (depth) => ({ network: deep("tanh", depth) }), SETTLED),
  ...controls(
    "tuned",
    "healthy: linear RNN",
    [30],
    "steps",
    (steps) => ({ network: recurrent("identity"), steps }),
    SETTLED,
  ),
  ...controls("held out", "healthy: scaled ReLU residual", [2, 5, 10, 20, 50, 100, 200], "layers", (depth) => ({
    network: deep("relu", depth, {}, { width: 16, residual: "scaled" }),
  })),
  ...controls("held out", "healthy: He's ReLU", [2, 5, 10, 20, 50], "layers", (depth) => ({
    network: deep("relu", depth),
  })),
  ...controls("held out", "healthy: orthogonal linear", [2, 10, 50, 200], "layers", (depth) => ({
    network: deep("identity", depth, { weight: "orthogonal" }, { width: 16 }),
  })),
  ...controls("held out", "healthy: SELU", [2, 10, 30], "layers", (depth) => ({ network: deep("selu", depth) })),
  ...controls("held out", "healthy: tanh RNN", [2, 5, 10], "steps", (steps) => ({ network: recurrent("tanh"), steps })),
  ...controls("held out", "healthy: ReLU RNN from the identity", [2, 20, 100], "steps", (steps) => ({
    network: recurrent("relu", { recurrent: "identity" }),
    steps,
  })),
  ...controls("held out", "healthy: open GRU", [2, 10, 40], "steps", (steps) => ({
    network: gated("gru"),
    steps,
    ...edit({ edit: "gate bias", value: Math.log(steps) + 1 }),
  })),
  ...controls("held out", "healthy: highway", [5, 20, 50], "layers", (depth) => ({
    network: deep("tanh", depth, {}, { residual: "highway" }),
    ...edit({ edit: "gate bias", value: -Math.log(depth) - 1 }),
  })),
  ...controls("held out", "healthy: batch norm", [2, 5, 10], "layers", (depth) => ({
    network: deep("relu", depth, {}, { norm: "batch" }),
  })),
  ...controls(
    "held out",
    "healthy: pre-norm residual",
    [20],
    "layers",
    (depth) => ({
      network: deep("relu", depth, {}, { width: 16, ...PRE_NORM }),
    }),
    SETTLED,
  ),
  ...controls("held out", "healthy: tanh", [8], "layers", (depth) => ({ network: deep("tanh", depth) }), ["trained"]),
  ...controls("held out", "healthy: tanh RNN", [8], "steps", (steps) => ({ network: recurrent("tanh"), steps }), [
    "trained",
  ]),
  ...controls(
    "held out",
    "healthy: scaled ReLU residual",
    [15],
    "layers",
    (depth) => ({
      network: deep("relu", depth, {}, { width: 16, residual: "scaled" }),
    }),
    ["trained"],
  ),
  ...controls(
    "held out",
    "healthy: open LSTM",
    [30],
    "steps",
    (steps) => ({
      network: gated("lstm", { forgetBias: Math.log(steps) + 1 }),
      steps,
    }),
    SETTLED,
  ),
];

/** Every row. */
export const FAULTS: readonly Fault[] = [...TUNED, ...HELD_OUT, ...CONTROLS, ...REALISTIC];
