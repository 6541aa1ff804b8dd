import type { Diagnosis, LossState, Verdict } from "../diagnosis/index.ts";
import type { TaskRecord } from "../flow/index.ts";
import type { Network } from "../network/create.ts";
import type { RunOptions } from "../base/cooperative-work.ts";
import type { NetworkInput, NetworkSpec } from "../spec/index.ts";
import type { TaskInput } from "../tasks/index.ts";
import type { Cost } from "./flops.ts";
import type { Interval } from "./interval.ts";
import type { Race, RaceOptions } from "./race/types.ts";

/** What `prescribe` takes. */
export interface PrescribeOptions extends RunOptions {
  /**
   * A spec, or a live network: then its parameters, as they are when this is called, are the network's on every seed.
   * It is left as it is.
   */
  readonly network: NetworkInput | Network;
  /**
   * Parameters to have in place of drawn ones, by name, as `train` takes them: a trained network's. FixedWeights all or
   * some of them, or a live network, the seeds draw the batches and what is not given. Remedies are then tried round
   * the given weights, and only those that leave them their shapes: other activations, skip paths, norms, leaky units,
   * fewer layers or steps. Initializations, other gains and other cells are listed as `untried`: they would draw the
   * weights anew. `spec` is the network to set them in.
   */
  readonly weights?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** As in `propagate`. */
  readonly task?: TaskInput | undefined;
  /** B; default 32. */
  readonly batch?: number | undefined;
  /**
   * The first seed; default 0. Seed s draws both the batch and the initialization, for the network and every remedy
   * alike.
   */
  readonly seed?: number | undefined;
  /** How many seeds, from `seed` on; default 5, at least 2. */
  readonly seeds?: number | undefined;
  /** Names of the remedies to try; by default all that fit. */
  readonly remedies?: readonly string[] | undefined;
  /**
   * In place of the race: rank by the path, then train the network, the best remedies and the controls, for `steps`
   * updates each (by default as many as a minute or so allows).
   */
  readonly verify?: boolean | { readonly steps?: number | undefined } | undefined;
  /** How remedies are raced: see `RaceOptions`. */
  readonly race?: RaceOptions | undefined;
  /** Rank by the path alone: train nothing. */
  readonly fast?: boolean | undefined;
  /** Worker threads that train, in Node; `auto` for every core. Default 1: this thread. None changes a number. */
  readonly threads?: number | "auto" | undefined;
  /** Bytes of WASM memory one pass may take; default 1 GiB. A remedy that needs more is not tried, and that is said. */
  readonly memoryLimit?: number | undefined;
}

/** A step of the work, after it was done. */
export interface PrescriptionEvent {
  readonly phase: "patient" | "knock-out" | "gain" | "remedy" | "combination" | "control" | "race" | "verification";
  /** Of the knock-out or remedy. */
  readonly name: string;
  readonly seed: number;
  /** Of the whole work, 0 … 1, by the operations it takes. */
  readonly share: number;
}

/** What the seeds say of one network. */
export interface Outcome {
  /**
   * Nats along the path, a value a seed: from the transport probe, that of the worst station (of the extreme samples
   * where they disagree); −∞ where the gradient ends exactly zero, NaN where the pass left the numbers' range.
   */
  readonly gains: readonly number[];
  /** Of `gains`; NaN counts as +∞. */
  readonly gain: Interval;
  readonly verdicts: readonly Verdict[];
  /** The one most seeds have; of equally many the worse. */
  readonly verdict: Verdict;
}

/** The untreated network over all seeds. */
export interface PatientOutcome extends Outcome, Cost {
  readonly states: readonly LossState[];
  readonly state: LossState;
  /** Of the first seed whose verdict is the network's. */
  readonly diagnosis: Diagnosis;
}

/** One factor taken out of the network, everything else left as it was. */
export interface KnockOut {
  /** `derivative`, `weights`, `gate`, `half`, `normalization`, `branch` or `scale`. */
  readonly name: string;
  /** What was replaced by what. */
  readonly what: string;
  /** Names of the causes it tests. */
  readonly causes: readonly string[];
  /**
   * Whether most seeds' diagnoses name one of them, with at least a twentieth of the whole. `half` is tried in any
   * case.
   */
  readonly isAccused: boolean;
  /** Nats the ledger charges them with, mean over seeds; of `half`: half the path's gain. */
  readonly accused: number;
  /**
   * The change of the gain to expect if the diagnosis is right: −accused, but no more than the path's whole gain, since
   * the ledger charges factors that work against each other with more. Null where the gradient was exactly zero or not
   * finite before.
   */
  readonly expected: number | null;
  readonly after: Outcome;
  /** gain after − gain before, nats recovered or taken away, paired over seeds. */
  readonly change: Interval;
  /** change/expected; null with it. */
  readonly ratio: number | null;
  /**
   * The removal brings at least half of what was expected; or, of a gradient that was zero or not finite, every seed a
   * finite one.
   */
  readonly confirmed: boolean;
}

