/*
 * Maps that reproduce published figures, at a size that a laptop runs in minutes. Each names its source; what is
 * smaller than in the paper is in its axes.
 */
import type { SweepMap } from "../map.ts";

type Preset = Partial<SweepMap> & Pick<SweepMap, "base" | "axes">;

/** The network of the mean-field papers: a plain tanh chain, Gaussian weights of variance gain²/n. */
const chain = { kind: "feedforward", width: 128, activation: "tanh" } as const;
const gaussian = (biasStd: number) => ({ weight: "gaussian", biasStd });
/** Nothing is drawn of the profile: the map alone is of interest. */
const SMALL = { batch: 16, profile: 32 } as const;

export const PRESETS: Readonly<Record<string, Preset>> = {
  "schoenholz-2017": {
    source: "Schoenholz, Gilmer, Ganguli and Sohl-Dickstein 2017, figure 5: tanh networks train where depth < 6 ξ",
    base: {
      network: { ...chain, init: gaussian(Math.sqrt(0.05)) },
      task: "circles",
      ...SMALL,
      plan: { steps: 300, batch: 32, optimizer: { name: "momentum", learningRate: 0.01 } },
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
    source: "Sompolinsky, Crisanti and Sommers 1988; Molgedey, Schuchhardt and Schuster 1992: input tames a random RNN",
    base: {
      network: { kind: "recurrent", cell: "tanh", hidden: 128, init: { recurrent: "gaussian", inputGain: 1 } },
      task: { name: "noise", steps: 200 },
      batch: 4,
      profile: 32,
      lyapunov: true,
    },
    axes: [
      { key: "init.gain", from: 0.5, to: 3, count: 11 },
      { key: "init.inputGain", values: [0.01, 0.1, 0.3, 1, 3] },
    ],
    replicates: 1,
    plot: { x: "init.gain", y: "init.inputGain", value: "lyapunov", theory: "critical" },
  },
  "chrono-2018": {
    source: "Tallec and Ollivier 2018: an LSTM's forget bias has to fit the length of its sequences",
    base: { network: { kind: "recurrent", cell: "lstm", hidden: 32 }, task: "copy", batch: 8, profile: 32 },
    axes: [
      { key: "init.forgetBias", values: [0, 1, 2, 3, 4, 5, 6] },
      { key: "task.steps", from: 10, to: 640, count: 7, scale: "log", whole: true },
    ],
    replicates: 2,
    plot: { x: "init.forgetBias", y: "task.steps", value: "gain", theory: "none" },
  },
  "skip-or-not": {
    source:
      "He, Zhang, Ren and Sun 2016, figure 1; Yang and Schoenholz 2017: how deep a network trains with a skip path",
    base: {
      network: { kind: "feedforward", width: 64, activation: "relu", init: { weight: "he_normal" } },
      task: "circles",
      ...SMALL,
      plan: { steps: 200, batch: 32, optimizer: { name: "sgd", learningRate: 0.01 } },
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
      network: { kind: "feedforward", width: 64, activation: "relu", init: { weight: "he_normal" } },
      task: "circles",
      ...SMALL,
      plan: { steps: 10, batch: 32, optimizer: { name: "sgd", learningRate: 0.01 } },
    },
    axes: [
      { key: "plan.steps", values: [10, 30, 100, 300] },
      { key: "depth", values: [4, 8, 16, 32, 64] },
      { key: "residual", values: ["none", "scaled", "identity"] },
    ],
    replicates: 2,
    // the same network and the same batches along a curve: only its length differs
    seeds: "paired",
    plot: { x: "plan.steps", y: "depth", value: "learned", panels: "residual", theory: "none" },
  },
  "coordinate-check": {
    source:
      "Yang, Hu et al. 2022; Yang, Yu, Zhu and Hayou 2023: gradients against width and depth, plain and scaled by 1/√L",
    base: {
      network: { kind: "feedforward", activation: "relu", init: { weight: "he_normal" } },
      task: { name: "gaussian" },
      ...SMALL,
    },
    axes: [
      { key: "width", values: [16, 32, 64, 128, 256] },
      { key: "depth", values: [4, 8, 16, 32, 64] },
      { key: "residual", values: ["none", "identity", "scaled"] },
    ],
    replicates: 2,
    plot: { x: "width", y: "depth", value: "lnFirstWeightGradient", panels: "residual", theory: "none" },
  },
};
