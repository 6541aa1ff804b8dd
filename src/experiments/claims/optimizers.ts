import { createNetwork } from "../../network/create.ts";
import { prepareTask } from "../../tasks/index.ts";
import { OPTIMIZERS, type OptimizerName } from "../../training/index.ts";
import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { bars, lines } from "../figures.ts";
import { exact, mean, overSeeds } from "../intervals.ts";
import { hiddenWeights, trainNetwork } from "../../training/short-training.ts";
import type { Measured } from "../types.ts";
import { PARITY, SICK, SOUND } from "./setups.ts";

const NAMES = Object.keys(OPTIMIZERS) as OptimizerName[];

const grid = {
  sick: SICK,
  sound: SOUND,
  task: PARITY,
  optimizers: NAMES,
  learningRates: [1e-3, 1e-2, 1e-1],
  plan: { steps: 400, batch: 32 },
  sgd: { name: "sgd", learningRate: 0.05 },
  seeds: 5,
} as const;

export const alone = defineClaim({
  id: "optimiser-choice-alone-cannot-fix-it",
  topic: "optimizers",
  sentence:
    "The choice of the optimizer alone cannot fix vanishing: none of thirteen optimizers, each at its best learning rate, achieves on the sick network what plain SGD achieves on the mended network.",
  criterion: [
    ...NAMES.map((name) =>
      below(
        `best on the sick network, ${name}`,
        0.5,
        `with ${name} the sick network learns less than half of the task`,
      ),
    ),
    control(above("plain SGD on the mended network", 0.9, "plain SGD on the mended network learns")),
  ],
  reduced: grid,
  full: { learningRates: [1e-4, 1e-3, 1e-2, 1e-1, 1], plan: { steps: 5000, batch: 32 }, seeds: 10 },
  *run({ sick, sound, task, optimizers, learningRates, plan, sgd, seeds }, lab) {
    const best: Record<string, number[]> = {};
    for (const name of optimizers) {
      best[name] = [];
      for (const learningRate of learningRates) {
        const at = { ...plan, optimizer: { name, learningRate } };
        const runs = (yield* lab.train(`${name} ${learningRate}`, sick, task, at, seeds)).map((run) => run.learned);
        if (best[name].length === 0 || mean(runs) > mean(best[name])) best[name] = runs;
      }
    }
    const mended = yield* lab.train("mended", sound, task, { ...plan, optimizer: sgd }, seeds);
    const learned = mended.map((run) => run.learned);
    return {
      numbers: [
        ...optimizers.map((name) => overSeeds(`best on the sick network, ${name}`, best[name], "")),
        overSeeds("plain SGD on the mended network", learned, ""),
      ],
      figure: bars("share learned", { ...best, "SGD, mended": learned }),
    };
  },
});

/**
 * Adam's update is η m̂/(√v̂ + ε). It rescales a small gradient up to size η. This ends where g ≪ ε: the update is then
 * η g/ε and vanishes with g. Without ε it ends where g² is too small for a float32 (g < 1e-23), and then g (g < 1e-45).
 */
const reach = {
  network: { kind: "feedforward", width: 32, activation: "sigmoid", init: { weight: "xavier_normal" } },
  task: { name: "teacher", inputs: 8, hidden: 4 },
  depths: [2, 4, 7, 12, 20, 80],
  plan: { steps: 400, batch: 32 },
  optimizers: {
    SGD: { name: "sgd", learningRate: 0.05 },
    Adam: { name: "adam", learningRate: 0.01 },
    "Adam, ε 1e-16": { name: "adam", learningRate: 0.01, epsilon: 1e-16 },
  },
  seeds: 5,
} as const;

export const adam = defineClaim({
  id: "adam-carries-so-far-and-ends",
  topic: "optimizers",
  sentence:
    "Adam trains deeper networks than SGD because it rescales gradients. This stops working where gradients fall below its ε or below float32.",
  criterion: [
    above("learned, Adam − SGD, depth 4", 0.3, "at depth 4 Adam learns much more than SGD"),
    below(
      "first layer's update, Adam, depth 20",
      -2,
      "at depth 20 Adam's updates of the first layer have shrunk to a hundredth, because g ≪ ε",
    ),
    below("learned, Adam, depth 20", 0.1, "at depth 20 Adam learns nothing"),
    above(
      "first layer's update, Adam, ε 1e-16, depth 20",
      -1,
      "with a smaller ε the updates at depth 20 have their ordinary size",
    ),
    below(
      "learned, Adam, ε 1e-16, depth 20",
      0.1,
      "with a smaller ε Adam still learns nothing: the rescaled gradient carries no signal",
    ),
    below(
      "first layer's update, Adam, ε 1e-16, depth 80",
      -40,
      "at depth 80 the gradient is exactly zero in float32, so nothing is left to rescale",
    ),
    control(above("first layer's update, Adam, depth 2", -0.5, "at depth 2 Adam's updates have their ordinary size")),
  ],
  reduced: reach,
  full: { depths: [2, 4, 7, 12, 20, 40, 80], plan: { steps: 5000, batch: 32 }, seeds: 20 },
  *run({ network, task, depths, plan, optimizers, seeds }, lab) {
    const numbers: Measured[] = [];
    const learned: Record<string, number[][]> = {};
    for (const [name, optimizer] of Object.entries(optimizers)) {
      learned[name] = [];
      for (const depth of depths) {
        const steps = depth > 40 ? 1 : plan.steps; // at this depth only the first update is measured
        const runs = yield* lab.train(
          `${name} ${depth}`,
          { ...network, depth },
          task,
          { ...plan, steps, optimizer },
          seeds,
        );
        learned[name].push(runs.map((run) => run.learned));
        numbers.push(overSeeds(`learned, ${name}, depth ${depth}`, learned[name].at(-1)!, ""));
        if (name === "SGD") continue;
        const updates = runs.map((run) =>
          perEntry(hiddenWeights(run, depth)[0].lnFirstUpdateNorm, optimizer.learningRate, task.inputs * network.width),
        );
        numbers.push(overSeeds(`first layer's update, ${name}, depth ${depth}`, updates, "decades of η"));
      }
    }
    const at = depths.indexOf(4);
    const more = learned.Adam[at].map((value, i) => value - learned.SGD[at][i]);
    numbers.push(overSeeds("learned, Adam − SGD, depth 4", more, ""));
    return { numbers, figure: lines({ label: "depth", at: depths, log: true }, { label: "share learned" }, learned) };
  },
});

