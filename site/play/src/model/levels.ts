import type { Experiment, Measured } from "./experiment.ts";
import { type Json, merged } from "./merge-patch.ts";

/** The facts by which a level is judged: the measured network and, if it is trained, its loss. */
export interface Progress extends Measured {
  readonly experiment: Experiment;
  readonly training: { readonly updates: number; readonly loss: number; readonly baseline: number | null } | null;
}

/** A broken network to mend. */
export interface Level {
  readonly id: string;
  readonly title: string;
  /** The problem, as its owner would describe it. */
  readonly story: string;
  /** The condition under which the level is solved. */
  readonly goal: string;
  readonly hint: string;
  /** The lesson, which is shown when the level is solved. */
  readonly lesson: string;
  readonly start: Experiment;
  /** Why an experiment does not count as a solution: it only makes the problem smaller. Null if it counts. */
  readonly refuses: (experiment: Experiment) => string | null;
  /** Whether the network must also be trained. */
  readonly trains?: boolean;
  /** One way to mend it, as a merge patch of the experiment. */
  readonly mend: Json;
}

const deep = (network: Json, rest: Partial<Experiment> = {}): Experiment => ({
  network: { kind: "feedforward", width: 32, ...network } as Experiment["network"],
  task: { name: "circles" },
  batch: 32,
  seed: 1,
  edits: {},
  ...rest,
});

const overTime = (network: Json, steps: number, rest: Partial<Experiment> = {}): Experiment => ({
  network: { kind: "recurrent", hidden: 32, ...network } as Experiment["network"],
  task: { name: "adding", steps },
  batch: 8,
  seed: 1,
  edits: {},
  ...rest,
});

/** The network must stay a deep one of at least this depth, or a recurrent one over at least so many steps. */
const keeps =
  (kind: "feedforward" | "recurrent", least: number, more: (experiment: Experiment) => string | null = () => null) =>
  (experiment: Experiment): string | null => {
    const { network, task } = experiment;
    if (network.kind !== kind) return `This level is about a ${kind === "recurrent" ? "recurrent" : "deep"} network.`;
    const size = network.kind === "recurrent" ? Number(task.steps) : Number(network.depth ?? 50);
    if (size < least)
      return `Keep at least ${least} ${kind === "recurrent" ? "steps" : "layers"}: the task needs them.`;
    return more(experiment);
  };

const activationStays =
  (name: string) =>
  ({ network }: Experiment): string | null =>
    network.kind === "feedforward" && (network.activation ?? "tanh") !== name ? `Keep the activation ${name}.` : null;

const cellStays =
  (name: string) =>
  ({ network }: Experiment): string | null =>
    network.kind === "recurrent" && (network.cell ?? "tanh") !== name ? `Keep the cell ${name}.` : null;

const HEALTHY = "The verdict is healthy.";

