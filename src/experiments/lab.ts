import type { GradientFlow } from "../flow/index.ts";
import { propagate } from "../measure/propagate.ts";
import type { NetworkInput } from "../spec/index.ts";
import type { TaskInput } from "../tasks/index.ts";
import type { Labeled } from "./glyphs.ts";
import { cellSeed } from "../sweeps/seeds.ts";
import { type Source, type Trained, type TrainingPlan, trainFresh } from "../training/short-training.ts";

/** The tools of a claim's experiment: seeds, and passes and training runs over seeds. */
export interface Lab {
  readonly seed: number;
  /** Real digits, if the caller gave some. */
  readonly digits?: Labeled | undefined;
  /** The seed of replicate i of the part of an experiment called `id`. */
  seedOf(id: string, replicate: number): number;
  /** Runs one pass with ledger and probe for each of `seeds` seeds, and pauses after each. */
  flows(id: string, network: NetworkInput, options: FlowOptions): Generator<void, GradientFlow[]>;
  /** Runs one training for each of `seeds` seeds. */
  train(
    id: string,
    network: NetworkInput,
    task: TaskInput | Source,
    plan: TrainingPlan,
    seeds: number,
  ): Generator<void, Trained[]>;
}

/** The data on which the flows of several seeds are measured. */
export interface FlowOptions {
  readonly task?: TaskInput;
  /** B; default 32. */
  readonly batch?: number;
  readonly seeds: number;
}

/** @param claim the claim's id; it is part of every seed, so a claim gives the same numbers alone and among others */
export function createLab(root: number, claim: string, digits?: Labeled): Lab {
  const seedOf = (id: string, replicate: number) => cellSeed(root, `${claim}/${id}/${replicate}`);
  return {
    seed: root,
    digits,
    seedOf,
    *flows(id, network, { task, batch, seeds }) {
      const flows: GradientFlow[] = [];
      for (let i = 0; i < seeds; i++) {
        flows.push(propagate({ network, task, batch, seed: seedOf(id, i) }));
        yield;
      }
      return flows;
    },
    *train(id, network, task, plan, seeds) {
      const runs: Trained[] = [];
      for (let i = 0; i < seeds; i++) runs.push(yield* trainFresh(network, task, plan, seedOf(id, i)));
      return runs;
    },
  };
}

/** The probe's profile: it measures the path alone and does not depend on the loss. */
export const pathOf = (flow: GradientFlow): Float64Array => flow.probe!.lnGradientNorm;

/** ln ‖δ_first‖ − ln ‖δ_last‖ of the path, nats. */
export const totalGain = (flow: GradientFlow): number => flow.probe!.decay!.totalGain;

/** Nats lost at each station of the path, by a least-squares line. */
export const perStation = (flow: GradientFlow): number => flow.probe!.decay!.perStation;

/** The mean over seeds of profiles of equal length, relative to their last station: the y values of a figure. */
export function meanProfile(profiles: readonly Float64Array[]): number[] {
  return Array.from(profiles[0], (_, s) => {
    const sum = profiles.reduce((total, profile) => total + profile[s] - profile[profile.length - 1], 0);
    return sum / profiles.length;
  });
}

/** A profile in powers of ten instead of nats, for figures. */
export const decades = (nats: readonly number[]): number[] => nats.map((value) => value / Math.LN10);

/** 0, 1, …, n − 1. */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
