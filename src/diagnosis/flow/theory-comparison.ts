import type { Band, Phase } from "../../theory/index.ts";

/** The profile that mean-field theory or a closed form expects, compared with the measured one. Plain data. */
export interface TheoryComparison {
  /** Whether a theory covers this network and this measurement. */
  readonly applies: boolean;
  /** The theory and its assumptions, or the reason why no theory applies. */
  readonly why: string;
  readonly phase: Phase | null;
  /** Factor by which one station changes the squared gradient norm, at the fixed point. */
  readonly chi1: number | null;
  /** The profile that was compared: the probe's, whose random cotangents are those of theory, or the loss's. */
  readonly source: "probe" | "lastStep" | "loss" | null;
  /**
   * [S] the expected ln ‖δ_s‖, in the units of the flow's `lnGradientNorm` and equal to it at the last station. It is
   * the middle of the band if there is a band, otherwise ½ ln E ‖δ_s‖².
   */
  readonly lnExpected: Float64Array | null;
  /**
   * The band in which nearly all networks of this width lie (mean ± 2 standard deviations), in the same units. It
   * follows from the law of finite width or, for tied weights, from measurements over seeds; null if neither is known.
   */
  readonly band: Band | null;
  /** Nats per station, positive where the gradient shrinks. */
  readonly perStation: { readonly expected: number | null; readonly measured: number | null };
  /** Nats from the last station to the first. */
  readonly totalGain: {
    readonly expected: number;
    readonly measured: number;
    readonly deviation: number | null;
  } | null;
  /** The difference at the first station in standard deviations; null without a band. */
  readonly z: number | null;
  /** The station where the two differ most, in nats and, if known, in standard deviations. */
  readonly worst: { readonly station: number; readonly nats: number; readonly z: number | null } | null;
  /**
   * `within`: the two differ by at most 3 standard deviations everywhere or, if these are not known, by at most 0.3
   * nats + 10 % of the expected value.
   */
  readonly agreement: "within" | "outside" | null;
  readonly citations: readonly string[];
  /** Limits of the comparison, in sentences. */
  readonly notes: readonly string[];
  readonly sentence: string;
}
