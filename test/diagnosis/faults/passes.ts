/** Faults that a single pass shows. */
import { diagnose } from "../../../src/diagnosis/index.ts";
import { readNpy, readSafetensors } from "../../../src/formats/index.ts";
import { propagate } from "../../../src/measure/propagate.ts";
import { createNetwork, type Network } from "../../../src/network/create.ts";
import { prescribe } from "../../../src/prescription/index.ts";
import type { NetworkInput } from "../../../src/spec/index.ts";
import type { Batch } from "../../../src/tasks/batch.ts";
import type { TaskInput } from "../../../src/tasks/index.ts";
import { adding, caseOf, change, column, judged, lstm, relu } from "../planted.ts";
import { type Instance, type Said, saidBy } from "./instance.ts";

const tanh: NetworkInput = { ...relu(5), activation: "tanh" };
/** Rectifiers whose biases carry the signal past a dead layer. */
const biased = (depth: number) => ({ ...relu(depth), init: { weight: "he_normal", biasStd: 0.1 } }) as const;
const open = { ...lstm, init: { forgetBias: 2 } } as const;
const said = (...args: Parameters<typeof judged>): Said => saidBy(judged(...args));

/** A first layer that gives the same outputs to all samples, from files. */
function deadFirst(): Said {
  const weights = readSafetensors(caseOf("dead_first.safetensors"), "dead_first");
  const [inputs, targets] = ["dx.npy", "dy.npy"].map((name) => readNpy(caseOf(name), name));
  const network = createNetwork(JSON.parse(caseOf("dead_first.json").toString()) as NetworkInput);
  for (const [name, { data }] of weights.tensors) network.parameters.set(name, data as Float32Array);
  const diagnosis = diagnose(network.propagate({ inputs: inputs as never, targets: targets as never }));
  network.dispose();
  return saidBy(diagnosis);
}

/** `prescribe` for a network whose first layer is dead. */
async function prescribed(): Promise<Said> {
  const network = createNetwork(biased(4), { seed: 1, inputs: 8, outputs: 1 });
  change(network, "layers.0.bias", () => -1000);
  const task = { name: "teacher", inputs: 8, hidden: 4 };
  const { patient, advice } = await prescribe({ network, task, batch: 8, seeds: 2, fast: true }).result;
  network.dispose();
  const first = saidBy(patient!.diagnosis);
  return { ...first, text: `${first.text}\n${advice}` };
}

export const INPUT_SIDE: readonly Instance[] = [
  {
    tried: "a first layer that is dead on every sample",
    run: deadFirst,
    right: { verdict: "blocked", parts: ["input dead", "path healthy"], causes: ["bias layers.0.bias"] },
  },
  {
    tried: "biases of the first layer at −1000",
    run: () => said(biased(5), "gaussian", (n) => change(n, "layers.0.bias", () => -1000)),
    right: { verdict: "blocked", parts: ["input dead"], says: /layers\.0\.bias/ },
  },
  {
    tried: "one column of a table a million times as large, into tanh",
    run: () => said(tanh, "gaussian", undefined, { alter: column(3, 1e6) }),
    right: { verdict: "blocked", causes: ["input-scale column 3"], says: /standardize/i },
  },
  {
    tried: "prescribe for a dead first layer",
    run: prescribed,
    right: { verdict: "blocked", says: /layers\.0\.bias/, never: /nothing to (mend|do)|not to blame/i },
  },
];

const prices = () =>
  saidBy(
    diagnose(
      propagate({
        network: { ...lstm, hidden: 32 },
        task: { name: "csv", bytes: caseOf("raw_prices.csv"), standardize: false, steps: 30 } as TaskInput,
        batch: 8,
      }),
    ),
  );

export const GATES: readonly Instance[] = [
  {
    tried: "raw prices into an LSTM: all four gradients are zero",
    run: prices,
    right: {
      verdict: "blocked",
      parts: ["input dead"],
      causes: ["input-scale column Volume"],
      says: /standardize|scale/i,
    },
  },
  {
    tried: "an LSTM's input gate at −10",
    run: () =>
      said({ ...lstm, init: { forgetBias: 3 } }, adding(), (n) =>
        change(n, "rnn.bias_ih_l0", (old, i) => (i < 16 ? -10 : old)),
      ),
    right: { verdict: "blocked", parts: ["input shut"], causes: ["closed-gate rnn.bias_ih_l0"], says: /ate i / },
  },
  {
    tried: "a GRU's update gate at +12",
    run: () =>
      said({ kind: "recurrent", cell: "gru", hidden: 16 }, adding(), (n) =>
        change(n, "rnn.bias_ih_l0", (old, i) => (i >= 16 && i < 32 ? 12 : old)),
      ),
    right: { verdict: "blocked", parts: ["input shut"], causes: ["closed-gate rnn.bias_ih_l0"], says: /ate z / },
  },
  ...[1e-5, 0].map(
    (factor): Instance => ({
      tried: `input weights × ${factor}`,
      run: () => said(open, adding(), (n) => change(n, "rnn.weight_ih_l0", (old) => old * factor)),
      right: {
        verdict: "blocked",
        parts: ["input unheard"],
        causes: ["weights rnn.weight_ih_l0"],
        says: factor === 0 ? /weight_ih_l0 is exactly zero/ : /weight_ih_l0 is too small/,
      },
    }),
  ),
];

