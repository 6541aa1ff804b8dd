/** Other networks with the faults of `passes.ts`: other layers, activations, cells and normalizations. */
import type { Network } from "../../../src/network/create.ts";
import type { NetworkInput } from "../../../src/spec/index.ts";
import type { Batch } from "../../../src/tasks/batch.ts";
import { adding, change, column, judged, lstm, relu } from "../planted.ts";
import { type Instance, saidBy } from "./instance.ts";

type Edit = (network: Network) => void;
const deep = (activation: string, depth: number, more: object = {}) =>
  ({ ...relu(depth), activation, init: { weight: "xavier_normal" }, ...more }) as NetworkInput;
const biased = (network: object) =>
  ({ ...network, init: { weight: "he_normal", biasStd: 0.1 } }) as unknown as NetworkInput;
const cell = (name: string, more: object = {}) =>
  ({ kind: "recurrent", cell: name, hidden: 16, ...more }) as NetworkInput;
const scaled = (factor: number) => (batch: Batch) => ({
  ...batch,
  inputs: batch.inputs.map((value) => value * factor),
});
const of = (network: NetworkInput, edit?: Edit, more: Parameters<typeof judged>[3] = {}) => {
  const task = network.kind === "recurrent" ? adding() : "gaussian";
  return () => saidBy(judged(network, task, edit, more));
};

const blocked = (tried: string, run: Instance["run"], part: string, cause: string, says?: RegExp): Instance => ({
  tried,
  run,
  right: { verdict: "blocked", parts: [part], causes: [cause], ...(says && { says }) },
});

export const INPUT_SIDES: readonly Instance[] = [
  blocked(
    "sigmoid's first biases at 60",
    of(deep("sigmoid", 3), (n) => change(n, "layers.0.bias", () => 60)),
    "input saturated",
    "bias layers.0.bias",
  ),
  blocked(
    "ReLU6's first biases at 1000, above its upper bound",
    of(biased(deep("relu6", 5)), (n) => change(n, "layers.0.bias", () => 1000)),
    "input dead",
    "bias layers.0.bias",
  ),
  blocked(
    "first weights of exactly zero",
    of(deep("tanh", 5), (n) => change(n, "layers.0.weight", () => 0)),
    "input unheard",
    "weights layers.0.weight",
    /layers\.0\.weight is exactly zero/,
  ),
  blocked(
    "the scale of the first normalization at zero",
    of(biased({ ...relu(5), norm: "layer" }), (n) => {
      change(n, "norms.0.weight", () => 0);
      change(n, "norms.0.bias", () => 0.3);
    }),
    "input dead",
    "normalisation norms.0.weight",
    /Set norms\.0\.weight to 1\./,
  ),
  blocked(
    "two columns a hundred thousand times as large",
    of(deep("hardtanh", 5), undefined, { alter: (batch) => column(5, 1e5)(column(2, 1e5)(batch)) }),
    "input dead",
    "input-scale column 2 and column 5",
    /Scale column 2 and column 5 .* or train without column 2 and column 5\./,
  ),
  blocked(
    "all inputs too large for softsign",
    of(deep("softsign", 5), undefined, { alter: scaled(1e4) }),
    "input saturated",
    "input-scale",
  ),
];

export const GATE_VARIANTS: readonly Instance[] = [
  ...(
    [
      ["mgu", 0, -12, "f"],
      ["ugrnn", 0, 12, "u"],
      ["lstm_coupled", 0, 12, "f"],
      ["gru_reset_before", 1, 12, "z"],
    ] as const
  ).map(([name, gate, bias, letter]) =>
    blocked(
      `a gate of ${name} at ${bias}`,
      of(cell(name), (n) => change(n, "rnn.bias_ih_l0", (old, i) => (Math.floor(i / 16) === gate ? bias : old))),
      "input shut",
      "closed-gate rnn.bias_ih_l0",
      new RegExp(`Gate ${letter} `),
    ),
  ),
  blocked(
    "an LSTM's other bias closes the input gate",
    of({ ...lstm, init: { forgetBias: 3 } }, (n) => change(n, "rnn.bias_hh_l0", (old, i) => (i < 16 ? -10 : old))),
    "input shut",
    "closed-gate rnn.bias_hh_l0",
  ),
  blocked(
    "inputs a hundred thousand times as large into a GRU",
    of(cell("gru"), undefined, { alter: scaled(1e5) }),
    "input saturated",
    "input-scale",
  ),
];

export const INPUT_CENTERS: readonly Instance[] = [
  {
    tried: "all columns 10,000 from zero: no single one is at fault",
    run: of(biased(relu(5)), undefined, {
      batch: 64,
      alter: (batch) => ({ ...batch, inputs: batch.inputs.map((value) => value + 1e4) }),
    }),
    right: {
      verdict: "blocked",
      parts: ["input unscaled"],
      causes: ["input-scale"],
      says: /Scale the inputs to mean 0/,
      never: /without column/,
    },
  },
  {
    tried: "equal targets, without a baseline",
    run: of(relu(5), undefined, {
      alter: ({ baseline: _, ...batch }) => ({ ...batch, targets: (batch.targets as Int32Array).map(() => 3) }),
    }),
    right: { verdict: "blocked", parts: ["loss constant-labels"], causes: ["labels"], never: /Nothing to do/ },
  },
];

const dead = (
  tried: string,
  network: NetworkInput,
  cause: string,
  edit: Edit,
  never = /leaky rectifier/,
): Instance => ({
  tried,
  run: of(network, edit),
  right: { verdict: "dead", causes: [cause], says: new RegExp(cause.split(" ").at(-1) as string), never },
});
const zero =
  (name: string): Edit =>
  (n) =>
    change(n, name, () => 0);

