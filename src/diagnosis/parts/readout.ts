import { nats, power } from "../../words/numbers.ts";
import { THRESHOLDS } from "../thresholds.ts";
import { type Finding, fine, severityBeyond } from "./part.ts";

/** What a reader knows of the way from the output back to the last station. */
export interface ReadoutReading {
  /** ln ‖∂L/∂h_last‖ − ln ‖∂L/∂y‖; null without a readout, or where the loss sends nothing. */
  readonly lnGain: number | null;
  /** ln ‖W‖ of the readout; null where it is not known. */
  readonly lnWeight: number | null;
  /** ln ‖∂L/∂W‖ of the readout. */
  readonly lnGradient: number | null;
}

/**
 * Judges the readout: what it hands back of the output's gradient. One that starts at zero on purpose (Fixup) moves at
 * the first update, since its own gradient is not zero. A small one grows, so only a millionth counts as too small.
 */
export function judgeReadout({ lnGain, lnWeight, lnGradient }: ReadoutReading): Finding {
  const numbers = { lnGain };
  if (lnWeight === Number.NEGATIVE_INFINITY && lnGradient !== null && lnGradient > Number.NEGATIVE_INFINITY) {
    return fine(
      "readout",
      "healthy",
      "The readout is exactly zero; it moves at the first update, and sends a gradient back from then on.",
      numbers,
    );
  }
  if (lnWeight === Number.NEGATIVE_INFINITY || lnGain === Number.NEGATIVE_INFINITY) {
    const sentence =
      lnWeight === Number.NEGATIVE_INFINITY
        ? "readout.weight is exactly zero"
        : "readout.weight passes on exactly nothing";
    const evidence = `The readout hands back a gradient of exactly zero: ${sentence}.`;
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
