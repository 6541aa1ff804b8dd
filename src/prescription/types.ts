import type { Diagnosis, LossState, Verdict } from "../diagnosis/index.ts";
import type { TaskRecord } from "../flow/index.ts";
import type { Network } from "../network/create.ts";
import type { RunOptions } from "../base/cooperative-work.ts";
import type { NetworkInput, NetworkSpec } from "../spec/index.ts";
import type { TaskInput } from "../tasks/index.ts";
import type { Cost } from "./flops.ts";
import type { Interval } from "./interval.ts";
import type { Race, RaceOptions } from "./race/types.ts";

/** Options of `prescribe`. */
export interface PrescribeOptions extends RunOptions {
  /**
   * A spec, or a network. The present parameters of a network are used with every seed; the network itself is not
   * changed.
   */
  readonly network: NetworkInput | Network;
  /**
   * Parameters of a trained network by name, as `train` takes them, instead of drawn ones. The seeds then draw only the
   * batches and the other parameters. Only remedies that keep the shapes of these weights are tried: other activations,
   * skip paths, norms, leaky units, fewer layers or steps. Initializations, other gains and other cells would draw new
   * weights; they are listed as `untried`. Set the weights in a network of `spec` to use the result.
   */
  readonly weights?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** As in `propagate`. */
  readonly task?: TaskInput | undefined;
  /** B; default 32. */
  readonly batch?: number | undefined;
  /**
   * The first seed; default 0. A seed draws the batch and the initialization, the same for the network and every
   * remedy.
   */
  readonly seed?: number | undefined;
  /** Number of seeds, from `seed` on; default 5, at least 2. */
  readonly seeds?: number | undefined;
  /** Names of the remedies to try; by default all that fit. */
  readonly remedies?: readonly string[] | undefined;
  /**
   * Instead of the race, rank by the path and then train the network, the best remedies and the controls for `steps`
   * updates each. By default this takes about a minute.
   */
  readonly verify?: boolean | { readonly steps?: number | undefined } | undefined;
  /** Options of the race. */
  readonly race?: RaceOptions | undefined;
  /** Rank by the path alone and train nothing. */
  readonly fast?: boolean | undefined;
  /**
   * Worker threads that run the passes and train, in Node; `auto` uses every core. Default 1: this thread. Short work
   * stays on this thread. The numbers are the same.
   */
  readonly threads?: number | "auto" | undefined;
  /** Bytes of WASM memory that one pass may take; default 1 GiB. A remedy that needs more is listed as `untried`. */
  readonly memoryLimit?: number | undefined;
}

/** One finished step of the work. */
export interface PrescriptionEvent {
  readonly phase: "patient" | "knock-out" | "gain" | "remedy" | "combination" | "control" | "race" | "verification";
  /** Name of the knock-out or remedy. */
  readonly name: string;
  readonly seed: number;
  /** Share of the whole work that is done, 0 … 1, measured in operations. */
  readonly share: number;
}

/** The result of all seeds for one network. */
export interface Outcome {
  /**
   * The gain in nats for each seed, from the transport probe: that of the worst station, or of the extreme samples if
   * samples disagree. −∞ if the gradient is exactly zero, NaN if the pass left the range of numbers.
   */
  readonly gains: readonly number[];
  /** Mean and interval of `gains`; NaN counts as +∞. */
  readonly gain: Interval;
  readonly verdicts: readonly Verdict[];
  /** The verdict of most seeds; of equally frequent ones the worse. */
  readonly verdict: Verdict;
}

/** The network as it is, with all seeds. */
export interface PatientOutcome extends Outcome, Cost {
  readonly states: readonly LossState[];
  readonly state: LossState;
  /** The diagnosis of the first seed that has this verdict. */
  readonly diagnosis: Diagnosis;
}

