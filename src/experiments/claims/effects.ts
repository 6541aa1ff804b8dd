import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { bars, lines } from "../figures.ts";
import { mean, overSeeds } from "../intervals.ts";
import { upTo } from "../lab.ts";
import { type Trained, updatesTo } from "../../training/short-training.ts";
import { PARITY, PLAN, SICK, SOUND } from "./setups.ts";

const learned = (runs: readonly Trained[]) => runs.map((run) => run.learned);

const slowSetup = {
  network: SOUND,
  /** Gains of He's initialization: each layer multiplies the gradient by its gain. */
  gains: { sound: 1, weak: 0.85, sick: 0.5 },
  task: PARITY,
  plan: { ...PLAN, steps: 800 },
  seeds: 12,
} as const;

export const slow = defineClaim({
  id: "slow-or-stalled-learning",
  topic: "effects",
  sentence: "Vanishing slows learning, then stalls it.",
  criterion: [
    above(
      "updates to half the loss, weak/sound",
      1.5,
      "a network whose gradient shrinks by a factor of 22 needs at least 1.5 times as many updates",
    ),
    below(
      "learned, sick",
      0.05,
      "a network whose gradient shrinks by a factor of 500,000 learns nothing in 800 updates",
    ),
    control(above("learned, sound", 0.9, "the sound network learns")),
    control(above("learned, weak", 0.5, "the weak network learns in the end")),
  ],
  reduced: slowSetup,
  full: { plan: { ...PLAN, steps: 20_000 }, seeds: 30 },
  *run({ network, gains, task, plan, seeds }, lab) {
    const runs: Record<string, Trained[]> = {};
    for (const [name, gain] of Object.entries(gains)) {
      const spec = { ...network, init: { ...network.init, gain } };
      runs[name] = yield* lab.train(name, spec, task, plan, seeds);
    }
    const half = (name: string) => runs[name].map((run) => updatesTo(run.trivial / 2, run));
    const sound = mean(half("sound"));
    return {
      numbers: [
        overSeeds(
          "updates to half the loss, weak/sound",
          half("weak").map((updates) => updates / sound),
          "",
        ),
        ...Object.entries(runs).map(([name, each]) => overSeeds(`learned, ${name}`, learned(each), "")),
      ],
      figure: {
        x: { label: "update" },
        y: { label: "loss, nats" },
        series: Object.entries(runs).map(([name, each]) => ({ label: name, ...meanCurve(each) })),
      },
    };
  },
});

/** The mean curve of the runs over windows of ten updates, up to the end of the shortest run. */
function meanCurve(runs: readonly Trained[]): { readonly x: number[]; readonly y: number[] } {
  const windows = upTo(Math.floor(Math.min(...runs.map(({ curve }) => curve.length)) / 10));
  return {
    x: windows.map((w) => 10 * w + 5),
    y: windows.map((w) => mean(runs.map(({ curve }) => mean(curve.slice(10 * w, 10 * w + 10))))),
  };
}

/** Every hidden layer except the last two is frozen. */
const frozenSetup = {
  sick: SICK,
  sound: SOUND,
  frozen: upTo(18).map((l) => `layers.${l}.`),
  task: PARITY,
  plan: PLAN,
  seeds: 8,
} as const;

export const earlyFeatures = defineClaim({
  id: "early-features-are-not-learned",
  topic: "effects",
  sentence: "The early layers of a network with vanishing gradients learn no features: freezing them loses nothing.",
  criterion: [
    below(
      "lost by freezing, sick",
      0.05,
      "the sick network learns no less when all but its last two layers are frozen",
    ),
    above("lost by freezing, sick", -0.05, "it learns no more either"),
    above("lost by freezing, sound", 0.1, "the sound network learns less when those layers are frozen"),
    control(above("learned, sound", 0.9, "the sound network learns")),
  ],
  reduced: frozenSetup,
  full: { plan: { ...PLAN, steps: 5000 }, seeds: 30 },
  *run({ sick, sound, frozen, task, plan, seeds }, lab) {
    const groups: Record<string, number[]> = {};
    for (const [name, network] of [
      ["sick", sick],
      ["sound", sound],
    ] as const) {
      groups[name] = learned(yield* lab.train(name, network, task, plan, seeds));
      groups[`${name}, frozen`] = learned(yield* lab.train(name, network, task, { ...plan, frozen }, seeds));
    }
    const lost = (name: string) => groups[name].map((value, i) => value - groups[`${name}, frozen`][i]);
    return {
      numbers: [
        overSeeds("lost by freezing, sick", lost("sick"), ""),
        overSeeds("lost by freezing, sound", lost("sound"), ""),
        ...Object.entries(groups).map(([name, values]) => overSeeds(`learned, ${name}`, values, "")),
      ],
      figure: bars("share learned", groups),
    };
  },
});

const poorSetup = {
  network: SOUND,
  gains: { sound: 1, weak: 0.75, sick: 0.6 },
  task: { name: "teacher", inputs: 8, hidden: 4 },
  plan: { ...PLAN, steps: 500, clip: { norm: 1 } },
  seeds: 8,
} as const;

