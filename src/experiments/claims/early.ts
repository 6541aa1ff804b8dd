import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { mean, overSeeds, rankCorrelation } from "../intervals.ts";
import { upTo } from "../lab.ts";
import { hiddenWeights, type Trained } from "../../training/short-training.ts";
import type { Measured, Series } from "../types.ts";

const setup = {
  sick: { kind: "feedforward", depth: 20, width: 32, activation: "sigmoid", init: { weight: "xavier_normal" } },
  sound: { kind: "feedforward", depth: 20, width: 32, activation: "tanh", init: { weight: "orthogonal" } },
  task: { name: "teacher", inputs: 8, hidden: 4 },
  plan: { steps: 300, batch: 32, optimizer: { name: "sgd", learningRate: 0.02 } },
  seeds: 8,
} as const;

const LN10 = Math.LN10;
const decadesOf = (runs: readonly Trained[], layer: number, key: "lnFirstUpdate" | "lnMoved") =>
  runs.map((run) => floored(hiddenWeights(run, setup.sick.depth).at(layer)![key]) / LN10);
/** Counts a change that float32 rounded to zero as 2⁻¹⁴⁹, the smallest float32, so that means exist. */
const floored = (ln: number) => Math.max(ln, -149 * Math.LN2);

export const earlyUpdates = defineClaim({
  id: "early-updates-too-small",
  topic: "decay",
  sentence: "Early layers' updates are too small to change their parameters meaningfully.",
  criterion: [
    below("update/weight, first layer", -6, "one update changes the first layer by less than a millionth"),
    below("moved, first layer", -3, "the whole run changes the first layer by less than a thousandth"),
    control(above("update/weight, last layer", -4, "the updates of the last hidden layer have an ordinary size")),
    control(
      above(
        "update/weight, first layer, sound",
        -4,
        "the updates of a sound network's first layer have an ordinary size",
      ),
    ),
  ],
  reduced: setup,
  full: { plan: { ...setup.plan, steps: 5000 }, seeds: 30 },
  *run({ sick, sound, task, plan, seeds }, lab) {
    const bad = yield* lab.train("sick", sick, task, plan, seeds);
    const good = yield* lab.train("sound", sound, task, plan, seeds);
    const unit = "decades";
    const series = [bad, good].map((runs, i) => ({
      label: i === 0 ? "sigmoid, Xavier" : "tanh, orthogonal",
      x: upTo(sick.depth),
      y: upTo(sick.depth).map((l) => mean(decadesOf(runs, l, "lnFirstUpdate"))),
    }));
    return {
      numbers: [
        overSeeds("update/weight, first layer", decadesOf(bad, 0, "lnFirstUpdate"), unit),
        overSeeds("update/weight, last layer", decadesOf(bad, -1, "lnFirstUpdate"), unit),
        overSeeds("update/weight, first layer, sound", decadesOf(good, 0, "lnFirstUpdate"), unit),
        overSeeds("moved, first layer", decadesOf(bad, 0, "lnMoved"), unit),
        overSeeds("moved, first layer, sound", decadesOf(good, 0, "lnMoved"), unit),
      ],
      figure: { x: { label: "layer" }, y: { label: "log₁₀ ‖first update‖/‖weight‖" }, series },
    };
  },
});

/** One start loses half a nat of the gradient a layer. The other loses less, and training can recover from it. */
const graded = {
  networks: {
    strong: { kind: "feedforward", depth: 20, width: 32, activation: "tanh", init: { weight: "pytorch" } },
    mild: { kind: "feedforward", depth: 20, width: 32, activation: "tanh", init: { weight: "gaussian", gain: 0.7 } },
  },
  task: setup.task,
  plan: setup.plan,
  seeds: 8,
} as const;

export const stalls = defineClaim({
  id: "learning-stalls-where-gradients-vanish",
  topic: "decay",
  sentence: "Learning stalls where gradients vanish: a layer with a smaller gradient moves less.",
  criterion: Object.keys(graded.networks).flatMap((name) => [
    above(`rank correlation, ${name}`, 0.9, `under ${name} vanishing, layers with a smaller gradient move less`),
    below(
      `moved, first quarter/last quarter, ${name}`,
      -1,
      `under ${name} vanishing, the first quarter of the layers moves less than a tenth as far as the last quarter`,
    ),
  ]),
  reduced: graded,
  full: { plan: { ...graded.plan, steps: 5000 }, seeds: 30 },
  *run({ networks, task, plan, seeds }, lab) {
    const numbers: Measured[] = [];
    const series: Series[] = [];
    for (const [name, network] of Object.entries(networks)) {
      const runs = yield* lab.train(name, network, task, plan, seeds);
      const layers = runs.map((run) => ({
        gradient: hiddenWeights(run, network.depth).map(({ lnFirstGradient }) => lnFirstGradient / LN10),
        moved: hiddenWeights(run, network.depth).map(({ lnMoved }) => floored(lnMoved) / LN10),
      }));
      const quarter = network.depth / 4;
      numbers.push(
        overSeeds(
          `rank correlation, ${name}`,
          layers.map(({ gradient, moved }) => rankCorrelation("", gradient, moved).value),
          "",
        ),
        overSeeds(
          `moved, first quarter/last quarter, ${name}`,
          layers.map(({ moved }) => mean(moved.slice(0, quarter)) - mean(moved.slice(-quarter))),
          "decades",
        ),
        overSeeds(
          `learned, ${name}`,
          runs.map((run) => run.learned),
          "",
        ),
      );
      const label = `${name}, a layer each`;
      const all = (key: "gradient" | "moved") => layers.flatMap((each) => each[key]);
      series.push({ label, x: all("gradient"), y: all("moved"), as: "points" });
    }
    return {
      numbers,
      figure: { x: { label: "log₁₀ ‖∂L/∂W‖ at the start" }, y: { label: "log₁₀ ‖W_end − W₀‖/‖W₀‖" }, series },
    };
  },
});