const scaled = (scale: number, mean: number) => (batch: Batch) => ({
  ...batch,
  targets: (batch.targets as Float32Array).map((value) => value * scale + mean),
  baseline: (batch.baseline as number) * scale * scale,
});

export const LOSSES: readonly Instance[] = [
  {
    tried: "targets near 110: a loss of 12,000 against a trivial 0.2",
    run: () => said({ ...lstm, init: { forgetBias: 3 } }, adding(), undefined, { alter: scaled(1, 110) }),
    right: { verdict: "blocked", parts: ["loss above-trivial"], causes: ["target-scale"] },
  },
  {
    tried: "targets that are not scaled: raw prices",
    run: prices,
    right: { verdict: "blocked", parts: ["loss above-trivial"], causes: ["target-scale"] },
  },
  {
    tried: "a readout too large: 14 times the trivial loss",
    run: () => said(relu(3), "gaussian", (n) => change(n, "readout.weight", (old) => old * 40)),
    right: { verdict: "blocked", parts: ["loss above-trivial"], causes: ["readout-scale readout.weight"] },
  },
];

/** The inputs of nine sequences in ten thirty times as large. */
const loudest = (batch: Batch) => ({
  ...batch,
  inputs: batch.inputs.map((value, i) =>
    Math.floor(i / batch.inputSize) % batch.batch < 0.9 * batch.batch ? value * 30 : value,
  ),
});

export const SAMPLES: readonly Instance[] = [
  {
    tried: "half of the samples without a gradient: one layer's biases at −3",
    run: () => said(relu(3), "gaussian", (n) => change(n, "layers.1.bias", () => -3), { batch: 64 }),
    right: {
      verdict: "mixed",
      causes: ["dead-units layers.1.bias"],
      says: /\d+ % of them get no gradient at all/,
      never: /the path is sound/,
    },
  },
  {
    tried: "no fault: half of the samples are zero, and rectifiers have biases of 0",
    run: () =>
      said({ ...relu(3), init: { weight: "he_normal" } }, "gaussian", undefined, {
        batch: 64,
        alter: (batch) => ({
          ...batch,
          inputs: batch.inputs.map((value, i) => (Math.floor(i / batch.inputSize) % 2 === 0 ? 0 : value)),
        }),
      }),
    right: { verdict: "healthy", says: /50 % of the samples are zero in every column/ },
  },
  {
    tried: "nine sequences in ten × 30",
    run: () =>
      said({ kind: "recurrent", cell: "tanh", hidden: 32 }, adding(20), undefined, { batch: 64, alter: loudest }),
    right: { verdict: ["mixed", "vanishing"], never: /the path is sound/ },
  },
];

const dead = (tried: string, cause: string, edit: (n: Network) => void, more: object = {}): Instance => ({
  tried,
  run: () => said({ ...relu(), ...more } as NetworkInput, "gaussian", edit),
  right: { verdict: "dead", causes: [cause], says: new RegExp(cause.split(" ").at(-1)!), never: /leaky rectifier/ },
});
const SEVENTH = "weights layers.7.weight";

export const DEAD_UNITS: readonly Instance[] = [
  dead("weights of zero", SEVENTH, (n) => change(n, "layers.7.weight", () => 0)),
  dead("γ of zero", "normalisation norms.7.weight", (n) => change(n, "norms.7.weight", () => 0), { norm: "layer" }),
  dead("weights of rank one", SEVENTH, (n) => {
    const row = n.parameters.get("layers.7.weight").slice(0, 64);
    const sum = row.reduce((total, value) => total + value, 0);
    change(n, "layers.7.weight", (_, i) => (sum < 0 ? 1 : -1) * row[i % 64] * (0.5 + Math.floor(i / 64) / 64));
  }),
  dead("weights below zero", SEVENTH, (n) => change(n, "layers.7.weight", (w) => -Math.abs(w))),
  dead("weights of negative mean", SEVENTH, (n) => change(n, "layers.7.weight", (w) => w - 0.3)),
  dead("pruning", SEVENTH, (n) => change(n, "layers.7.weight", (w, i) => (i % 64 === 5 ? -Math.abs(w) : 0))),
  {
    tried: "inputs of zero",
    run: () =>
      said(relu(), "gaussian", undefined, { alter: (batch) => ({ ...batch, inputs: batch.inputs.map(() => 0) }) }),
    right: { verdict: "dead", causes: ["input-zero"], never: /leaky rectifier/ },
  },
];

