import { nats, power } from "../../words/numbers.ts";
import { THRESHOLDS } from "../thresholds.ts";
import { type Finding, fine, severityBeyond } from "./part.ts";

/** The numbers by which the readout is judged: the path from the output back to the last station. */
export interface ReadoutReading {
  /** ln ‖∂L/∂h_last‖ − ln ‖∂L/∂y‖; null if there is no readout or the loss sends no gradient. */
  readonly lnGain: number | null;
  /** ln ‖W‖ of the readout; null if not known. */
  readonly lnWeight: number | null;
  /** ln ‖∂L/∂W‖ of the readout. */
  readonly lnGradient: number | null;
  /** The layer of a head between the steps and the readout that is at fault. */
  readonly narrow: {
    readonly layer: string;
    readonly nats: number;
    /** Whether its units are off or saturated. */
    readonly isOff: boolean;
    /** Whether its bias is at fault. */
    readonly isByBias: boolean;
    readonly tensor: string;
  } | null;
}

/**
 * Judges the readout: how much of the output's gradient it passes back. A readout that starts at zero on purpose
 * (Fixup) moves at the first update, because its own gradient is not zero. A small readout grows, so it counts as too
 * small only below a millionth.
 */
export function judgeReadout({ lnGain, lnWeight, lnGradient, narrow }: ReadoutReading): Finding {
  const numbers = { lnGain };
  if (lnWeight === Number.NEGATIVE_INFINITY && lnGradient !== null && lnGradient > Number.NEGATIVE_INFINITY) {
    return fine(
      "readout",
      "healthy",
      "The readout is exactly zero. It moves at the first update and then sends a gradient back.",
      numbers,
    );
  }
  if (narrow !== null && lnWeight !== Number.NEGATIVE_INFINITY) return ofHead(narrow, numbers);
  if (lnWeight === Number.NEGATIVE_INFINITY || lnGain === Number.NEGATIVE_INFINITY) {
    const sentence =
      lnWeight === Number.NEGATIVE_INFINITY
        ? "readout.weight is exactly zero"
        : "readout.weight passes back a gradient of exactly zero";
    const evidence = `The readout passes back a gradient of exactly zero: ${sentence}.`;
    const cause = { factor: "readout-scale", tensor: "readout.weight", nats: Number.NEGATIVE_INFINITY, sentence };
    return { part: "readout", state: "dead", evidence, numbers, severity: 1, cause };
  }
  if (lnGain === null || !Number.isFinite(lnGain))
    return fine("readout", "unmeasured", "No gradient goes through a readout.", numbers);
  if (lnGain >= -2 * THRESHOLDS.gain && lnGain <= THRESHOLDS.gain) {
    return fine(
      "readout",
      "healthy",
      `The readout changes the gradient's norm by a factor of ${power(lnGain)}.`,
      numbers,
    );
  }
  const small = lnGain < 0;
  const sentence = `readout.weight is too ${small ? "small" : "large"}: it changes the gradient's norm by a factor of ${power(lnGain)} (${nats(lnGain)} nats)`;
  return {
    part: "readout",
    state: small ? "too-small" : "too-large",
    evidence: `${sentence}.`,
    numbers,
    severity: severityBeyond(lnGain, THRESHOLDS.gain),
    cause: { factor: "readout-scale", tensor: "readout.weight", nats: lnGain, sentence },
  };
}

function ofHead(
  { layer, nats: amount, isOff, isByBias, tensor }: NonNullable<ReadoutReading["narrow"]>,
  numbers: Finding["numbers"],
): Finding {
  const effect = isOff ? "turns its units off or saturates them" : `is too ${amount < 0 ? "small" : "large"}`;
  const sentence = `${tensor} ${effect}`;
  const size =
    amount === Number.NEGATIVE_INFINITY
      ? "sets the gradient to exactly zero"
      : `changes the gradient's norm by a factor of ${power(amount)}`;
  return {
    part: "readout",
    state: amount === Number.NEGATIVE_INFINITY ? "dead" : amount < 0 ? "too-small" : "too-large",
    evidence: `Layer ${layer} ${size}: ${sentence}.`,
    numbers,
    severity: severityBeyond(amount, THRESHOLDS.gain),
    cause: { factor: isByBias ? "bias" : "readout-scale", tensor, nats: amount, sentence },
  };
}
