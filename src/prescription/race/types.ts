import type { Interval } from "../interval.ts";

/** Options of a race. */
export interface RaceOptions {
  /** The optimizer of every network; each uses the best of this optimizer's learning rates. Default `adam`. */
  readonly optimizer?: RaceOptimizer | undefined;
  /**
   * Updates of the longest trainings. By default as many as a fixed number of floating-point operations allows, at most
   * 2500; this takes about a minute on two cores for every network.
   */
  readonly updates?: number | undefined;
}

export type RaceOptimizer = "adam" | "sgd";

/** The learning rate falls to 0 along half a cosine, or stays. */
export type RaceSchedule = "cosine" | "constant";

/** One round of a race. The networks that are left train again, for longer or on one more seed. */
export interface Rung {
  /** Updates of each training. */
  readonly updates: number;
  /** Number of seeds with which each network and rate is trained. */
  readonly seeds: number;
  /** Number of networks, with the network as it is; and number of networks and rates together. */
  readonly networks: number;
  readonly arms: number;
}

/** The result of training at one learning rate. */
export interface RacedRate {
  readonly learningRate: number;
  /** Updates of its longest training. */
  readonly updates: number;
  /** Validation loss, mean over the seeds of rungs that long; null where a seed diverged. */
  readonly loss: number | null;
}

/** One network of a race. */
export interface RaceEntry {
  /** The name of the treatment; `as it is` for the network without one. */
  readonly name: string;
  /** Place in the ranking, from 1 for the best. */
  readonly rank: number;
  /** The last round in which it took part, from 1; 0 if the race was stopped before. */
  readonly rung: number;
  /** The best of its rates in that round; null if it diverged at every rate. */
  readonly learningRate: number | null;
  /** Validation loss at that rate, one value for each seed; null if training with the seed diverged. */
  readonly losses: readonly (number | null)[];
  /** Mean over seeds with its interval; null if one diverged. */
  readonly loss: Interval | null;
  /** The loss as it is − this one, paired over the seeds of the last rungs; null for networks that left earlier. */
  readonly gained: Interval | null;
  /** Every rate at which it was trained. */
  readonly rates: readonly RacedRate[];
  /** How many last steps of every sequence it saw; null if it saw all. */
  readonly steps: number | null;
  /** Updates of the training from which `losses` come, and its floating-point operations with one seed. */
  readonly updates: number;
  readonly flops: number;
  /** Training loss, the mean over seeds, in blocks of equal length that end at `updates`; null if a seed diverged. */
  readonly curve: { readonly updates: readonly number[]; readonly losses: readonly number[] } | null;
}

/** Short trainings of the remedies and of the network as it is, by successive halving (Jamieson and Talwalkar 2016). */
export interface Race {
  readonly optimizer: RaceOptimizer;
  /** How the learning rate changes during every training. */
  readonly schedule: RaceSchedule;
  /** The learning rates among which each network's best one is chosen. */
  readonly grid: readonly number[];
  readonly batch: number;
  readonly seeds: readonly number[];
  /** Number of held-out samples on which a loss is measured; 0 if every update sees the same batch. */
  readonly validation: number;
  /**
   * Whether every update saw the same batch, which the network memorizes: its labels contain no information, or there
   * is too little data.
   */
  readonly oneBatch: boolean;
  /** The loss of the trivial answer; null if it is not known. */
  readonly trivial: number | null;
  readonly rungs: readonly Rung[];
  /** Updates of all trainings together, in the rounds that were run. */
  readonly updates: number;
  /** Best first; but the network as it is comes before remedies that do not learn clearly better than it does. */
  readonly entries: readonly RaceEntry[];
  /** Whether some network got below the loss of the trivial answer. If none did, treatments are ranked by the path. */
  readonly conclusive: boolean;
  /** Treatments that did not race, with the reasons. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
  /** Sentences about lost worker threads; absent if none was lost. No number depends on them. */
  readonly notes?: readonly string[];
  /** The result of the race in a few sentences. */
  readonly summary: string;
}

/** The name of the network without a remedy. */
export const AS_IT_IS = "as it is";