/** The verdict of an LSTM, with the distance between the samples' quantiles and the judged gain. */
function quantiles(network: object, task: object): Said {
  const spec = { ...lstm, ...network } as NetworkInput;
  const diagnosis = diagnose(propagate({ network: spec, task: task as TaskInput, batch: 32 }));
  const { samples, worst } = diagnosis.evidence;
  const about = samples!.q05 - 1 <= worst.gain && worst.gain <= samples!.q95 + 1;
  return { ...saidBy(diagnosis), text: about ? "quantiles of the judged gain" : "quantiles of another gain" };
}

const open1 = { init: { forgetBias: 1 } };
export const QUANTILES: readonly Instance[] = (
  [
    ["an LSTM over 20 steps", open1, adding(20)],
    ["an LSTM over 60 steps", open1, adding(60)],
    ["an LSTM over 150 steps", open1, adding(150)],
    ["a narrow LSTM with peepholes", { cell: "lstm_peephole", hidden: 8, ...open1 }, adding(40)],
    ["a wide LSTM with coupled gates", { cell: "lstm_coupled", hidden: 48, init: { forgetBias: 3 } }, adding(100)],
    ["two layers on copied symbols", { layers: 2, init: { forgetBias: 2 } }, { name: "copy", steps: 25 }],
    ["coupled gates on noise", { cell: "lstm_coupled", hidden: 24, ...open1 }, { name: "noise", steps: 50 }],
  ] as const
).map(([tried, network, task]) => ({
  tried: `the samples of ${tried}`,
  run: () => quantiles(network, task),
  right: { verdict: ["healthy", "vanishing"], says: /quantiles of the judged gain/ },
}));

export const TWO_FAULTS: readonly Instance[] = [
  {
    tried: "layer 10 × 1e-5 and layer 25 × 1e5",
    run: () => {
      const diagnosis = judged(relu(35), "gaussian", (n) => {
        change(n, "layers.10.weight", (w) => w * 1e-5);
        change(n, "layers.25.weight", (w) => w * 1e5);
      });
      const causes = diagnosis.causes.map(({ factor, stations }) => `${factor} ${stations[0]}`);
      return { ...saidBy(diagnosis), causes };
    },
    right: { verdict: "exploding", causes: ["weights 10", "weights 25"] },
  },
];

export const STACKS: readonly Instance[] = [
  {
    tried: "a stack whose top layer alone fades",
    run: () =>
      said({ ...lstm, layers: 2, init: { forgetBias: 4 } }, adding(60), (n) =>
        change(n, "rnn.bias_ih_l1", (old, i) => (i >= 16 && i < 32 ? 0 : old)),
      ),
    right: { verdict: "healthy", says: /inside layer l1 \(−2\d\.\d nats\) the gradient vanishes; l0 carries it\./ },
  },
];

export const SINGLE_SAMPLE: readonly Instance[] = [
  {
    tried: "batch normalization of one sample",
    run: () => said({ ...relu(5), norm: "batch" }, "gaussian", undefined, { batch: 1 }),
    right: {
      verdict: "dead",
      causes: ["single-sample"],
      says: /more samples, or use a normalization of single samples/,
      never: /leaky rectifier/,
    },
  },
];

/** A column of milliseconds since 1970, a minute a step. */
const stamped = (batch: Batch) => ({
  ...batch,
  inputs: batch.inputs.map((value, i) =>
    i % batch.inputSize === 0 ? 1_583_020_800_000 + 131_072 * Math.floor(i / batch.inputSize / batch.batch) : value,
  ),
});

export const TIME_STAMPS: readonly Instance[] = [
  {
    tried: "a column of time stamps into an LSTM",
    run: () => said({ ...lstm, hidden: 8 }, adding(), undefined, { alter: stamped }),
    right: {
      verdict: ["blocked", "vanishing"],
      causes: ["input-scale column 0"],
      says: /Scale column 0 .*or train without column 0\./,
      never: /forget gate/,
    },
  },
];
