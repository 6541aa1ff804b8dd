import type { Verdict } from "../../diagnosis/index.ts";
import type { FeedforwardSpec, NetworkSpec, RecurrentSpec } from "../../spec/index.ts";
import type { Batch } from "../../tasks/index.ts";

/** The measured network, as remedies read it. */
export interface MeasuredNetwork {
  readonly spec: NetworkSpec;
  readonly verdict: Verdict;
  /** Whether its parameters are given, and not drawn. */
  readonly hasFixedWeights: boolean;
  /** Mean over seeds, nats; may be infinite or NaN. */
  readonly gain: number;
  /** L layers or T steps. */
  readonly stations: number;
  /** X. */
  readonly inputs: number;
  /** E x², the mean square of an input's coordinate. */
  readonly inputSquare: number;
  /** Largest size an initial path may lose or gain: the diagnosis's threshold in nats. */
  readonly tolerance: number;
}

/** What a remedy changes: of each family one is verified. */
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
  /** What it changes, in a phrase. */
  readonly what: string;
  /** The same without what belongs to the initialization, where that is part of it. */
  readonly bare?: string;
  /** Author and year. */
  readonly source: string;
  /** Verdicts it is for; all that are not healthy where left out. */
  readonly against?: readonly Verdict[];
  /** What it costs besides parameters and operations. */
  readonly price?: string;
  /** The spec with the remedy in it, whatever the network; null where it does not fit. */
  readonly change: (spec: Spec, measured: MeasuredNetwork) => NetworkSpec | null;
  /** A batch in place of the network's, where the network is to see less of it. */
  readonly batch?: (batch: Batch, measured: MeasuredNetwork) => Batch;
  /** The factor on the weights is to be found by trying: `change` is called with the spec at each factor. */
  readonly solves?: boolean;
}

/** The feed-forward spec with these initialization keys in place of its own; σ_w goes where a law or gain comes. */
export function withInit(spec: FeedforwardSpec, init: Partial<FeedforwardSpec["init"]>): FeedforwardSpec {
  const { sigmaW: _, ...own } = spec.init;
  const kept = init.weight === undefined && init.gain === undefined ? spec.init : own;
  return { ...spec, init: { ...kept, lsuv: false, ...init } } as FeedforwardSpec;
}

/** The spec with parts of its initialization replaced. */
export function withRecurrentInit(spec: RecurrentSpec, init: Partial<RecurrentSpec["init"]>): RecurrentSpec {
  return { ...spec, init: { ...spec.init, ...init } };
}
