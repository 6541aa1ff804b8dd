import { createNetwork, GRADIENTS_ONLY } from "../../network/create.ts";
import { random } from "../../base/random.ts";
import type { NetworkInput } from "../../spec/index.ts";
import { isHiddenWeight } from "../../spec/parameter-groups.ts";
import { prepareTask } from "../../tasks/index.ts";
import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { bars } from "../figures.ts";
import { line, overSeeds, rankCorrelation } from "../intervals.ts";
import { upTo } from "../lab.ts";
import type { Source } from "../../training/short-training.ts";

/** Moments of one tensor's gradient over batches, as natural logarithms. */
interface GradientMoments {
  /** ½ ln ‖mean‖². */
  readonly lnMagnitude: number;
  /** ln of the summed variance of its entries. */
  readonly lnVariance: number;
  /** ln of ‖mean‖²/variance: the gradient's signal-to-noise ratio (Liu et al. 2020), summed over entries. */
  readonly lnSignal: number;
}

/** Moments of every hidden layer's gradient over `batches` batches, first layer first. */
function* moments(
  spec: NetworkInput,
  source: Source,
  { batch, batches, seed }: { readonly batch: number; readonly batches: number; readonly seed: number },
): Generator<void, GradientMoments[]> {
  const { inputSize, outputSize } = source({ batch: 1, seed });
  const network = createNetwork(spec, { seed, inputs: inputSize, outputs: outputSize ?? null });
  const names = network.training.table.filter(isHiddenWeight).map(({ name }) => name);
  const sums = new Map(
    names.map((name) => [name, { sum: new Float64Array(network.parameters.get(name).length), squares: 0 }]),
  );
  const seeds = random(seed, "moments/batches");
  for (let i = 0; i < batches; i++) {
    network.propagate(source({ batch, seed: seeds.below(2 ** 32) }), GRADIENTS_ONLY);
    for (const [name, entry] of sums) {
      network.gradients.get(name).forEach((value, k) => {
        entry.sum[k] += value;
        entry.squares += value * value;
      });
    }
    yield;
  }
  network.dispose();
  return names.map((name) => {
    const { sum, squares } = sums.get(name)!;
    const square = sum.reduce((total, value) => total + (value / batches) ** 2, 0);
    const variance = (squares / batches - square) * (batches / (batches - 1));
    // ‖mean of batches‖² overestimates ‖mean‖² by variance/batches
    const signal = Math.max(square - variance / batches, Number.MIN_VALUE);
    return { lnMagnitude: Math.log(square) / 2, lnVariance: Math.log(variance), lnSignal: Math.log(signal / variance) };
  });
}

const falling = {
  network: { kind: "feedforward", depth: 20, width: 32, activation: "sigmoid", init: { weight: "xavier_normal" } },
  task: { name: "teacher", inputs: 8, hidden: 4 },
  batch: 32,
  batches: 24,
  seeds: 6,
} as const;

export const variance = defineClaim({
  id: "variance-falls-with-magnitude",
  topic: "variance",
  sentence: "The variance of the gradient is proportional to the square of its magnitude.",
  criterion: [
    above("rank correlation over layers", 0.9, "layers with a smaller gradient have a smaller variance"),
    above(
      "ln variance on ln magnitude",
      1.8,
      "the variance is a power of the magnitude with an exponent of at least 1.8",
    ),
    below("ln variance on ln magnitude", 2.2, "the exponent is at most 2.2"),
  ],
  reduced: falling,
  full: { batches: 200, seeds: 30 },
  *run({ network, task, batch, batches, seeds }, lab) {
    const rows: GradientMoments[][] = [];
    for (let i = 0; i < seeds; i++) {
      const seed = lab.seedOf("moments", i);
      rows.push(yield* moments(network, prepareTask(task, "feedforward"), { batch, batches, seed }));
    }
    const of = (row: readonly GradientMoments[], key: keyof GradientMoments) => row.map((each) => each[key]);
    const ranks = rows.map((row) => rankCorrelation("", of(row, "lnMagnitude"), of(row, "lnVariance")).value);
    const slopes = rows.map((row) => line(of(row, "lnMagnitude"), of(row, "lnVariance")).slope);
    return {
      numbers: [
        overSeeds("rank correlation over layers", ranks, ""),
        overSeeds("ln variance on ln magnitude", slopes, ""),
      ],
      figure: {
        x: { label: "log₁₀ ‖mean gradient‖" },
        y: { label: "log₁₀ variance" },
        series: rows.map((row, i) => ({
          label: `seed ${i}`,
          x: of(row, "lnMagnitude").map((value) => value / Math.LN10),
          y: of(row, "lnVariance").map((value) => value / Math.LN10),
          as: "points" as const,
        })),
      },
    };
  },
});

