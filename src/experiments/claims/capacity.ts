import { createNetwork } from "../../network/create.ts";
import { prepareTask } from "../../tasks/index.ts";
import { above, below, control } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { bars } from "../figures.ts";
import { foldBatchNorm } from "../fold.ts";
import { exact, overSeeds } from "../intervals.ts";
import { learnedShare, lossOf, trainNetwork, trivialLoss } from "../../training/short-training.ts";
import { PARITY, PLAN, SICK, SOUND } from "./setups.ts";

const transplanted = { sick: SICK, sound: SOUND, task: PARITY, plan: PLAN, seeds: 8 } as const;
const TEST = 512;

export const transplant = defineClaim({
  id: "capacity-is-there-by-transplant",
  topic: "capacity",
  sentence:
    "Vanishing limits trainability, not capacity: a network that cannot be trained from its start solves the task when it is given weights that were trained from another start.",
  criterion: [
    below("learned from the bad start", 0.1, "from its own start the network learns nothing"),
    above(
      "learned by transplant",
      0.9,
      "with the weights that were trained from the good start, and without further training, it solves the task",
    ),
    control(above("learned from the good start", 0.9, "the same architecture learns from the good start")),
  ],
  reduced: transplanted,
  full: { plan: { ...PLAN, steps: 20_000 }, seeds: 30 },
  *run({ sick, sound, task, plan, seeds }, lab) {
    const [bad, good, moved]: number[][] = [[], [], []];
    for (let i = 0; i < seeds; i++) {
      const seed = lab.seedOf("transplant", i);
      const source = prepareTask(task, "feedforward");
      const sizes = { seed, inputs: task.bits, outputs: 2 };
      const [sickNetwork, soundNetwork] = [createNetwork(sick, sizes), createNetwork(sound, sizes)];
      bad.push((yield* trainNetwork(sickNetwork, source, plan, seed)).learned);
      good.push((yield* trainNetwork(soundNetwork, source, plan, seed)).learned);
      for (const name of soundNetwork.parameters.names) {
        sickNetwork.parameters.set(name, soundNetwork.parameters.get(name));
      }
      const test = source({ batch: TEST, seed: lab.seedOf("test", i) });
      moved.push(learnedShare(lossOf(sickNetwork, test), trivialLoss(test)));
      sickNetwork.dispose();
      soundNetwork.dispose();
    }
    const groups = { "from the bad start": bad, "from the good start": good, "by transplant": moved };
    return {
      numbers: Object.entries(groups).map(([name, values]) => overSeeds(`learned ${name}`, values, "")),
      figure: bars("share learned", groups),
    };
  },
});

const folded = {
  plain: { kind: "feedforward", depth: 12, width: 32, activation: "sigmoid", init: { weight: "xavier_normal" } },
  task: { name: "teacher", inputs: 8, hidden: 4 },
  plan: { steps: 600, batch: 32, optimizer: { name: "adam", learningRate: 0.01 } },
  seeds: 6,
} as const;

export const folding = defineClaim({
  id: "capacity-is-there-by-folding",
  topic: "capacity",
  sentence:
    "The plain architecture can hold the solution too: train it with batch normalization, fold the statistics of one batch into the weights, and the plain network solves the task on other batches.",
  criterion: [
    below("learned, plain", 0.1, "the plain network learns nothing"),
    above("learned, folded", 0.8, "the plain architecture with the folded weights solves the task"),
    below(
      "loss, folded − normalized, share",
      0.02,
      "its loss differs from the normalized network's by at most 2 % of the trivial loss",
    ),
    control(above("learned, normalized", 0.8, "the normalized network learns")),
  ],
  reduced: folded,
  full: { plan: { ...folded.plan, steps: 5000 }, seeds: 30 },
  *run({ plain, task, plan, seeds }, lab) {
    const [bad, good, back, apart]: number[][] = [[], [], [], []];
    for (let i = 0; i < seeds; i++) {
      const seed = lab.seedOf("fold", i);
      const source = prepareTask(task, "feedforward");
      const sizes = { seed, inputs: task.inputs, outputs: 1 };
      const sickNetwork = createNetwork(plain, sizes);
      const normed = createNetwork({ ...plain, norm: "batch" }, sizes);
      bad.push((yield* trainNetwork(sickNetwork, source, plan, seed)).learned);
      good.push((yield* trainNetwork(normed, source, plan, seed)).learned);
      // on one batch folding is algebra; on another, the statistics have to hold for the task
      foldBatchNorm(normed, sickNetwork, source({ batch: TEST, seed: lab.seedOf("statistics", i) }).inputs, TEST);
      const test = source({ batch: TEST, seed: lab.seedOf("test", i) });
      const [own, other] = [lossOf(sickNetwork, test), lossOf(normed, test)];
      const trivial = trivialLoss(test);
      back.push(learnedShare(own, trivial));
      apart.push(Math.abs(own - other) / trivial);
      sickNetwork.dispose();
      normed.dispose();
    }
    const groups = { plain: bad, normalized: good, folded: back };
    return {
      numbers: [
        ...Object.entries(groups).map(([name, values]) => overSeeds(`learned, ${name}`, values, "")),
        exact("loss, folded − normalized, share", Math.max(...apart), "", seeds),
      ],
      figure: bars("share learned", groups),
    };
  },
});
