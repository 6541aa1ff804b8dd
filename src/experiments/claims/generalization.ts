import { createNetwork } from "../../network/create.ts";
import { random } from "../../base/random.ts";
import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { bars } from "../figures.ts";
import { glyphs, type Labeled, labeledBatch } from "../glyphs.ts";
import { overSeeds } from "../intervals.ts";
import { type Lab, upTo } from "../lab.ts";
import { learnedShare, lossOf, type Source, trainNetwork } from "../../training/short-training.ts";

const setup = {
  sick: { kind: "feedforward", depth: 20, width: 32, activation: "tanh", init: { weight: "pytorch" } },
  /** The same network with skips; nothing else is changed. */
  sound: {
    kind: "feedforward",
    depth: 20,
    width: 32,
    activation: "tanh",
    init: { weight: "pytorch" },
    residual: "scaled",
  },
  /** How many images train and test the networks; drawn digits unless the caller has real ones. */
  images: { train: 400, test: 500, noise: 0.5 },
  plan: { steps: 500, batch: 32, optimizer: { name: "sgd", learningRate: 0.1 }, clip: { norm: 1 } },
  seeds: 6,
} as const;

/** How much each network learns of the training set and of the test set. */
function* measured({ sick, sound, images, plan, seeds }: typeof setup, lab: Lab) {
  const learned: Record<string, { train: number[]; test: number[] }> = {};
  for (const [name, network] of [
    ["stalled", sick],
    ["mended", sound],
  ] as const) {
    learned[name] = { train: [], test: [] };
    for (let i = 0; i < seeds; i++) {
      const seed = lab.seedOf(name, i);
      const [train, test] = split(lab.digits ?? glyphs(images.train + images.test, images.noise, seed), images, seed);
      const live = createNetwork(network, { seed, inputs: train.inputSize, outputs: 10 });
      yield* trainNetwork(live, minibatches(train), plan, seed);
      learned[name].train.push(learnedShare(lossOf(live, train), Math.log(10)));
      learned[name].test.push(learnedShare(lossOf(live, test), Math.log(10)));
      live.dispose();
    }
  }
  return learned;
}

/** Disjoint random images for training and for the test. */
function split(data: Labeled, images: { readonly train: number; readonly test: number }, seed: number) {
  const stream = random(seed, "experiments/split");
  const order = upTo(data.labels.length);
  for (let i = order.length - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  const { train, test } = images;
  return [labeledBatch(data, order.slice(0, train)), labeledBatch(data, order.slice(train, train + test))] as const;
}

/** Random samples of a fixed set. */
const minibatches =
  ({ inputs, targets, inputSize, batch: N }: ReturnType<typeof labeledBatch>): Source =>
  ({ batch, seed }) => {
    const stream = random(seed, "experiments/minibatch");
    const data = { inputs, labels: targets as Int32Array, size: inputSize };
    return labeledBatch(
      data,
      Array.from({ length: batch }, () => stream.below(N)),
    );
  };

const findings = (learned: Record<string, { train: number[]; test: number[] }>) => {
  const gaps = Object.fromEntries(
    Object.entries(learned).map(([name, { train, test }]) => [name, train.map((value, i) => value - test[i])]),
  );
  const groups = Object.fromEntries(
    Object.entries(learned).flatMap(([name, { train, test }]) => [
      [`${name}, train`, train],
      [`${name}, test`, test],
    ]),
  );
  return {
    gaps,
    numbers: [
      ...Object.entries(groups).map(([name, values]) => overSeeds(`learned, ${name}`, values, "")),
      ...Object.entries(gaps).map(([name, values]) => overSeeds(`gap, ${name}`, values, "")),
    ],
    figure: bars("share learned", groups),
  };
};

const full = { images: { train: 900, test: 800, noise: 0.5 }, plan: { ...setup.plan, steps: 5000 }, seeds: 20 };

const mendedLearns = control(above("learned, mended, train", 0.5, "the mended network learns its training set"));

export const generalization = defineClaim({
  id: "generalisation-through-trainability",
  topic: "generalization",
  sentence:
    "Vanishing affects generalization through trainability: the stalled network fails on the test set as it fails on its training set.",
  criterion: [
    below("learned, stalled, test", 0.1, "the stalled network learns nothing of the test set"),
    below("learned, stalled, train", 0.1, "it learns nothing of its training set"),
    above("learned, mended, test", 0.3, "the mended network generalizes"),
    mendedLearns,
  ],
  reduced: setup,
  full,
  *run(settings, lab) {
    const { numbers, figure } = findings(yield* measured(settings, lab));
    return { numbers, figure };
  },
});

export const gap = defineClaim({
  id: "gap-belongs-to-networks-that-train",
  topic: "generalization",
  sentence:
    "A small gap between training and test is no sign of health: the stalled network has no gap; the mended network has one and generalizes better.",
  criterion: [
    below("gap, stalled", 0.05, "the stalled network's gap is less than 0.05 of the trivial loss"),
    above("gap, mended − stalled", 0.02, "the mended network's gap is larger"),
    above("learned on the test, mended − stalled", 0.3, "the mended network is far better on the test set"),
    mendedLearns,
  ],
  reduced: setup,
  full,
  *run(settings, lab) {
    const learned = yield* measured(settings, lab);
    const { gaps, numbers, figure } = findings(learned);
    const better = learned.mended.test.map((value, i) => value - learned.stalled.test[i]);
    return {
      numbers: [
        ...numbers,
        overSeeds(
          "gap, mended − stalled",
          gaps.mended.map((value, i) => value - gaps.stalled[i]),
          "",
        ),
        overSeeds("learned on the test, mended − stalled", better, ""),
      ],
      figure,
    };
  },
});
