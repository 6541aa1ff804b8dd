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

/** What training gave at one learning rate. */
export interface RacedRate {
  readonly learningRate: number;
  /** Of its longest training. */
  readonly updates: number;
  /** Validation loss, mean over the seeds of rungs that long; null where a seed diverged. */
  readonly loss: number | null;
}

/** One network of a race. */
export interface RaceEntry {
  /** The treatment's; `as it is` for the network without one. */
  readonly name: string;
  /** From 1, best first. */
  readonly rank: number;
  /** The last rung it took part in, from 1; 0 where the race was stopped before it ran. */
  readonly rung: number;
  /** The best of its rates there; null where it diverged at every one. */
  readonly learningRate: number | null;
  /** Validation loss at that rate, a value a seed; null where the seed diverged. */
  readonly losses: readonly (number | null)[];
  /** Mean over seeds with its interval; null where one diverged. */
  readonly loss: Interval | null;
  /** The loss as it is − this one, paired over the seeds of the last rungs; null for networks that left earlier. */
  readonly gained: Interval | null;
  /** Every rate it was trained at. */
  readonly rates: readonly RacedRate[];
  /** The last steps of every sequence that it saw; null where it saw all. */
  readonly steps: number | null;
  /** Updates of the training that `losses` are from, and what it took: floating-point operations of one seed. */
  readonly updates: number;
  readonly flops: number;
  /** Training loss, mean over seeds, in blocks of equal length that end at `updates`; null where a seed diverged. */
  readonly curve: { readonly updates: readonly number[]; readonly losses: readonly number[] } | null;
}

/** Short trainings of the remedies and of the network as it is, by successive halving (Jamieson and Talwalkar 2016). */
export interface Race {
  readonly optimizer: RaceOptimizer;
  /** How the learning rate of every training goes on. */
  readonly schedule: RaceSchedule;
  /** Learning rates each network may choose from. */
  readonly grid: readonly number[];
  readonly batch: number;
  readonly seeds: readonly number[];
  /** Held-out samples a loss is measured on; 0 where every update sees one batch. */
  readonly validation: number;
  /** Whether every update saw one batch, learned by heart: its labels carry nothing, or there is too little data. */
  readonly oneBatch: boolean;
  /** The trivial answer's loss; null where none is known. */
  readonly trivial: number | null;
  readonly rungs: readonly Rung[];
  /** Updates of all trainings together, those of the rungs that were run. */
  readonly updates: number;
  /** Best first; but the network as it is comes before remedies that do not learn clearly better than it does. */
  readonly entries: readonly RaceEntry[];
  /** Whether a network left the trivial answer's loss. Where none did, treatments are ranked by the path. */
  readonly conclusive: boolean;
  /** Treatments that did not race, and why. */
  readonly left: readonly { readonly name: string; readonly why: string }[];
  /** Sentences on worker threads that were lost; left out where none was. No number depends on them. */
  readonly notes?: readonly string[];
  /** What the race says, in a few sentences. */
  readonly summary: string;
}

/** The name of the network without a remedy. */
export const AS_IT_IS = "as it is";