/** A key of the spec that a remedy changes. */
export interface Change {
  /** `activation`, `init.weight`, … */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** A remedy as it was tried. */
export interface Treatment extends Outcome {
  readonly name: string;
  readonly kind: "remedy" | "combination" | "control";
  readonly family: string;
  readonly what: string;
  /** Author and year. */
  readonly source: string;
  /** What it costs besides parameters and operations, where it does. */
  readonly price: string | null;
  /** The remedies combined. */
  readonly of?: readonly [string, string];
  readonly changes: readonly Change[];
  readonly spec: NetworkSpec;
  /** |gain| before − |gain| after, nats, paired over seeds: positive where it came nearer to 0. */
  readonly recovered: Interval;
  /** It carried the gradient past 0 and out of the healthy range on the other side. */
  readonly overshoots: boolean;
  /** Of the network's. */
  readonly parametersRatio: number;
  readonly flopsRatio: number;
  /** Whether the path is as long as it was: false where layers or steps were taken away. */
  readonly wholePath: boolean;
  /** Place among the remedies, from 1: by the loss reached where they were raced; null for controls. */
  readonly rank: number | null;
}

/** One network's training. */
export interface VerifiedLoss {
  readonly name: string;
  readonly optimizer: string;
  /** The one of `grid` with the lowest mean loss over the seeds; null where each diverged on one. */
  readonly learningRate: number | null;
  readonly grid: readonly number[];
  /**
   * Mean loss of the last tenth of the updates over the trivial answer's, a value a seed; null where training diverged.
   */
  readonly losses: readonly (number | null)[];
  /** Mean over seeds with its interval; null where one diverged. */
  readonly loss: Interval | null;
  /** MeasuredNetwork's loss − this one's, paired over seeds; null without either. */
  readonly gained: Interval | null;
  /** `gained` lies above 0 with its whole interval, and by at least 1 % of the trivial loss. */
  readonly follows: boolean;
}

/** What training says: the untreated network, the best remedies and the controls, each at the best rate of its grid. */
export interface Verification {
  readonly steps: number;
  /** Whether every update saw the same batch, the labels carrying nothing to be learned but by heart. */
  readonly oneBatch: boolean;
  readonly seeds: readonly number[];
  readonly patient: VerifiedLoss;
  readonly remedies: readonly VerifiedLoss[];
  readonly controls: readonly VerifiedLoss[];
  /** What the training runs say, in a sentence. */
  readonly summary: string;
}

/** What was found, tried and recommended. Plain data; numbers may be ±∞ or NaN, as a flow's are. */
export interface Prescription {
  readonly schema: "evanesce.prescription/1";
  /** `stopped`: the signal came; what had been done by then stands here. */
  readonly outcome: "complete" | "stopped";
  readonly network: NetworkSpec;
  /** Names of the parameters that were given; null where all were drawn. */
  readonly given: readonly string[] | null;
  /** The file they are from. */
  readonly weights?: string;
  /** What was assumed of that file. */
  readonly notes?: readonly string[];
  /** Null where it was stopped before the first pass had ended. */
  readonly task: TaskRecord | null;
  readonly seeds: readonly number[];
  /** Null where it was stopped before the network was measured. */
  readonly patient: PatientOutcome | null;
  readonly knockOuts: readonly KnockOut[];
  /** Ranked, remedies and combinations together; best first. */
  readonly treatments: readonly Treatment[];
  readonly controls: readonly Treatment[];
  /** Remedies that could not be tried, and why. */
  readonly untried: readonly { readonly name: string; readonly why: string }[];
  /** Short trainings that rank the remedies; null where none was asked for, or there is nothing to learn. */
  readonly race: Race | null;
  readonly verification: Verification | null;
  /** The treatment whose spec this prescribes; null where nothing is wrong or nothing helped. */
  readonly prescribed: string | null;
  /** Ready for `propagate`: the prescribed network, or the network where there is none. */
  readonly spec: NetworkSpec;
  /** What to do, in a line. */
  readonly advice: string;
}
