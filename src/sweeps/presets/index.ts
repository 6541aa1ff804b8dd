/*
 * Maps that reproduce published figures at a size that a laptop runs in minutes. Each names its source. The axes show
 * where it is smaller than in the paper.
 */
import type { SweepMap } from "../map.ts";

type Preset = Partial<SweepMap> & Pick<SweepMap, "base" | "axes">;

/** The network of the mean-field papers: plain tanh layers with Gaussian weights of variance gain²/n. */
const chain = { kind: "feedforward", width: 128, activation: "tanh" } as const;
const gaussian = (biasStd: number) => ({ weight: "gaussian", biasStd });
/** A deep ReLU network with layer norm at the start of every block, where residual networks have batch norm. */
const normed = {
  kind: "feedforward",
  width: 64,
  activation: "relu",
  norm: "layer",
  normPosition: "pre",
  init: { weight: "he_normal" },
} as const;
/** Small batches and short profiles, because only the map is drawn. */
const SMALL = { batch: 16, profile: 32 } as const;

export const PRESETS: Readonly<Record<string, Preset>> = {
  "schoenholz-2017": {
    source: "Schoenholz, Gilmer, Ganguli and Sohl-Dickstein 2017, figure 5: tanh networks train where depth < 6 ξ",
    base: {
      network: { ...chain, width: 64, init: gaussian(Math.sqrt(0.05)) },
      task: "circles",
      ...SMALL,
      // enough updates for a small rate: with fewer, the deepest networks on the critical line do not learn yet
      plan: { steps: 600, batch: 32, optimizer: { name: "adam", learningRate: 1e-4 } },
    },
    axes: [
      { key: "init.gain", from: 1, to: 2, count: 11 },
      { key: "depth", from: 4, to: 64, count: 11, whole: true },
    ],
    replicates: 1,
    plot: { x: "init.gain", y: "depth", value: "learned", theory: "depth-scale" },
  },
  "poole-2016": {
    source: "Poole, Lahiri, Raghu, Sohl-Dickstein and Ganguli 2016, figure 1: the critical line of tanh in (σ_w, σ_b)",
    base: { network: { ...chain, depth: 20, init: gaussian(0) }, task: "gaussian", ...SMALL },
    axes: [
      { key: "init.gain", from: 0.5, to: 4, count: 15 },
      { key: "init.biasStd", from: 0, to: 2, count: 11 },
    ],
    replicates: 2,
    plot: { x: "init.gain", y: "init.biasStd", value: "perStation", theory: "critical" },
  },
  "edge-of-chaos": {
    source:
      "Sompolinsky, Crisanti and Sommers 1988; Molgedey, Schuchhardt and Schuster 1992: input suppresses chaos in a random RNN",
    base: {
      // as many inputs as units: the input of a unit is Gaussian and independent at each step, as theory assumes
      network: { kind: "recurrent", cell: "tanh", hidden: 128, init: { recurrent: "gaussian", input: "gaussian" } },
      task: { name: "noise", steps: 200, inputs: 128 },
      batch: 4,
      profile: 32,
      lyapunov: true,
    },
    axes: [
      { key: "init.gain", from: 0.5, to: 2.5, count: 9 },
      { key: "init.inputGain", values: [0.01, 0.1, 0.25, 0.5, 0.75, 1] },
    ],
    replicates: 1,
    plot: { x: "init.gain", y: "init.inputGain", value: "lyapunov", theory: "critical" },
  },
  "chrono-2018": {
    source:
      "Tallec and Ollivier 2018: an LSTM's forget bias has to fit the length of its sequences; chrono initialization draws biases up to ln(T − 1)",
    base: { network: { kind: "recurrent", cell: "lstm", hidden: 32 }, task: "copy", batch: 8, profile: 32 },
    axes: [
      { key: "init.forgetBias", from: 0, to: 6, step: 0.5 },
      { key: "task.steps", from: 10, to: 640, count: 7, scale: "log", whole: true },
    ],
    replicates: 3,
    plot: { x: "init.forgetBias", y: "task.steps", value: "verdict", theory: "forget-time" },
  },
  "skip-or-not": {
    source:
      "He, Zhang, Ren and Sun 2016, figure 1; Yang and Schoenholz 2017: how deep a network trains with a skip path",
    base: {
      network: normed,
      task: "circles",
      ...SMALL,
      plan: { steps: 200, batch: 32, optimizer: { name: "sgd", learningRate: 0.05 } },
    },
    axes: [
      { key: "residual", values: ["none", "identity", "scaled", "skipinit"] },
      { key: "depth", values: [4, 8, 16, 32, 64, 128] },
    ],
    replicates: 2,
    plot: { x: "residual", y: "depth", value: "learned", theory: "none" },
  },
  "learning-curves": {
    source:
      "He, Zhang, Ren and Sun 2016; Hayou et al. 2021: how fast networks of several depths learn, by the scale of their skip path",
    base: {
      network: normed,
      task: "circles",
      ...SMALL,
      plan: { steps: 10, batch: 32, optimizer: { name: "sgd", learningRate: 0.05 } },
    },
    axes: [
      { key: "plan.steps", values: [10, 30, 100, 300] },
      { key: "depth", values: [4, 8, 16, 32, 64] },
      { key: "residual", values: ["none", "scaled", "identity"] },
    ],
    replicates: 2,
    // all points of a curve use the same batches and draws, so only the setting differs
    seeds: "paired",
    plot: { x: "plan.steps", y: "depth", value: "learned", panels: "residual", theory: "none" },
  },
  "coordinate-check": {
    source:
      "Yang, Hu et al. 2022; Yang, Yu, Zhu and Hayou 2023: how much a few updates of Adam change the activations, by width and depth, for the standard scaling, for branches scaled by 1/√L, and for μP",
    base: {
      network: {
        kind: "feedforward",
        activation: "relu",
        init: { weight: "he_normal", gain: 0.25 },
        baseWidth: 32,
        baseDepth: 4,
      },
      task: "circles",
      ...SMALL,
      plan: { steps: 4, batch: 32, optimizer: { name: "adam", learningRate: 1e-4 } },
      coordinates: true,
    },
    axes: [
      { key: "width", values: [32, 64, 128, 256] },
      { key: "depth", values: [4, 8, 16, 32, 64] },
      {
        zip: [
          { key: "residual", values: ["identity", "scaled", "scaled"] },
          { key: "parametrization", values: ["standard", "standard", "mup"] },
        ],
      },
    ],
    replicates: 2,
    // the same draws along both axes: only the size differs
    seeds: "paired",
    plot: { x: "width", y: "depth", value: "lnHiddenChange", panels: "residual+parametrization", theory: "none" },
  },
};