export const DEAD_VARIANTS: readonly Instance[] = [
  dead(
    "γ of zero of a batch norm",
    { ...relu(), norm: "batch" },
    "normalisation norms.5.weight",
    zero("norms.5.weight"),
  ),
  dead(
    "g of zero of a weight norm",
    { ...relu(), norm: "weight" },
    "weights layers.7.weight_g",
    zero("layers.7.weight_g"),
  ),
  dead("weights of zero under tanh", deep("tanh", 20), "weights layers.7.weight", zero("layers.7.weight")),
  dead("recurrent weights of zero", cell("tanh"), "weights rnn.weight_hh_l0", zero("rnn.weight_hh_l0")),
  dead(
    "weights too large for ReLU6",
    deep("relu6", 10),
    "weights layers.4.weight",
    (n) => change(n, "layers.4.weight", (w) => Math.abs(w) * 1000),
    /Raise the gain/,
  ),
  dead("one layer of hard sigmoid at −50", deep("hardsigmoid", 4), "saturation layers.2.bias", (n) =>
    change(n, "layers.2.bias", () => -50),
  ),
  dead("a recurrent ReLU's biases at −1000", cell("relu"), "dead-units rnn.bias_ih_l0", (n) =>
    change(n, "rnn.bias_ih_l0", () => -1000),
  ),
  dead("a recurrent ReLU's input weights below zero", cell("relu"), "dead-units rnn.weight_ih_l0", (n) =>
    change(n, "rnn.weight_ih_l0", (w) => -Math.abs(w)),
  ),
  {
    tried: "one layer of tanh at 20",
    run: of(deep("tanh", 12), (n) => change(n, "layers.7.bias", () => 20)),
    right: { verdict: "vanishing", causes: ["saturation layers.7.bias"], says: /Set layers\.7\.bias to 0\./ },
  },
  {
    tried: "no fault: every layer of tanh has biases of deviation 3",
    run: of(deep("tanh", 12, { init: { weight: "xavier_normal", biasStd: 3 } })),
    right: { verdict: "vanishing", causes: ["saturation"], says: /biases at 0/, never: /layers\.\d+\.bias/ },
  },
];

export const SAMPLE_VARIANTS: readonly Instance[] = [
  {
    tried: "a sixth of the samples without a gradient: one layer's biases at −2.5",
    run: of(relu(6), (n) => change(n, "layers.2.bias", () => -2.5), { batch: 128 }),
    right: { verdict: "mixed", causes: ["dead-units layers.2.bias"], says: /1\d % of them get no gradient at all/ },
  },
];

export const FAULT_PAIRS: readonly Instance[] = [
  {
    tried: "layer 10 × 1e5 and layer 25 × 1e-5",
    run: of(relu(35), (n) => {
      change(n, "layers.10.weight", (w) => w * 1e5);
      change(n, "layers.25.weight", (w) => w * 1e-5);
    }),
    right: {
      verdict: "vanishing",
      says: /(?=[\s\S]*too large for relu \(.*at layer 10)(?=[\s\S]*too small for relu \(.*at layer 25)/,
    },
  },
  ...(["relu", "tanh", "linear"] as const).map((activation): Instance => {
    const network = deep(activation === "linear" ? "identity" : activation, 40, {
      init: { weight: activation === "relu" ? "he_normal" : "orthogonal" },
    });
    return {
      tried: `${activation}: layers 10 and 35 too small, layer 25 too large`,
      run: () => {
        const diagnosis = judged(network, "gaussian", (n) => {
          for (const [layer, factor] of [
            [10, 1e-5],
            [25, 1e5],
            [35, 1e-5],
          ] as const)
            change(n, `layers.${layer}.weight`, (w) => w * factor);
        });
        const causes = diagnosis.causes.map(
          ({ factor, stations: [at], charged }) => `${factor} ${at} ${charged < 0 ? "−" : "+"}`,
        );
        return { ...saidBy(diagnosis), causes };
      },
      right: {
        verdict: ["vanishing", "mixed"],
        causes: ["weights 10 −", "weights 25 +", "weights 35 −"],
        never: /all along the path/,
      },
    };
  }),
  {
    tried: "layers 10 and 25 both too small",
    run: of(relu(35), (n) => {
      change(n, "layers.10.weight", (w) => w * 1e-3);
      change(n, "layers.25.weight", (w) => w * 1e-4);
    }),
    right: { verdict: "vanishing", says: /half of it at layer 25, 4\d % at layer 10/ },
  },
];

export const STACK_VARIANTS: readonly Instance[] = [
  {
    tried: "no fault: a bidirectional LSTM whose loss reads the last step",
    run: of({ ...lstm, bidirectional: true, init: { forgetBias: 3 } }),
    right: { verdict: "healthy", never: /reverse/ },
  },
];

/** Without a variance, whatever follows or surrounds the normalization. */
export const SINGLE_SAMPLES: readonly Instance[] = [
  ...([{}, { normPosition: "after" }] as const).map(
    (more): Instance => ({
      tried: `batch normalization of one sample under tanh${"normPosition" in more ? ", after it" : ""}`,
      run: of(deep("tanh", 5, { norm: "batch", ...more }), undefined, { batch: 1 }),
      right: { verdict: "dead", causes: ["single-sample"], says: /batches of more samples/ },
    }),
  ),
  {
    tried: "batch normalization of one sample in residual blocks",
    run: of(deep("tanh", 8, { norm: "batch", residual: "identity" }), undefined, { batch: 1 }),
    right: { verdict: "blocked", parts: ["input dead"], causes: ["single-sample"], says: /batches of more samples/ },
  },
];