/**
 * One task and three runs: a network whose gradient vanishes, a sound network, and the sound network with noisy labels
 * and batches of one sample.
 */
const comfort = {
  vanished: falling.network,
  sound: { kind: "feedforward", depth: 20, width: 32, activation: "tanh", init: { weight: "orthogonal" } },
  task: falling.task,
  noise: 8,
  optimizer: { name: "sgd", learningRate: 0.02 },
  steps: 300,
  batch: 32,
  batches: 24,
  seeds: 6,
} as const;

export const noComfort = defineClaim({
  id: "low-variance-is-no-comfort",
  topic: "variance",
  sentence:
    "A gradient near zero with low variance is as bad as a gradient with high variance: neither makes progress.",
  criterion: [
    below("learned, vanished", 0.1, "the network with the vanished gradient learns nothing"),
    below("learned, noisy", 0.1, "the sound network with noisy labels learns nothing"),
    below(
      "variance, vanished/noisy",
      -3,
      "the variance of the vanished gradient is less than a thousandth of the noisy one's",
    ),
    above(
      "GSNR, vanished/sound",
      -1,
      "the signal-to-noise ratio does not show the fault: it is less than ten times smaller than the sound network's",
    ),
    control(above("learned, sound", 0.5, "the sound network with clean labels learns")),
  ],
  reduced: comfort,
  full: { steps: 5000, batches: 200, seeds: 30 },
  *run({ vanished, sound, task, noise, optimizer, steps, batch, batches, seeds }, lab) {
    const clean = prepareTask(task, "feedforward");
    const arms = {
      vanished: { network: vanished, source: clean, batch },
      sound: { network: sound, source: clean, batch },
      noisy: { network: sound, source: noisy(clean, noise), batch: 1 },
    };
    const learned: Record<string, number[]> = {};
    const first: Record<string, GradientMoments[]> = {};
    for (const [name, { network, source, batch }] of Object.entries(arms)) {
      const runs = yield* lab.train(name, network, source, { steps, batch, optimizer }, seeds);
      learned[name] = runs.map((run) => run.learned);
      first[name] = [];
      for (let i = 0; i < seeds; i++) {
        first[name].push((yield* moments(network, source, { batch, batches, seed: lab.seedOf(name, i) }))[0]);
      }
    }
    const ratio = (key: keyof GradientMoments, a: string, b: string) =>
      upTo(seeds).map((i) => (first[a][i][key] - first[b][i][key]) / Math.LN10);
    return {
      numbers: [
        ...Object.entries(learned).map(([name, values]) => overSeeds(`learned, ${name}`, values, "")),
        overSeeds("variance, vanished/noisy", ratio("lnVariance", "vanished", "noisy"), "decades"),
        overSeeds("GSNR, vanished/sound", ratio("lnSignal", "vanished", "sound"), "decades"),
      ],
      figure: bars("share learned", learned),
    };
  },
});

/**
 * The same source with N(0, std²) added to every target of the batches that are trained on. Large batches serve as test
 * sets and stay clean.
 */
const noisy =
  (source: Source, std: number): Source =>
  (context) => {
    const drawn = source(context);
    if (context.batch > 32) return drawn;
    const stream = random(context.seed, "experiments/noise");
    return { ...drawn, targets: (drawn.targets as Float32Array).map((value) => value + std * stream.normal()) };
  };
