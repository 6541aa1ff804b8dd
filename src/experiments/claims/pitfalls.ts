import { diagnose } from "../../diagnosis/index.ts";
import { random } from "../../base/random.ts";
import type { NetworkInput } from "../../spec/index.ts";
import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { bars, lines } from "../figures.ts";
import { mean, overSeeds, rankCorrelation, share } from "../intervals.ts";
import { totalGain } from "../lab.ts";
import type { Measured } from "../types.ts";
import { PARITY, PLAN, SICK, SOUND } from "./setups.ts";

const TEACHER = { name: "teacher", inputs: 8, hidden: 4 } as const;

const deeperSetup = {
  plain: { kind: "feedforward", width: 32, activation: "tanh", init: { weight: "pytorch" } },
  residual: {
    kind: "feedforward",
    width: 32,
    activation: "tanh",
    init: { weight: "xavier_normal" },
    residual: "scaled",
  },
  /** Not centered: its branches never add a negative number. */
  residualRelu: {
    kind: "feedforward",
    width: 32,
    activation: "relu",
    init: { weight: "he_normal" },
    residual: "scaled",
  },
  depths: [2, 4, 8, 16, 32],
  task: TEACHER,
  plan: PLAN,
  seeds: 5,
} as const;

export const deeper = defineClaim({
  id: "deeper-is-not-always-better",
  topic: "pitfalls",
  sentence: "Deeper is not always better: a plain network gets worse with depth.",
  criterion: [
    above(
      "learned at depth 4 − at depth 32, plain",
      0.5,
      "32 plain layers learn less than 4 plain layers, by half of the task or more",
    ),
    below(
      "learned at depth 4 − at depth 32, residual",
      0.2,
      "with residual connections, 32 tanh layers learn as much as 4, to within 0.2",
    ),
    below(
      "learned at depth 4 − at depth 32, residual ReLU",
      0.2,
      "with residual connections, 32 ReLU layers learn as much as 4, to within 0.2",
    ),
    control(above("learned, plain, depth 4", 0.7, "4 plain layers learn the task")),
  ],
  reduced: deeperSetup,
  full: { depths: [2, 4, 8, 16, 32, 64, 128], plan: { ...PLAN, steps: 5000 }, seeds: 20 },
  *run({ plain, residual, residualRelu, depths, task, plan, seeds }, lab) {
    const numbers: Measured[] = [];
    const rows: Record<string, number[][]> = {};
    for (const [name, network] of [
      ["plain", plain],
      ["residual", residual],
      ["residual ReLU", residualRelu],
    ] as const) {
      rows[name] = [];
      for (const depth of depths) {
        const runs = yield* lab.train(`${name} ${depth}`, { ...network, depth }, task, plan, seeds);
        rows[name].push(runs.map((run) => run.learned));
        numbers.push(overSeeds(`learned, ${name}, depth ${depth}`, rows[name].at(-1)!, ""));
      }
      const [few, many] = [rows[name][depths.indexOf(4)], rows[name][depths.indexOf(32)]];
      const worse = few.map((value, i) => value - many[i]);
      numbers.unshift(overSeeds(`learned at depth 4 − at depth 32, ${name}`, worse, ""));
    }
    return { numbers, figure: lines({ label: "depth", at: depths, log: true }, { label: "share learned" }, rows) };
  },
});

/** Sigmoid networks with weights of gain 1; each safeguard changes one thing. */
const saturatingSetup = {
  bare: { kind: "feedforward", depth: 20, width: 32, activation: "sigmoid", init: { weight: "gaussian", gain: 1 } },
  depths: [12, 20],
  safeguards: {
    "batch norm": { norm: "batch" },
    residual: { residual: "scaled" },
    shallow: { depth: 2 },
  },
  task: TEACHER,
  plan: { steps: 400, batch: 32, optimizer: { name: "adam", learningRate: 0.005 }, clip: { norm: 1 } },
  seeds: 5,
} as const;

