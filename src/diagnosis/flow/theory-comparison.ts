import type { Band, Phase } from "../../theory/index.ts";

/** What mean-field theory or a closed form says this flow should be, beside what was measured. Plain data. */
export interface TheoryComparison {
  /** Whether a theory covers this network and this measurement. */
  readonly applies: boolean;
  /** Which theory, on what assumptions; or why none. */
  readonly why: string;
  readonly phase: Phase | null;
  /** Factor on the squared gradient norm a station, at the fixed point. */
  readonly chi1: number | null;
  /** Whose profile was compared: random cotangents', as theory's are; else the loss's. */
  readonly source: "probe" | "lastStep" | "loss" | null;
  /**
   * [S] what ln ‖δ_s‖ should be where the flow's `lnGradientNorm` starts from: in its units, equal to it at the last
   * station. The middle of the band where there is one, ½ ln E ‖δ_s‖² elsewhere.
   */
  readonly lnExpected: Float64Array | null;
  /**
   * Where nearly all networks of this width lie (mean ± 2 standard deviations), in the same units: by the law of finite
   * width, or for tied weights as measured over seeds; null where neither is known.
   */
  readonly band: Band | null;
  /** Nats a station, positive where the gradient shrinks. */
  readonly perStation: { readonly expected: number | null; readonly measured: number | null };
  /** Nats from the last station to the first. */
  readonly totalGain: {
    readonly expected: number;
    readonly measured: number;
    readonly deviation: number | null;
  } | null;
  /** Standard deviations between the two at the first station; null without a band. */
  readonly z: number | null;
  /** The station where they are farthest apart, in nats and, where the law is known, standard deviations. */
  readonly worst: { readonly station: number; readonly nats: number; readonly z: number | null } | null;
  /**
   * `within`: nowhere more than 3 standard deviations apart; or, where those are not known, 0.3 nats + 10 % of what is
   * expected.
   */
  readonly agreement: "within" | "outside" | null;
  readonly citations: readonly string[];
  /** What to know before believing the comparison. */
  readonly notes: readonly string[];
  readonly sentence: string;
}
