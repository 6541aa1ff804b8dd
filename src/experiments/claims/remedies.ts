import type { NetworkInput } from "../../spec/index.ts";
import type { TaskInput } from "../../tasks/index.ts";
import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { bars } from "../figures.ts";
import { mean, overSeeds, share } from "../intervals.ts";
import { type Lab, totalGain } from "../lab.ts";
import type { TrainingPlan } from "../../training/short-training.ts";
import type { Condition, Findings, Measured, Setup } from "../types.ts";

/** A baseline whose gradient vanishes, and remedies. Each remedy changes one thing of the baseline. */
interface Trial extends Setup {
  readonly baseline: NetworkInput;
  readonly remedies: Readonly<Record<string, object>>;
  readonly task: TaskInput & object;
  readonly plan: TrainingPlan;
  /** A network of the same kind in which nothing vanishes. It must learn; otherwise the task is too hard for it. */
  readonly easy: { readonly network?: object; readonly task?: object };
}

/** The baseline of all remedies for depth: the classic sigmoid network with PyTorch's initialization. */
const DEEP = {
  baseline: { kind: "feedforward", depth: 20, width: 32, activation: "sigmoid", init: { weight: "pytorch" } },
  easy: { network: { depth: 2 } },
  task: { name: "teacher", inputs: 8, hidden: 4 },
  plan: { steps: 400, batch: 32, optimizer: { name: "adam", learningRate: 0.01 }, clip: { norm: 1 } },
  seeds: 5,
} as const;

/** The baseline of all remedies for length. */
const LONG = {
  baseline: { kind: "recurrent", cell: "tanh", hidden: 32, init: { recurrent: "pytorch", input: "pytorch" } },
  easy: { task: { steps: 5 } },
  task: { name: "adding", steps: 30 },
  plan: { steps: 400, batch: 32, optimizer: { name: "adam", learningRate: 0.02 }, clip: { norm: 1 } },
  seeds: 5,
} as const;

/**
 * Every remedy is judged by the same two numbers: how much of the lost gain comes back, and whether the network then
 * learns.
 */
const conditions = (remedies: Readonly<Record<string, object>>): Condition[] => [
  ...Object.keys(remedies).flatMap((name) => [
    above(`nats recovered, ${name}`, 0.2, `${name}: at least a fifth of the nats that the baseline loses comes back`),
    above(`learned, ${name}`, 0.5, `${name}: the network learns half of the task or more`),
  ]),
  control(below("gain, baseline", -Math.log(1000), "the baseline's gradient vanishes")),
  control(below("learned, baseline", 0.1, "the baseline learns nothing")),
  control(above("learned, easy", 0.5, "the baseline with few layers or steps learns")),
];

function* trial({ baseline, remedies, easy, task, plan, seeds }: Trial, lab: Lab): Generator<void, Findings> {
  const gains: Record<string, number[]> = {};
  const learned: Record<string, number[]> = {};
  for (const [name, change] of Object.entries({ baseline: {}, ...remedies })) {
    const network = { ...baseline, ...change } as NetworkInput;
    gains[name] = (yield* lab.flows(name, network, { task, seeds })).map(totalGain);
    learned[name] = (yield* lab.train(name, network, task, plan, seeds)).map((run) => run.learned);
  }
  const within = { ...baseline, ...easy.network } as NetworkInput;
  const simple = yield* lab.train("easy", within, { ...task, ...easy.task }, plan, seeds);
  const lost = Math.abs(mean(gains.baseline));
  const numbers: Measured[] = [];
  for (const name of Object.keys(remedies)) {
    const recovered = gains[name].map((gain) => 1 - Math.abs(gain) / lost);
    numbers.push(overSeeds(`nats recovered, ${name}`, recovered, "of the baseline's loss"));
    numbers.push(overSeeds(`learned, ${name}`, learned[name], ""));
  }
  for (const name of Object.keys(gains)) numbers.push(overSeeds(`gain, ${name}`, gains[name], "nats"));
  numbers.push(overSeeds("learned, baseline", learned.baseline, ""));
  const easily = simple.map((run) => run.learned);
  numbers.push(overSeeds("learned, easy", easily, ""));
  return { numbers, figure: bars("share learned", { ...learned, easy: easily }) };
}

/** A claim that is one trial; the full study trains ten times as long. */
const remedyClaim = (id: string, sentence: string, setup: Trial) =>
  defineClaim({
    ...{ id, sentence, topic: "remedies" as const },
    criterion: conditions(setup.remedies),
    reduced: setup,
    full: { plan: { ...setup.plan, steps: 10 * setup.plan.steps } as never, seeds: 20 },
    run: trial,
  });