export const saturating = defineClaim({
  id: "saturating-activations-without-safeguards",
  topic: "pitfalls",
  sentence:
    "Saturating activations without safeguards are a pitfall; with normalization, skip connections or few layers they train.",
  criterion: [
    ...saturatingSetup.depths.map((depth) =>
      below(`learned, bare, depth ${depth}`, 0.1, `${depth} sigmoid layers without safeguards learn nothing`),
    ),
    ...Object.keys(saturatingSetup.safeguards).map((name) =>
      above(`learned, ${name}`, 0.5, `the network with the safeguard "${name}" learns`),
    ),
  ],
  reduced: saturatingSetup,
  full: { plan: { ...saturatingSetup.plan, steps: 5000 }, seeds: 20 },
  *run({ bare, depths, safeguards, task, plan, seeds }, lab) {
    const groups: Record<string, number[]> = {};
    const arms = Object.fromEntries(depths.map((depth) => [`bare, depth ${depth}`, { depth }]));
    for (const [name, change] of Object.entries({ ...arms, ...safeguards })) {
      const runs = yield* lab.train(name, { ...bare, ...change } as NetworkInput, task, plan, seeds);
      groups[name] = runs.map((run) => run.learned);
    }
    const numbers = Object.entries(groups).map(([name, values]) => overSeeds(`learned, ${name}`, values, ""));
    return { numbers, figure: bars("share learned", groups) };
  },
});

const ratesSetup = {
  sick: SICK,
  sound: SOUND,
  task: PARITY,
  learningRates: [0.001, 0.01, 0.1, 1, 10],
  /** The learning rate of the mended network, not tuned. */
  plain: 0.05,
  plan: { steps: 500, batch: 32 },
  seeds: 5,
} as const;

export const rateAlone = defineClaim({
  id: "learning-rate-tuning-alone-does-not-help",
  topic: "pitfalls",
  sentence: "Learning-rate tuning alone does not help a network whose gradient vanishes.",
  criterion: [
    below(
      "best of the rates, sick",
      0.1,
      "no learning rate of SGD, over four powers of ten, makes the sick network learn",
    ),
    control(above("untuned, sound", 0.9, "the sound network learns at a rate that was not tuned")),
  ],
  reduced: ratesSetup,
  full: { learningRates: [1e-4, 1e-3, 1e-2, 0.1, 0.3, 1, 3, 10, 100], plan: { steps: 10_000, batch: 32 }, seeds: 20 },
  *run({ sick, sound, task, learningRates, plain, plan, seeds }, lab) {
    const rows: number[][] = [];
    const at = (learningRate: number) => ({ ...plan, optimizer: { name: "sgd" as const, learningRate } });
    for (const rate of learningRates) {
      rows.push((yield* lab.train(`sick ${rate}`, sick, task, at(rate), seeds)).map((run) => run.learned));
    }
    const untuned = (yield* lab.train("sound", sound, task, at(plain), seeds)).map((run) => run.learned);
    const best = rows.reduce((a, b) => (mean(b) > mean(a) ? b : a));
    return {
      numbers: [overSeeds("best of the rates, sick", best, ""), overSeeds("untuned, sound", untuned, "")],
      figure: lines(
        { label: "learning rate", at: learningRates, log: true },
        { label: "share learned" },
        { sick: rows },
      ),
    };
  },
});

const blamedSetup = {
  networks: { sick: SICK, sound: SOUND },
  labels: { clean: PARITY, noise: { name: "gaussian", inputs: 4, classes: 2 } },
  plan: PLAN,
  seeds: 10,
} as const;

