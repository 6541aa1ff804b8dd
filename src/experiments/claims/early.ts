import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { overSeeds, rankCorrelation } from "../intervals.ts";
import { upTo } from "../lab.ts";
import { hiddenWeights, type Trained } from "../training.ts";
import { mean } from "../intervals.ts";

const setup = {
  sick: { kind: "feedforward", depth: 20, width: 32, activation: "sigmoid", init: { weight: "xavier_normal" } },
  sound: { kind: "feedforward", depth: 20, width: 32, activation: "tanh", init: { weight: "orthogonal" } },
  task: { name: "teacher", inputs: 8, hidden: 4 },
  plan: { steps: 300, batch: 32, optimizer: { name: "sgd", learningRate: 0.02 } },
  seeds: 8,
} as const;

const LN10 = Math.LN10;
const decadesOf = (runs: readonly Trained[], layer: number, key: "lnFirstUpdate" | "lnMoved") =>
  runs.map((run) => floored(hiddenWeights(run).at(layer)![key]) / LN10);
/** What float32 rounded away is counted as 2⁻¹⁴⁹, its smallest number, so that means exist. */
const floored = (ln: number) => Math.max(ln, -149 * Math.LN2);

export const earlyUpdates = defineClaim({
  id: "early-updates-too-small",
  topic: "decay",
  sentence: "Early layers' updates are too small to change their parameters meaningfully.",
  criterion: [
    below("update/weight, first layer", -6, "one update changes the first layer by less than a millionth"),
    below("moved, first layer", -3, "the whole run by less than a thousandth"),
    control(above("update/weight, last layer", -4, "the last hidden layer's updates are of ordinary size")),
    control(above("update/weight, first layer, sound", -4, "and so are a sound network's in its first layer")),
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

const graded = {
  network: { kind: "feedforward", depth: 20, width: 32, activation: "tanh", init: { weight: "pytorch" } },
  task: setup.task,
  plan: setup.plan,
  seeds: 8,
} as const;

export const stalls = defineClaim({
  id: "learning-stalls-where-gradients-vanish",
  topic: "decay",
  sentence: "Learning stalls where gradients vanish: layers move as far as their gradient lets them.",
  criterion: [
    above("rank correlation", 0.9, "layers with the smaller gradient are the ones that moved less"),
    below("moved, first quarter/last quarter", -1, "the first quarter of the layers moved less than a tenth as far"),
  ],
  reduced: graded,
  full: { plan: { ...graded.plan, steps: 5000 }, seeds: 30 },
  *run({ network, task, plan, seeds }, lab) {
    const runs = yield* lab.train("graded", network, task, plan, seeds);
    const layers = runs.map((run) =>
      hiddenWeights(run).map(({ lnFirstGradient, lnMoved }) => [lnFirstGradient, floored(lnMoved)] as const),
    );
    const correlations = layers.map(
      (rows) =>
        rankCorrelation(
          "",
          rows.map(([gradient]) => gradient),
          rows.map(([, moved]) => moved),
        ).value,
    );
    const quarter = network.depth / 4;
    const ratios = layers.map((rows) => {
      const moved = rows.map(([, value]) => value);
      return (mean(moved.slice(0, quarter)) - mean(moved.slice(-quarter))) / LN10;
    });
    return {
      numbers: [
        overSeeds("rank correlation", correlations, ""),
        overSeeds("moved, first quarter/last quarter", ratios, "decades"),
      ],
      figure: {
        x: { label: "log₁₀ ‖∂L/∂W‖ at the start" },
        y: { label: "log₁₀ ‖W_end − W₀‖/‖W₀‖" },
        series: layers.map((rows, i) => ({
          label: `seed ${i}`,
          x: rows.map(([gradient]) => gradient / LN10),
          y: rows.map(([, moved]) => moved / LN10),
          as: "points" as const,
        })),
      },
    };
  },
});