/** One factor of the network replaced by a neutral one, everything else unchanged. */
export interface KnockOut {
  /** `derivative`, `weights`, `gate`, `half`, `normalization`, `branch` or `scale`. */
  readonly name: string;
  /** The replacement in words. */
  readonly what: string;
  /** Names of the causes that it tests. */
  readonly causes: readonly string[];
  /**
   * Whether the diagnoses of most seeds name one of these causes with a share of at least a twentieth. `half` is always
   * tried.
   */
  readonly isAccused: boolean;
  /** Nats charged to these causes, mean over seeds; for `half`, half of the path's gain. */
  readonly accused: number;
  /**
   * The change of the gain that the diagnosis predicts: −accused, but at most the whole gain of the path, because the
   * ledger charges more to factors that work against each other. Null if the gradient was exactly zero or not finite.
   */
  readonly expected: number | null;
  readonly after: Outcome;
  /** Gain after − gain before in nats, paired by seed. */
  readonly change: Interval;
  /** change/expected; null if `expected` is. */
  readonly ratio: number | null;
  /**
   * Whether the knock-out brings back at least half of `expected` or, if the gradient was zero or not finite, a finite
   * gradient with every seed.
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

/** A remedy and its result. */
export interface Treatment extends Outcome {
  readonly name: string;
  readonly kind: "remedy" | "combination" | "control";
  readonly family: string;
  readonly what: string;
  /** Author and year. */
  readonly source: string;
  /** Its cost besides parameters and operations; null if there is none. */
  readonly price: string | null;
  /** The remedies combined. */
  readonly of?: readonly [string, string];
  readonly changes: readonly Change[];
  readonly spec: NetworkSpec;
  /** |gain| before − |gain| after in nats, paired by seed; positive if the gain came nearer to 0. */
  readonly recovered: Interval;
  /** Whether the gain passed 0 and left the healthy range on the other side. */
  readonly overshoots: boolean;
  /** Parameters relative to those of the network as it is. */
  readonly parametersRatio: number;
  readonly flopsRatio: number;
  /** Whether the path has its full length; false if layers or steps were removed. */
  readonly wholePath: boolean;
  /** Place among the remedies, from 1; by the loss if there was a race. Null for controls. */
  readonly rank: number | null;
}

/** The training of one network. */
export interface VerifiedLoss {
  readonly name: string;
  readonly optimizer: string;
  /** The rate of `grid` with the lowest mean loss over the seeds; null if every rate diverged with some seed. */
  readonly learningRate: number | null;
  readonly grid: readonly number[];
  /**
   * For each seed, the mean loss of the last tenth of the updates relative to that of the trivial answer; null if
   * training diverged.
   */
  readonly losses: readonly (number | null)[];
  /** Mean over seeds with its interval; null if one diverged. */
  readonly loss: Interval | null;
  /** Loss of the network as it is − this loss, paired by seed; null if one of them is missing. */
  readonly gained: Interval | null;
  /** Whether the whole interval of `gained` is above 0, and its mean at least 1 % of the trivial loss. */
  readonly follows: boolean;
}

/** Trainings of the network as it is, the best remedies and the controls, each at the best rate of its grid. */
export interface Verification {
  readonly steps: number;
  /** Whether every update used the same batch, because the labels carry no information and can only be memorized. */
  readonly oneBatch: boolean;
  readonly seeds: readonly number[];
  readonly patient: VerifiedLoss;
  readonly remedies: readonly VerifiedLoss[];
  readonly controls: readonly VerifiedLoss[];
  /** The result of the training runs in a sentence. */
  readonly summary: string;
}

/**
 * The result of `prescribe`. Plain data; numbers may be ±∞ or NaN, as in a flow. The keys `patient`, `isAccused` and
 * `accused` are older than the plain words of the code; they stay because programs read them in `--json`.
 */
export interface Prescription {
  readonly schema: "evanesce.prescription/1";
  /** `stopped`: the signal aborted, and this holds the results so far. */
  readonly outcome: "complete" | "stopped";
  readonly network: NetworkSpec;
  /** Names of the caller's parameters; null if all were drawn. */
  readonly given: readonly string[] | null;
  /** The file of these parameters. */
  readonly weights?: string;
  /** Assumptions about that file, and worker threads that were lost. */
  readonly notes?: readonly string[];
  /** Null if it was stopped before the end of the first pass. */
  readonly task: TaskRecord | null;
  readonly seeds: readonly number[];
  /** The network as it is; null if it was stopped before the network was measured. */
  readonly patient: PatientOutcome | null;
  readonly knockOuts: readonly KnockOut[];
  /** Remedies and combinations, the best first. */
  readonly treatments: readonly Treatment[];
  readonly controls: readonly Treatment[];
  /** Remedies that could not be tried, with the reasons. */
  readonly untried: readonly { readonly name: string; readonly why: string }[];
  /** Short trainings that rank the remedies; null if no race was requested, or if there is nothing to learn. */
  readonly race: Race | null;
  readonly verification: Verification | null;
  /** Name of the prescribed treatment; null if nothing is wrong or nothing helped. */
  readonly prescribed: string | null;
  /** The prescribed network, or the network as it is if nothing is prescribed. */
  readonly spec: NetworkSpec;
  /** The advice, in one line. */
  readonly advice: string;
}