/** One for each cause and remedy of the field, the easiest first. */
export const LEVELS: readonly Level[] = [
  {
    id: "sigmoid",
    title: "Thirty sigmoids",
    story:
      "A deep network with the activation of the 1980s. Its last layers learn; its first layers do not move. The slope of a sigmoid is at most 1/4, and the gradient is multiplied by such a slope thirty times.",
    goal: `${HEALTHY} Keep 30 layers.`,
    hint: "Choose an activation with a larger slope, and the first weights that fit it: relu with he_normal. Or give the gradient a shortcut: residual connections.",
    lesson:
      "Small slopes multiply. A rectifier's slope is 1 where it is on, and He's weights make up for the half that is off.",
    start: deep({ depth: 30, activation: "sigmoid" }),
    refuses: keeps("feedforward", 30),
    mend: { network: { activation: "relu", init: { weight: "he_normal" } } },
  },
  {
    id: "small-start",
    title: "Too small a start",
    story:
      "The activation is fine, tanh's slope is 1 at zero. But the first weights were drawn too small: each layer passes on about half of the gradient it gets.",
    goal: `${HEALTHY} Change only the first weights: 40 layers, tanh.`,
    hint: "Drag the gain σ_w up, or drag the point in the plane onto the line between order and chaos.",
    lesson:
      "Between vanishing and exploding lies one line. For tanh without biases it stands at σ_w = 1: that is what Xavier's initialization aims at.",
    start: deep({ depth: 40, activation: "tanh", init: { weight: "gaussian", gain: 0.55 } }),
    refuses: keeps("feedforward", 40, (experiment) => activationStays("tanh")(experiment) ?? plain(experiment)),
    mend: { network: { init: { gain: 1.05 } } },
  },
  {
    id: "explosion",
    title: "Explosion",
    story:
      "A recurrent network of rectifiers whose weights stretch what they multiply. After 200 steps back the gradient has grown beyond all measure: one update would throw the weights away.",
    goal: `${HEALTHY} Keep the cell relu and 200 steps.`,
    hint: "Look for the gain that neither stretches nor shrinks. Half of a rectifier's units are off, so with orthogonal weights it is near √2, not 1. The identity at gain 1 does it too.",
    lesson:
      "Clipping would cap the update, but the gradient would still point where the largest factors say. A recurrent matrix near the identity keeps its length (Le, Jaitly and Hinton 2015).",
    start: overTime({ cell: "relu", init: { recurrent: "orthogonal", gain: 1.6 } }, 200),
    refuses: keeps("recurrent", 200, cellStays("relu")),
    mend: { network: { init: { gain: 1.42 } } },
  },
  {
    id: "long-sequence",
    title: "A long sequence",
    story:
      "Two numbers must be added that may stand 300 steps apart. Of the gradient that should link the answer to the first number, less than a thousandth is left after some seventy steps.",
    goal: `${HEALTHY} Keep 300 steps.`,
    hint: "Choose a cell with gates (LSTM or GRU), and start its gates at the length of the sequence (chrono).",
    lesson:
      "A gate that stays open is a road without tolls: the cell's state is carried over instead of being multiplied (Hochreiter and Schmidhuber 1997).",
    start: overTime({ cell: "tanh" }, 300),
    refuses: keeps("recurrent", 300),
    mend: { network: { cell: "lstm", init: { chrono: 300 } } },
  },
  {
    id: "closed-gate",
    title: "A memory that forgets",
    story:
      "An LSTM: the cell that was made for long memories. Somebody started its forget gate almost closed, and after a handful of steps nothing is left.",
    goal: `${HEALTHY} Keep the LSTM and 100 steps.`,
    hint: "Raise the forget bias until the gate is open.",
    lesson:
      "The forget gate decides how long a memory lives: σ(bias) of it survives each step. Start it open (Jozefowicz, Zaremba and Sutskever 2015).",
    start: overTime({ cell: "lstm", init: { forgetBias: -3 } }, 100),
    refuses: keeps("recurrent", 100, cellStays("lstm")),
    mend: { network: { init: { forgetBias: 3 } } },
  },
  {
    id: "dead-units",
    title: "Dead units",
    story:
      "A deep and very narrow network of rectifiers. A unit that is off for every sample has slope 0 and gets no gradient; here a whole layer is off, and nothing gets through.",
    goal: `${HEALTHY} Keep 30 layers.`,
    hint: "Make the layers wider, or let a little through where a unit is off: leaky_relu or elu.",
    lesson:
      "The deeper and narrower a rectifier network, the likelier it is born dead (Lu et al. 2019). Width, leaky slopes and shortcuts prevent it.",
    start: deep({ depth: 30, width: 3, activation: "relu", init: { weight: "he_normal" } }),
    refuses: keeps("feedforward", 30),
    mend: { network: { width: 48 } },
  },
  {
    id: "first-layer",
    title: "A dead first layer",
    story:
      "Every layer but the first is fine. The first one's biases lie so far below zero that no input ever switches a unit on: the network does not see its data.",
    goal: HEALTHY,
    hint: "Look at the activations: layer 0 is off throughout. Under “Faults to plant”, bring the bias of the first layer back to 0.",
    lesson: "A path is only as good as its first step: a healthy middle does not help a network that cannot see.",
    start: deep({ depth: 6, activation: "relu", init: { weight: "he_normal" } }, { edits: { firstBias: -8 } }),
    refuses: keeps("feedforward", 6, activationStays("relu")),
    mend: { edits: { firstBias: null } },
  },
  {
    id: "unscaled",
    title: "Unscaled inputs",
    story:
      "One input is given in millimeters and the other in meters: the first is a thousand times larger. It drives every unit of the first layer into saturation and drowns the other one.",
    goal: HEALTHY,
    hint: "Under “Faults to plant”, bring the scale of the first input back to 1: that is what standardizing does.",
    lesson: "Scale inputs to mean 0 and variance 1 before anything else: the network cannot know what a unit means.",
    start: deep({ depth: 6, activation: "tanh" }, { edits: { inputScale: 1000 } }),
    refuses: keeps("feedforward", 6, activationStays("tanh")),
    mend: { edits: { inputScale: 1 } },
  },
  {
    id: "labels",
    title: "A good path and no labels",
    story:
      "Depth, weights and activation are all as they should be, and the gradient would arrive everywhere. But every sample has the same label.",
    goal: HEALTHY,
    hint: "Under “Faults to plant”, give every sample its own label again.",
    lesson:
      "A small gradient is not always a vanishing one: where the loss has nothing to say, a sound path carries nothing.",
    start: deep({ depth: 8, activation: "tanh" }, { edits: { labels: "same" } }),
    refuses: keeps("feedforward", 8),
    mend: { edits: { labels: "given" } },
  },
  {
    id: "shortcuts",
    title: "Too many shortcuts",
    story:
      "Sixty residual blocks. Each adds its branch to what it got, and the sum grows block by block: on the way back the gradient grows with it.",
    goal: `${HEALTHY} Keep 60 layers, rectifiers and residual connections.`,
    hint: "Scale the branches by 1/√depth (residual: scaled), or start them at zero (skipinit, fixup).",
    lesson:
      "A shortcut keeps the gradient from vanishing, but sums grow. Scale the branches, or normalize them (Zhang, Dauphin and Ma 2019).",
    start: deep({ depth: 60, activation: "relu", residual: "identity" }),
    refuses: keeps("feedforward", 60, (experiment) => {
      const { network } = experiment;
      const none = network.kind === "feedforward" && (network.residual ?? "none") === "none";
      return activationStays("relu")(experiment) ?? (none ? "Keep residual connections." : null);
    }),
    mend: { network: { residual: "scaled" } },
  },
  {
    id: "more-rate",
    title: "More rate does not help",
    story:
      "The loss has stood at guessing for hours. “Raise the learning rate”, somebody says. Try it: press Train and raise the rate. Then find what is really in the way.",
    goal: "The verdict is healthy and training has brought the loss below half of guessing. Keep 16 layers.",
    hint: "The rate multiplies the gradient that arrives, and none arrives. Repair the path first (relu with he_normal, or residual connections), then train.",
    lesson:
      "A learning rate scales all layers alike. It cannot make up for a gradient that is a billion times smaller in the first layer than in the last.",
    start: deep({ depth: 16, width: 16, activation: "sigmoid" }),
    refuses: keeps("feedforward", 16),
    trains: true,
    mend: { network: { activation: "relu", init: { weight: "he_normal" } } },
  },
];

