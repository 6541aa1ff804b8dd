/** One tensor that is far smaller or larger than those of the other layers, and gradients that overflow. */
import type { NetworkInput } from "../../../src/spec/index.ts";
import { adding, change, judged, relu } from "../planted.ts";
import { type Instance, saidBy } from "./instance.ts";

const deep = (activation: string, more: object = {}) =>
  ({
    ...relu(20),
    activation,
    init: { weight: activation === "relu" ? "he_normal" : "xavier_normal" },
    ...more,
  }) as NetworkInput;
const recurrent = (cell: string, more: object = {}) =>
  ({ kind: "recurrent", cell, hidden: 16, ...more }) as NetworkInput;

/** What is said about a network with one tensor multiplied by a factor; the text is the first advice alone. */
const scaled =
  (network: NetworkInput, name: string, factor: number, steps = 20) =>
  () => {
    const task = network.kind === "recurrent" ? adding(steps) : "gaussian";
    const diagnosis = judged(network, task, (n) => change(n, name, (old) => old * factor));
    const [first] = diagnosis.advice;
    return { ...saidBy(diagnosis), text: `${first.sentence} ${first.options.join(" ")}` };
  };

const sized = (network: NetworkInput, tried: string, name: string, factor: number): Instance => ({
  tried: `${tried}: ${name} × ${factor}`,
  run: scaled(network, name, factor),
  right: {
    verdict: ["vanishing", "exploding", "mixed", "dead", "blocked"],
    causes: [`${/norm/.test(name) ? "normalisation" : "weights"} ${name}`],
    says: new RegExp(
      /norm/.test(name)
        ? `^Set ${name.replaceAll(".", "\\.")} to 1\\. $`
        : `^Draw ${name.replaceAll(".", "\\.")} again, with a size that fits the activation\\. $`,
    ),
  },
});

const scales = ["layer", "batch", "rms"].flatMap((norm) =>
  ["relu", "tanh"].flatMap((activation) =>
    [1e-6, 1e6].flatMap((factor) =>
      ["norms.3.weight", "norms.19.weight"].map((name) =>
        sized(deep(activation, { norm }), `${activation}, ${norm} norm`, name, factor),
      ),
    ),
  ),
);

export const ODD_SCALES: readonly Instance[] = [
  ...scales,
  sized(deep("tanh", { norm: "layer" }), "samples that differ", "norms.3.weight", 1e3),
  sized(deep("tanh", { norm: "batch" }), "a dead input", "norms.0.weight", 1e6),
  ...["tanh", "relu"].map((cell) => sized(recurrent(cell, { norm: "layer" }), cell, "rnn.norm_weight_l0", 1e-6)),
  ...["tanh", "relu", "lstm", "gru"].map((cell) =>
    sized(recurrent(cell, { norm: "layer" }), cell, "rnn.norm_weight_l0", 1e6),
  ),
  {
    tried: "no fault: the γ of one residual branch at 1e-6",
    run: scaled(deep("relu", { norm: "layer", normPosition: "pre", residual: "identity" }), "norms.3.weight", 1e-6),
    right: { verdict: "healthy" },
  },
];

export const ODD_WEIGHTS: readonly Instance[] = [
  ...["relu", "tanh", "sigmoid", "gelu", "hardtanh"].map((activation) =>
    sized(deep(activation), activation, "layers.7.weight", 1e-4),
  ),
  ...["relu", "tanh"].map((activation) => sized(deep(activation), activation, "layers.7.weight", 1e4)),
  sized(deep("relu", { norm: "batch" }), "below a batch normalization", "layers.7.weight", 1e-6),
  sized(deep("relu", { norm: "weight" }), "weight norm", "layers.7.weight_g", 1e-6),
  {
    tried: "a deep sigmoid network that vanishes without the small layer too: both are to be mended",
    run: () => saidBy(judged(deep("sigmoid"), "gaussian", (n) => change(n, "layers.7.weight", (old) => old * 1e-4))),
    right: { verdict: "vanishing", says: /Draw layers\.7\.weight again[\s\S]*Use residual blocks/ },
  },
  {
    tried: "two layers, one too small and one too large: both are to be drawn again",
    run: () =>
      saidBy(
        judged(relu(35), "gaussian", (n) => {
          change(n, "layers.10.weight", (old) => old * 1e-5);
          change(n, "layers.25.weight", (old) => old * 1e5);
        }),
      ),
    right: { verdict: "exploding", says: /Draw layers\.\d+\.weight again.*\nDraw layers\.\d+\.weight again/ },
  },
  {
    tried: "all weights are small: no layer is odd",
    run: () => saidBy(judged(deep("tanh", { init: { weight: "xavier_normal", gain: 0.3 } }), "gaussian")),
    right: { verdict: "vanishing", causes: ["weights"], says: /Initialize for tanh/ },
  },
];

export const OVERFLOWS: readonly Instance[] = [
  ...(["relu", "indrnn"] as const).map(
    (cell): Instance => ({
      tried: `${cell}: W_hh × 5, every state is finite and a gradient is not`,
      run: () => {
        const network = recurrent(cell, cell === "indrnn" ? { cellOptions: { activation: "relu" } } : {});
        return saidBy(judged(network, adding(60), (n) => change(n, "rnn.weight_hh_l0", (old) => old * 5)));
      },
      right: {
        verdict: "nonfinite",
        causes: ["weights"],
        says: /Every state is finite, .* the weights of the recurrence are too large for relu\./,
      },
    }),
  ),
  {
    tried: "one layer × 1e38: a state overflows",
    run: () => saidBy(judged(deep("relu"), "gaussian", (n) => change(n, "layers.7.weight", (old) => old * 1e38))),
    right: {
      verdict: "nonfinite",
      causes: ["weights layers.7.weight"],
      says: /The reason is one tensor: layers\.7\.weight is too large[\s\S]*Draw layers\.7\.weight again/,
    },
  },
];
