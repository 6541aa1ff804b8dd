import type { ActivationName } from "../../src/catalogue/index.ts";
import type { WeightInit } from "../../src/spec/names.ts";
import { blobs, circles } from "./data.ts";
import type { Program } from "./program.ts";

/*
 * The 51 dense networks of AutoTrainer (Zhang et al. 2021) that DeepDiagnosis (Wardat et al. 2022) kept, from their
 * published description: five units a layer, zero biases, Keras's He uniform law, inputs a hundred times as large as
 * the generators of scikit-learn make them, Adam at 0.001; circles in batches of 128, blobs in batches of 256, 300
 * epochs of 700 samples. The blobs' programs put a sigmoid in front of categorical cross-entropy; here it is softmax.
 */

/** The output of DeepDiagnosis. */
type Published = "numerical" | "vanishing" | "dead" | "none";

interface Row {
  readonly name: string;
  readonly depth: number;
  readonly activation: ActivationName;
  readonly published: Published;
  readonly init?: WeightInit;
  readonly readout?: WeightInit;
}

const CIRCLES_FAULTY: readonly Row[] = [
  { name: "0ae2cd88", depth: 8, activation: "exponential", published: "numerical" },
  { name: "0eb8d545", depth: 11, activation: "exponential", published: "numerical" },
  { name: "01bb8f27", depth: 10, activation: "exponential", published: "numerical" },
  { name: "5ab0aeda", depth: 11, activation: "sigmoid", published: "vanishing" },
  { name: "8de47bdc", depth: 8, activation: "relu", init: "uniform", published: "numerical" },
  { name: "8e28bdef", depth: 16, activation: "relu", published: "vanishing" },
  { name: "9e7361d4", depth: 9, activation: "exponential", published: "numerical" },
  { name: "46edb7df", depth: 15, activation: "relu", published: "dead" },
  { name: "169a3fa1", depth: 10, activation: "exponential", published: "numerical" },
  { name: "205c07d5", depth: 8, activation: "exponential", published: "numerical" },
  { name: "636bde2e", depth: 11, activation: "exponential", published: "numerical" },
  { name: "10702695", depth: 8, activation: "relu", init: "uniform", published: "vanishing" },
  { name: "14989730", depth: 8, activation: "relu", init: "uniform", published: "vanishing" },
  { name: "c54b3d2e", depth: 9, activation: "relu", init: "uniform", published: "numerical" },
  { name: "c632dcbd", depth: 12, activation: "sigmoid", published: "vanishing" },
  { name: "d064a5da", depth: 9, activation: "exponential", published: "numerical" },
  { name: "dd8c879b", depth: 13, activation: "sigmoid", published: "vanishing" },
  { name: "e8a6e959", depth: 17, activation: "relu", published: "numerical" },
  { name: "ebc164bf", depth: 11, activation: "sigmoid", published: "vanishing" },
  { name: "f476c610", depth: 12, activation: "sigmoid", published: "vanishing" },
];

const CIRCLES_NORMAL: readonly Row[] = [
  { name: "mi_al_13", depth: 11, activation: "tanh", readout: "xavier_uniform", published: "none" },
  { name: "mi_7", depth: 5, activation: "tanh", readout: "lecun_uniform", published: "none" },
  { name: "al_10", depth: 8, activation: "tanh", published: "none" },
  { name: "simplednn", depth: 5, activation: "tanh", published: "none" },
  { name: "mi_al_16", depth: 14, activation: "tanh", readout: "truncated_normal", published: "none" },
  { name: "al_13", depth: 11, activation: "tanh", published: "none" },
  { name: "mi_al_19", depth: 17, activation: "tanh", readout: "xavier_normal", published: "none" },
  { name: "ma_7", depth: 5, activation: "tanh", published: "none" },
  { name: "al_19", depth: 17, activation: "tanh", published: "none" },
  { name: "mi_al_10", depth: 8, activation: "tanh", readout: "lecun_normal", published: "none" },
];

const BLOBS_FAULTY: readonly Row[] = [
  { name: "0b6f114d", depth: 9, activation: "exponential", published: "numerical" },
  { name: "9b8bdaab", depth: 9, activation: "exponential", published: "numerical" },
  { name: "84c77206", depth: 15, activation: "relu", published: "none" },
  { name: "0448d813", depth: 8, activation: "exponential", published: "numerical" },
  { name: "661b4e86", depth: 10, activation: "exponential", published: "numerical" },
  { name: "2569b90f", depth: 11, activation: "sigmoid", published: "vanishing" },
  { name: "384108d9", depth: 8, activation: "relu", init: "uniform", published: "vanishing" },
  { name: "bd4e58b7", depth: 12, activation: "sigmoid", published: "vanishing" },
  { name: "e706e7cd", depth: 11, activation: "sigmoid", published: "vanishing" },
  { name: "e73037c2", depth: 8, activation: "exponential", published: "numerical" },
  { name: "f7e7b91b", depth: 9, activation: "relu", init: "uniform", published: "vanishing" },
];

const BLOBS_NORMAL: readonly Row[] = [
  { name: "mi_7", depth: 5, activation: "tanh", readout: "zeros", published: "none" },
  { name: "al_13", depth: 11, activation: "tanh", published: "none" },
  { name: "simplednn", depth: 5, activation: "tanh", published: "none" },
  { name: "mi_7 b", depth: 5, activation: "tanh", readout: "uniform", published: "none" },
  { name: "mi_al_10", depth: 8, activation: "tanh", readout: "zeros", published: "none" },
  { name: "al_19", depth: 17, activation: "tanh", published: "none" },
  { name: "ma_mi_7", depth: 5, activation: "tanh", readout: "he_normal", published: "none" },
  { name: "mi_al_19", depth: 17, activation: "tanh", readout: "lecun_normal", published: "none" },
  { name: "mi_al_13", depth: 11, activation: "tanh", readout: "constant", published: "none" },
  { name: "mi_al_16", depth: 14, activation: "tanh", readout: "xavier_uniform", published: "none" },
];

const TRAINED_ON = 700;
const EPOCHS = 300;

/** One of the 51, with the labels of both papers. */
export interface AutoTrainerProgram extends Program {
  /** AutoTrainer's label: it repaired this network, or found no fault. */
  readonly isFaulty: boolean;
  readonly published: Published;
}

const programs = (rows: readonly Row[], on: "circles" | "blobs", isFaulty: boolean): AutoTrainerProgram[] =>
  rows.map(({ name, depth, activation, published, init = "he_uniform", readout = "he_uniform" }) => {
    const batch = on === "circles" ? 128 : 256;
    return {
      name: `${on} ${name}, ${depth} ${activation}${init === "he_uniform" ? "" : `, ${init} weights`}`,
      network: {
        kind: "feedforward",
        width: 5,
        depth,
        activation,
        outputs: on === "circles" ? 1 : 3,
        init: { weight: init, readout },
      },
      samples: on === "circles" ? circles() : blobs(),
      loss: on === "circles" ? "binary_cross_entropy" : "cross_entropy",
      optimizer: "adam",
      rate: 1e-3,
      batch,
      updates: EPOCHS * Math.ceil(TRAINED_ON / batch),
      isFaulty,
      published,
    };
  });

export const AUTO_TRAINER: readonly AutoTrainerProgram[] = [
  ...programs(CIRCLES_FAULTY, "circles", true),
  ...programs(BLOBS_FAULTY, "blobs", true),
  ...programs(CIRCLES_NORMAL, "circles", false),
  ...programs(BLOBS_NORMAL, "blobs", false),
];
