import type { Verdict } from "../../diagnosis/index.ts";
import type { FeedforwardSpec, NetworkSpec, RecurrentSpec } from "../../spec/index.ts";
import type { Batch } from "../../tasks/index.ts";

/** The facts about the measured network that remedies use. */
export interface MeasuredNetwork {
  readonly spec: NetworkSpec;
  readonly verdict: Verdict;
  /** Whether its parameters are the caller's instead of drawn. */
  readonly hasFixedWeights: boolean;
  /** Mean gain over seeds in nats; may be infinite or NaN. */
  readonly gain: number;
  /** Number of layers L or steps T. */
  readonly stations: number;
  /** X. */
  readonly inputs: number;
  /** E x², the mean square of an input value. */
  readonly inputSquare: number;
  /** Largest |gain| of a healthy path in nats: the threshold of the diagnosis. */
  readonly tolerance: number;
}

/** The kind of change that a remedy makes. One remedy of each family is verified. */
export type Family =
  | "activation"
  | "initialisation"
  | "gain"
  | "residual"
  | "normalisation"
  | "gating"
  | "gate bias"
  | "shorter path"
  | "skip over time"
  | "width";

/** One row of the table of remedies. */
export interface Remedy<Spec extends NetworkSpec = NetworkSpec> {
  readonly name: string;
  readonly family: Family;
  readonly kind: Spec["kind"];
  /** The change in a phrase. */
  readonly what: string;
  /** The phrase without the initialization, if the change includes one. */
  readonly bare?: string;
  /** Author and year. */
  readonly source: string;
  /** The verdicts that it can help; by default all that are not healthy. */
  readonly against?: readonly Verdict[];
  /** Its cost besides parameters and operations. */
  readonly price?: string;
  /** The spec with the remedy applied; null if it does not fit. */
  readonly change: (spec: Spec, measured: MeasuredNetwork) => NetworkSpec | null;
  /** Another batch, if the remedy shows the network less of the data. */
  readonly batch?: (batch: Batch, measured: MeasuredNetwork) => Batch;
  /** Whether a search finds the factor on the weights: `change` is called with the spec at each factor. */
  readonly solves?: boolean;
}

/** The feed-forward spec with these keys of the initialization. σ_w is removed if a law or a gain is set. */
export function withInit(spec: FeedforwardSpec, init: Partial<FeedforwardSpec["init"]>): FeedforwardSpec {
  const { sigmaW: _, ...own } = spec.init;
  const kept = init.weight === undefined && init.gain === undefined ? spec.init : own;
  return { ...spec, init: { ...kept, lsuv: false, ...init } } as FeedforwardSpec;
}

/** The recurrent spec with parts of its initialization replaced. */
export function withRecurrentInit(spec: RecurrentSpec, init: Partial<RecurrentSpec["init"]>): RecurrentSpec {
  return { ...spec, init: { ...spec.init, ...init } };
}