/** log₁₀ of an update's root mean square over the learning rate; an exact zero as 1e-45, float32's smallest number. */
const perEntry = (lnNorm: number, rate: number, count: number) =>
  Math.max(lnNorm - Math.log(rate * Math.sqrt(count)), -149 * Math.LN2) / Math.LN10;

/** A layer of ReLUs that no input turns on stands in the middle: below it every gradient is exactly zero. */
const dead = {
  network: { kind: "feedforward", depth: 6, width: 16, activation: "relu", init: { weight: "he_normal" } },
  closed: { layer: 3, bias: -100 },
  /** Factor on the weights below the readout: it makes gradients of 1e-12, tiny but not zero. */
  tiny: 1e-12,
  task: PARITY,
  optimizers: NAMES,
  plan: { steps: 30, batch: 32 },
  learningRate: 0.01,
  seeds: 5,
} as const;

export const nonexistent = defineClaim({
  id: "nonexistent-gradients-cannot-be-amplified",
  topic: "optimizers",
  sentence:
    "No optimizer can amplify a gradient that is exactly zero: nothing moves. A tiny gradient can be amplified.",
  criterion: [
    below("largest movement, exact zero", 1e-30, "where the gradient is exactly zero, no optimizer moves any weight"),
    above(
      "largest movement, tiny",
      1e-3,
      "where the gradient is 1e-12, the best optimizer moves the weights by an ordinary distance",
    ),
    below("SGD's movement, tiny", 1e-6, "where the gradient is 1e-12, SGD does not move the weights"),
    control(above("readout's movement, exact zero", -3, "the readout above the dead layer moves")),
  ],
  reduced: dead,
  full: { plan: { steps: 1000, batch: 32 }, seeds: 20 },
  *run({ network, closed, tiny, task, optimizers, plan, learningRate, seeds }, lab) {
    const moved = { zero: {} as Record<string, number[]>, tiny: {} as Record<string, number[]> };
    const moving: number[] = [];
    for (const name of optimizers) {
      for (const kind of ["zero", "tiny"] as const) {
        moved[kind][name] = [];
        for (let i = 0; i < seeds; i++) {
          const seed = lab.seedOf(`${name} ${kind}`, i);
          const live = createNetwork(network, { seed, inputs: task.bits, outputs: 2 });
          if (kind === "zero") {
            const bias = `layers.${closed.layer}.bias`;
            live.parameters.set(bias, live.parameters.get(bias).fill(closed.bias));
          } else {
            live.parameters.set(
              "readout.weight",
              live.parameters.get("readout.weight").map((value) => tiny * value),
            );
          }
          // without weight decay, which moves weights with no gradient at all; the readout stands still, or it would
          // grow the tiny gradient
          const optimizer = { name, learningRate, weightDecay: 0 };
          const frozen = kind === "tiny" ? ["readout."] : [];
          const run = yield* trainNetwork(live, prepareTask(task, "feedforward"), { ...plan, optimizer, frozen }, seed);
          live.dispose();
          moved[kind][name].push(Math.exp(hiddenWeights(run, network.depth)[0].lnMoved));
          if (kind === "zero" && name === "sgd") {
            moving.push(run.parameters.find((each) => each.name === "readout.bias")!.lnMovedNorm / Math.LN10);
          }
        }
      }
    }
    const best = optimizers.reduce((a, b) => (mean(moved.tiny[b]) > mean(moved.tiny[a]) ? b : a));
    return {
      numbers: [
        exact(
          "largest movement, exact zero",
          Math.max(...Object.values(moved.zero).flat()),
          "of the norm",
          seeds * optimizers.length,
        ),
        overSeeds("largest movement, tiny", moved.tiny[best], "of the norm"),
        overSeeds("SGD's movement, tiny", moved.tiny.sgd, "of the norm"),
        overSeeds("readout's movement, exact zero", moving, "decades"),
        ...optimizers.map((name) => overSeeds(`movement, tiny, ${name}`, moved.tiny[name], "of the norm")),
      ],
      figure: bars("first layer's movement at a gradient of 1e-12, of its norm", moved.tiny),
    };
  },
});
