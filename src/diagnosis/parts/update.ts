import { power, significant } from "../../words/numbers.ts";
import { THRESHOLDS } from "../thresholds.ts";
import { type Finding, fine, severityBeyond } from "./part.ts";

/** The numbers by which one update is judged. */
export interface UpdateReading {
  /** ln ‖Δθ‖/‖θ‖ of each weight matrix; −∞ if it did not move. */
  readonly ratios: readonly { readonly name: string; readonly ln: number }[];
  /** The learning rate; null if not known. */
  readonly rate: number | null;
}

/**
 * Judges the size of an update. It is too small if even the matrix that moves most stays a factor of ten below the
 * range in which training works. It is too large if it replaces a matrix.
 */
export function judgeUpdate({ ratios, rate }: UpdateReading): Finding {
  const finite = ratios.filter(({ ln }) => !Number.isNaN(ln));
  if (finite.length === 0)
    return fine("update", "unmeasured", "A single pass makes no update: give a learning rate to judge it.");
  const most = finite.reduce((a, b) => (b.ln > a.ln ? b : a));
  const least = finite.reduce((a, b) => (b.ln < a.ln ? b : a));
  const numbers = { lnMost: most.ln, lnLeast: least.ln, rate };
  const size = `‖Δθ‖/‖θ‖ is at most ${power(most.ln)} (${most.name})`;
  const [low, high] = [Math.log(THRESHOLDS.updateLeast), Math.log(THRESHOLDS.updateMost)];
  if (most.ln === Number.NEGATIVE_INFINITY) {
    const sentence = "no weight moves at all";
    return {
      ...{ part: "update", state: "frozen", evidence: `No weight moves at all.`, numbers, severity: 1 },
      cause: { factor: "learning-rate", nats: Number.NEGATIVE_INFINITY, sentence },
    };
  }
  if (most.ln >= low && most.ln <= high)
    return fine("update", "healthy", `${size}: within the range in which training works.`, numbers);
  const small = most.ln < low;
  const range = rate === null ? "" : `; rates from ${rateRange(rate, most.ln)} would give 1e-4 to 1e-1`;
  const sentence = `the learning rate is too ${small ? "small" : "large"}: ${size} in an update${range}`;
  return {
    part: "update",
    state: small ? "rate-too-small" : "rate-too-large",
    evidence: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`,
    numbers,
    severity: severityBeyond(THRESHOLDS.gain + Math.abs(small ? most.ln - low : most.ln - high), THRESHOLDS.gain),
    cause: { factor: "learning-rate", nats: small ? most.ln - low : most.ln - high, sentence },
  };
}

/** The rates at which the largest ratio would be 1e-4 and 1e-1. The ratio is proportional to the rate. */
export function rateRange(rate: number, lnMost: number): string {
  const [low, high] = [1e-4, 1e-1].map((wanted) => rate * (wanted / Math.exp(lnMost)));
  return `${significant(low, 2)} to ${significant(high, 2)}`;
}