export const convergence = defineClaim({
  id: "poor-convergence",
  topic: "effects",
  sentence: "Vanishing leads to poor convergence: after the same number of updates the loss is higher.",
  criterion: [
    above(
      "final loss, weak/sound",
      Math.log10(3),
      "a network whose gradient shrinks by a factor of 240 ends at three times the sound network's loss or more",
    ),
    above("final loss, sick/sound", Math.log10(3), "so does one whose gradient shrinks by a factor of 16,000"),
    control(above("learned, sound", 0.8, "the sound network learns")),
  ],
  reduced: poorSetup,
  full: { plan: { ...poorSetup.plan, steps: 5000 }, seeds: 30 },
  *run({ network, gains, task, plan, seeds }, lab) {
    const runs: Record<string, Trained[]> = {};
    for (const [name, gain] of Object.entries(gains)) {
      runs[name] = yield* lab.train(name, { ...network, init: { ...network.init, gain } }, task, plan, seeds);
    }
    const decades = (name: string) => runs[name].map(({ loss, trivial }) => Math.log10(loss / trivial));
    const sound = mean(decades("sound"));
    return {
      numbers: [
        ...["weak", "sick"].map((name) =>
          overSeeds(
            `final loss, ${name}/sound`,
            decades(name).map((value) => value - sound),
            "decades",
          ),
        ),
        ...Object.keys(gains).map((name) => overSeeds(`learned, ${name}`, learned(runs[name]), "")),
      ],
      figure: {
        x: { label: "update" },
        y: { label: "loss", log: true },
        series: Object.entries(runs).map(([name, each]) => ({ label: name, ...meanCurve(each) })),
      },
    };
  },
});

const sensitiveSetup = {
  plain: SOUND,
  safe: { ...SOUND, residual: "identity", norm: "layer", normPosition: "pre" },
  gains: [0.5, 0.7, 1, 1.4, 2],
  task: PARITY,
  plan: { ...PLAN, steps: 400 },
  seeds: 8,
} as const;

export const sensitivity = defineClaim({
  id: "sensitivity-to-initialisation",
  topic: "effects",
  sentence:
    "A deep plain network is sensitive to its initialization: a small change of the gain or of the seed decides whether it learns.",
  criterion: [
    above(
      "spread of what is learned, plain",
      0.3,
      "over gains from ½ to 2, what the plain network learns has a standard deviation of 0.3 or more",
    ),
    above("spread, plain − pre-norm residual", 0.2, "this is at least 0.2 more than for a pre-norm residual network"),
    control(above("best gain, plain", 0.9, "the plain network learns at its best gain")),
  ],
  reduced: sensitiveSetup,
  full: { gains: [0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.7, 2], plan: { ...PLAN, steps: 5000 }, seeds: 30 },
  *run({ plain, safe, gains, task, plan, seeds }, lab) {
    const rows: Record<string, number[][]> = { plain: [], "pre-norm residual": [] };
    for (const [name, network] of [
      ["plain", plain],
      ["pre-norm residual", safe],
    ] as const) {
      for (const gain of gains) {
        const spec = { ...network, init: { ...network.init, gain } };
        rows[name].push(learned(yield* lab.train(`${name} ${gain}`, spec, task, plan, seeds)));
      }
    }
    const spread = (name: string) => upTo(seeds).map((i) => deviation(rows[name].map((row) => row[i])));
    const [plainly, safely] = [spread("plain"), spread("pre-norm residual")];
    const best = [...rows.plain].sort((a, b) => mean(b) - mean(a))[0];
    return {
      numbers: [
        overSeeds("spread of what is learned, plain", plainly, ""),
        overSeeds(
          "spread, plain − pre-norm residual",
          plainly.map((value, i) => value - safely[i]),
          "",
        ),
        overSeeds("best gain, plain", best, ""),
      ],
      figure: lines({ label: "gain on He's weights", at: gains, log: true }, { label: "share learned" }, rows),
    };
  },
});

const deviation = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));

const appearing = {
  sick: { kind: "recurrent", cell: "tanh", hidden: 32, init: { recurrent: "pytorch", input: "pytorch" } },
  sound: { kind: "recurrent", cell: "gru", hidden: 32 },
  task: { name: "adding", steps: 50 },
  plan: { steps: 300, batch: 32, optimizer: { name: "adam", learningRate: 0.01 }, clip: { norm: 1 } },
  seeds: 6,
} as const;

export const appears = defineClaim({
  id: "appears-to-train",
  topic: "effects",
  sentence: "A network can appear to train: its loss falls and its weights move, but it does not improve meaningfully.",
  criterion: [
    above("fall of the training loss", 0.5, "the training loss falls by half or more"),
    above("recurrent weights moved", 0.1, "the recurrent weights move by a tenth of their norm or more"),
    below("learned, tanh", 0.05, "the network learns nothing beyond the best constant answer"),
    control(above("learned, GRU", 0.5, "a GRU of the same width learns more than that answer")),
  ],
  reduced: appearing,
  full: { task: { ...appearing.task, steps: 200 }, plan: { ...appearing.plan, steps: 5000 }, seeds: 20 },
  *run({ sick, sound, task, plan, seeds }, lab) {
    const bad = yield* lab.train("tanh", sick, task, plan, seeds);
    const good = yield* lab.train("GRU", sound, task, plan, seeds);
    const fall = bad.map(({ curve }) => 1 - mean(curve.slice(-20)) / curve[0]);
    const moved = bad.map(({ parameters }) =>
      Math.exp(parameters.find(({ name }) => name === "rnn.weight_hh_l0")!.lnMoved),
    );
    return {
      numbers: [
        overSeeds("fall of the training loss", fall, ""),
        overSeeds("recurrent weights moved", moved, "of their norm"),
        overSeeds("learned, tanh", learned(bad), ""),
        overSeeds("learned, GRU", learned(good), ""),
      ],
      figure: {
        x: { label: "update" },
        y: { label: "training loss", log: true },
        series: [
          { label: "tanh RNN", ...meanCurve(bad) },
          { label: "GRU", ...meanCurve(good) },
        ],
      },
    };
  },
});
