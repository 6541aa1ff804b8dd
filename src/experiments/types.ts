import type { RunOptions } from "../base/cooperative-work.ts";
import type { Labeled } from "./glyphs.ts";
import type { TOPICS } from "./topics.ts";

/*
 * An experiment is described by data. It measures numbers with intervals. A claim is a sentence that these numbers
 * judge.
 */

/** One measured number with its 95 % interval. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  /** The number of seeds, networks or pairs that it was computed from. */
  readonly n: number;
  /** The method of the interval. With `exact`, low and high equal the value. */
  readonly interval: "student" | "wilson" | "fisher" | "exact";
}

/** One series of a figure. */
export interface Series {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The interval of every point, if the points have intervals. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Default line. */
  readonly as?: "line" | "points" | "bars";
}

/** One figure as plain data. */
export interface Figure {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** One axis of a figure, with its unit in the label. */
export interface Axis {
  readonly label: string;
  readonly log?: boolean;
  /** Names of x = 0, 1, 2, … for an axis without numbers. */
  readonly names?: readonly string[];
}

/**
 * One condition of a criterion: the whole 95 % interval of a number lies above, or below, a bound that was fixed
 * beforehand. A `control` checks that the experiment works at all, for example that the sound network learns. If a
 * control fails, the experiment shows nothing.
 */
export interface Condition {
  readonly number: string;
  readonly is: "above" | "below";
  readonly bound: number;
  /** The condition in words: a sentence without a period. */
  readonly says: string;
  readonly control?: true;
}

/** The verdict is `does not hold` also if a control failed; `where` then begins with "inconclusive". */
export type ClaimVerdict = "holds" | "holds partly" | "does not hold" | "not run";

/** The verdict that a criterion gives for measured numbers. */
export interface Judgement {
  readonly verdict: ClaimVerdict;
  /** The conditions that are not met, in words; null if the claim holds. */
  readonly where: string | null;
}

/** The result of a claim's experiment. */
export interface Findings {
  readonly numbers: readonly Measured[];
  readonly figure: Figure;
}

/** Plain data that describes an experiment: specs, tasks, seeds, sizes. */
export type Setup = Readonly<Record<string, unknown>> & { readonly seeds: number };

/** One claim after its experiment, with its verdict. Plain data. */
export interface Claim extends Judgement {
  readonly id: string;
  /** Key of the heading under which the claim is listed. */
  readonly topic: keyof typeof TOPICS;
  readonly sentence: string;
  /** The numbers that papers report, if they report any. */
  readonly published: string | null;
  /** The criterion as a sentence. */
  readonly criterion: string;
  readonly conditions: readonly Condition[];
  readonly numbers: readonly Measured[];
  readonly figure: Figure | null;
  /** The experiment as it ran. */
  readonly experiment: Setup;
}

/** `evanesce.claims/1`. */
export interface ClaimsReport {
  readonly schema: "evanesce.claims/1";
  readonly seed: number;
  readonly size: Size;
  /** `stopped`: the run was stopped before the last claim, and `claims` holds those that were judged. */
  readonly outcome: "complete" | "stopped";
  readonly claims: readonly Claim[];
}

/** `reduced` has fewer seeds and smaller networks and takes minutes; `full` takes hours. */
export type Size = "reduced" | "full";

/** Options of `claims`. */
export interface ClaimsOptions extends RunOptions {
  /** Ids of the claims to run; by default all of them. */
  readonly only?: readonly string[] | undefined;
  /** `reduced` takes minutes, `full` hours; default reduced. */
  readonly size?: Size | undefined;
  /** Real labeled images for the claims on generalization; by default drawn digits. */
  readonly digits?: Labeled | undefined;
  /** The whole number from which every seed follows; default 0. */
  readonly seed?: number | undefined;
  /**
   * Worker threads; each judges one claim at a time. `auto` uses every core. Default 1: this thread. Results are equal.
   */
  readonly threads?: number | "auto" | undefined;
}

/** A claim begins, or is judged. */
export type ClaimEvent =
  | { readonly event: "begin"; readonly id: string; readonly index: number; readonly count: number }
  | { readonly event: "judged"; readonly claim: Claim; readonly index: number; readonly count: number };