export const reluVariants = remedyClaim("remedy-relu-variants", "ReLU and its variants alone mitigate vanishing.", {
  ...DEEP,
  remedies: {
    ReLU: { activation: "relu" },
    "leaky ReLU": { activation: "leaky_relu" },
    ELU: { activation: "elu" },
    SELU: { activation: "selu" },
    GELU: { activation: "gelu" },
  },
});

export const initializations = remedyClaim(
  "remedy-initialisation",
  "He's and Xavier's initializations alone mitigate vanishing.",
  {
    ...DEEP,
    remedies: { Xavier: { init: { weight: "xavier_normal" } }, He: { init: { weight: "he_normal" } } },
  },
);

export const ownInitializations = remedyClaim(
  "remedy-initialisation-of-the-activation",
  "He's initialization and LSUV mitigate vanishing with ReLU, the activation that they were derived for.",
  {
    ...DEEP,
    baseline: { ...DEEP.baseline, activation: "relu" },
    plan: { ...DEEP.plan, optimizer: { name: "sgd", learningRate: 0.05 } },
    remedies: { He: { init: { weight: "he_normal" } }, LSUV: { init: { weight: "pytorch", lsuv: true } } },
  },
);

export const skips = remedyClaim(
  "remedy-residual-connections",
  "Residual and skip connections alone mitigate vanishing.",
  {
    ...DEEP,
    remedies: {
      identity: { residual: "identity" },
      scaled: { residual: "scaled" },
      "zero-scaled": { residual: "skipinit" },
      dense: { residual: "dense" },
    },
  },
);

export const normalization = remedyClaim(
  "remedy-normalisation-layers",
  "Normalization layers alone mitigate vanishing.",
  {
    ...DEEP,
    remedies: { batch: { norm: "batch" }, layer: { norm: "layer" }, RMS: { norm: "rms" } },
  },
);

export const shorterDepth = remedyClaim(
  "remedy-shorter-effective-depth",
  "Architectures with a shorter effective depth (gated skips, stochastic depth) mitigate vanishing.",
  {
    ...DEEP,
    remedies: {
      highway: { residual: "highway" },
      "stochastic depth": { residual: "scaled", stochasticDepth: 0.5 },
    },
  },
);

export const dilated = remedyClaim(
  "remedy-shorter-effective-length",
  "Architectures with a shorter effective length (dilated recurrence) mitigate vanishing.",
  { ...LONG, remedies: { "dilation 1, 3, 9": { layers: 3, dilation: [1, 3, 9] } } },
);

export const gating = remedyClaim("remedy-gating", "Gates (LSTM and GRU) mitigate vanishing in recurrent networks.", {
  ...LONG,
  remedies: {
    LSTM: { cell: "lstm", init: { recurrent: "orthogonal", input: "xavier_uniform" } },
    GRU: { cell: "gru", init: { recurrent: "orthogonal", input: "xavier_uniform" } },
  },
});

const clip = {
  network: { kind: "feedforward", depth: 20, width: 32, activation: "relu", init: { weight: "he_normal", gain: 1.3 } },
  task: { name: "teacher", inputs: 8, hidden: 4 },
  plan: { steps: 600, batch: 32, optimizer: { name: "sgd", learningRate: 0.05 } },
  norm: 1,
  seeds: 10,
} as const;

export const clipping = defineClaim({
  id: "remedy-clipping-for-exploding",
  topic: "remedies",
  sentence: "Gradient clipping is a remedy for exploding gradients.",
  criterion: [
    above("runs that diverge, without", 0.5, "without clipping most runs diverge"),
    below("runs that diverge, clipped", 0.4, "with clipping few runs diverge"),
    above("learned, clipped − without", 0.2, "with clipping more is learned"),
    control(above("gain", Math.log(50), "the gradient grows by a factor of 50 or more")),
  ],
  reduced: clip,
  full: { plan: { ...clip.plan, steps: 5000 }, seeds: 30 },
  *run({ network, task, plan, norm, seeds }, lab) {
    const gains = (yield* lab.flows("flow", network, { task, seeds })).map(totalGain);
    const free = yield* lab.train("free", network, task, plan, seeds);
    const clipped = yield* lab.train("clipped", network, task, { ...plan, clip: { norm } }, seeds);
    const diverged = (runs: typeof free) => runs.map(({ outcome }) => (outcome === "nonfinite" ? 1 : 0));
    const more = clipped.map((run, i) => run.learned - free[i].learned);
    return {
      numbers: [
        share("runs that diverge, without", sum(diverged(free)), seeds),
        share("runs that diverge, clipped", sum(diverged(clipped)), seeds),
        overSeeds("learned, clipped − without", more, ""),
        overSeeds("gain", gains, "nats"),
      ],
      figure: bars("share learned", {
        without: free.map((run) => run.learned),
        clipped: clipped.map((run) => run.learned),
      }),
    };
  },
});

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