export const blamed = defineClaim({
  id: "slow-learning-blamed-on-data-quality",
  topic: "pitfalls",
  sentence:
    "Slow learning may be blamed on the data: by the loss alone, a sick network looks like a sound network with worthless labels. The diagnosis tells them apart.",
  criterion: [
    below("learned, sick, clean", 0.1, "the sick network learns nothing from clean labels"),
    below("learned, sound, noise", 0.1, "the sound network learns nothing from worthless labels"),
    above(
      "told apart",
      0.85,
      "the diagnosis calls sick networks vanishing and sound networks not, whatever the labels are",
    ),
    control(above("learned, sound, clean", 0.5, "the sound network learns from clean labels")),
  ],
  reduced: blamedSetup,
  full: { seeds: 50 },
  *run({ networks, labels, plan, seeds }, lab) {
    const groups: Record<string, number[]> = {};
    let right = 0;
    for (const [health, network] of Object.entries(networks)) {
      for (const [quality, task] of Object.entries(labels)) {
        const name = `${health}, ${quality}`;
        const runs = yield* lab.train(name, network, task, plan, seeds);
        groups[name] = runs.map((run) => run.learned);
        const flows = yield* lab.flows(name, network, { task, seeds });
        right += flows.filter((flow) => (diagnose(flow).verdict === "vanishing") === (health === "sick")).length;
      }
    }
    return {
      numbers: [
        share("told apart", right, 4 * seeds),
        ...Object.entries(groups).map(([name, values]) => overSeeds(`learned, ${name}`, values, "")),
      ],
      figure: bars("share learned", groups),
    };
  },
});

const flowSetup = {
  networks: 120,
  activations: ["tanh", "relu", "sigmoid", "gelu", "leaky_relu", "selu"],
  inits: ["xavier_normal", "he_normal", "pytorch", "orthogonal"],
  depths: [4, 24],
  gains: [0.5, 2],
  width: 24,
  task: TEACHER,
  plan: { steps: 150, batch: 32, optimizer: { name: "sgd", learningRate: 0.05 }, clip: { norm: 1 } },
  seeds: 120,
} as const;

export const flowPredicts = defineClaim({
  id: "ignored-diagnostics-predict-the-loss",
  topic: "pitfalls",
  sentence: "Ignoring diagnostics is a pitfall: the gradient at initialization predicts the final loss.",
  criterion: [
    above(
      "rank correlation, |gain| with loss",
      0.4,
      "among random networks, the final loss rises with |gain|, the change of the gradient along the path",
    ),
    above("learned, healthy − others", 0.2, "networks diagnosed healthy learn more than the others"),
  ],
  reduced: flowSetup,
  full: { networks: 1000, seeds: 1000, depths: [4, 60], plan: { ...flowSetup.plan, steps: 2000 } },
  *run({ networks, activations, inits, depths, gains, width, task, plan }, lab) {
    const [size, loss]: number[][] = [[], []];
    const learned: { healthy: number[]; others: number[] } = { healthy: [], others: [] };
    for (let i = 0; i < networks; i++) {
      const stream = random(lab.seedOf("network", i), "network");
      const pick = <Value>(values: readonly Value[]) => values[stream.below(values.length)];
      const between = ([low, high]: readonly number[]) => low * (high / low) ** stream.uniform();
      const network = {
        kind: "feedforward" as const,
        width,
        depth: Math.round(between(depths)),
        activation: pick(activations),
        init: { weight: pick(inits), gain: between(gains) },
      };
      const [flow] = yield* lab.flows(`flow ${i}`, network, { task, seeds: 1 });
      const [run] = yield* lab.train(`flow ${i}`, network, task, plan, 1);
      size.push(Math.abs(totalGain(flow)));
      loss.push(run.outcome === "finite" ? run.loss / run.trivial : Number.POSITIVE_INFINITY);
      (diagnose(flow).verdict === "healthy" ? learned.healthy : learned.others).push(run.learned);
    }
    const others = mean(learned.others);
    return {
      numbers: [
        rankCorrelation("rank correlation, |gain| with loss", size, loss),
        overSeeds(
          "learned, healthy − others",
          learned.healthy.map((value) => value - others),
          "",
        ),
        overSeeds("learned, healthy", learned.healthy, ""),
        overSeeds("learned, others", learned.others, ""),
      ],
      figure: {
        x: { label: "|ln ‖δ_first‖ − ln ‖δ_last‖| at the start, nats", log: true },
        y: { label: "final loss, of the trivial one" },
        series: [{ label: "a network each", x: size, y: loss, as: "points" }],
      },
    };
  },
});