function plain({ network }: Experiment): string | null {
  if (network.kind !== "feedforward") return null;
  const helped = (network.residual ?? "none") !== "none" || (network.norm ?? "none") !== "none";
  return helped ? "Repair it by the initial weights alone, without shortcuts and normalization." : null;
}

/** The least share of guessing's loss that counts as learned. */
const LEARNED = 0.5;

/** Whether the level is solved, and if not, a sentence that says what is missing. */
export function judgeLevel(
  level: Level,
  { experiment, diagnosis, training }: Progress,
): { solved: boolean; word: string } {
  const refused = level.refuses(experiment);
  if (refused !== null) return { solved: false, word: refused };
  if (diagnosis.verdict !== "healthy") return { solved: false, word: `The verdict is ${diagnosis.verdict}.` };
  if (level.trains !== true) return { solved: true, word: level.lesson };
  const baseline = training?.baseline ?? null;
  if (training === null || baseline === null || training.updates === 0)
    return { solved: false, word: "The path is healthy now. Train it." };
  return training.loss <= LEARNED * baseline
    ? { solved: true, word: level.lesson }
    : { solved: false, word: "The path is healthy, and the loss is on its way." };
}

/** The level's experiment with its own remedy. */
export const mended = ({ start, mend }: Level): Experiment => merged(start, mend) as Experiment;
