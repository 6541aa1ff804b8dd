import type { RunOptions } from "../base/cooperative-work.ts";
import type { Labeled } from "./glyphs.ts";
import type { TOPICS } from "./topics.ts";

/*
 * An experiment is data; what it measures are numbers with intervals; a claim is a sentence judged by them.
 */

/** One measured number with its 95 % interval. */
export interface Measured {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly unit: string;
  /** Seeds, networks or pairs it rests on. */
  readonly n: number;
  /** How the interval was made; `exact`: low and high are the value. */
  readonly interval: "student" | "wilson" | "fisher" | "exact";
}

/** One series of a figure. */
export interface Series {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Interval of every point, where it has one. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Default line. */
  readonly as?: "line" | "points" | "bars";
}

/** What one figure shows, as plain data. */
export interface Figure {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

/** One axis of a figure, with its unit in the label. */
export interface Axis {
  readonly label: string;
  readonly log?: boolean;
  /** Names of x = 0, 1, 2, … where the axis has no numbers. */
  readonly names?: readonly string[];
}

/**
 * One condition of a criterion: the whole 95 % interval of a number lies above, or below, a bound fixed beforehand. A
 * `control` says that the experiment can show anything at all (the sound network learns, the yardstick is straight):
 * where it fails, nothing is shown.
 */
export interface Condition {
  readonly number: string;
  readonly is: "above" | "below";
  readonly bound: number;
  /** What it means, in words. */
  readonly says: string;
  readonly control?: true;
}

/** `does not hold` also where a control failed: nothing was shown. */
export type ClaimVerdict = "holds" | "holds partly" | "does not hold" | "not run";

/** A criterion's verdict over measured numbers. */
export interface Judgement {
  readonly verdict: ClaimVerdict;
  /** Why, or where, in words, for every verdict but `holds`. */
  readonly where: string | null;
}

/** What a claim's experiment found. */
export interface Findings {
  readonly numbers: readonly Measured[];
  readonly figure: Figure;
}

/** Plain data that describes an experiment: specs, tasks, seeds, sizes. */
export type Setup = Readonly<Record<string, unknown>> & { readonly seeds: number };

/** One claim, executed and judged. Plain data. */
export interface Claim extends Judgement {
  readonly id: string;
  /** The heading it belongs under. */
  readonly topic: keyof typeof TOPICS;
  readonly sentence: string;
  /** What papers report of it, where they give numbers. */
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
  /** Stopped before the last claim: the ones that were judged are here. */
  readonly outcome: "complete" | "stopped";
  readonly claims: readonly Claim[];
}

/** `reduced`: minutes, fewer seeds and smaller networks; `full`: hours. */
export type Size = "reduced" | "full";

/** Which claims are run, how large, on what. */
export interface ClaimsOptions extends RunOptions {
  /** Ids of the claims to run; all of them without it. */
  readonly only?: readonly string[] | undefined;
  /** `reduced` takes minutes, `full` hours; default reduced. */
  readonly size?: Size | undefined;
  /** Real labeled images, for the claims on generalization; without them drawn digits. */
  readonly digits?: Labeled | undefined;
  /** Root of every seed; a whole number, default 0. */
  readonly seed?: number | undefined;
  /** Worker threads, one claim each at a time; `auto` for every core. Default 1: this thread. No number changes. */
  readonly threads?: number | "auto" | undefined;
}

/** A claim begins, or is judged. */
export type ClaimEvent =
  | { readonly event: "begin"; readonly id: string; readonly index: number; readonly count: number }
  | { readonly event: "judged"; readonly claim: Claim; readonly index: number; readonly count: number };
