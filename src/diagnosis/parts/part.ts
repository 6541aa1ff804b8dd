import type { CauseName, Part } from "../types.ts";

/** Something that stands in the way in one part, before its share of the whole is known. */
export interface PartCause {
  readonly factor: CauseName;
  readonly sentence: string;
  /** The parameter that does it. */
  readonly tensor?: string | undefined;
  /** Nats it takes, signed; −∞ where nothing gets past it, NaN where it has no such measure. */
  readonly nats: number;
}

/** One part judged. A part whose state is neither healthy nor unmeasured stands in the way. */
export interface Finding extends Part {
  /** As a diagnosis's: 0 flawless, ½ on the threshold, 1 nothing gets through. */
  readonly severity: number;
  readonly cause: PartCause | null;
}

export const standsInTheWay = ({ state }: Pick<Part, "state">): boolean =>
  state !== "healthy" && state !== "unmeasured";

/** A part that is as it should be, or was not measured. */
export const fine = (
  part: Part["part"],
  state: "healthy" | "unmeasured",
  evidence: string,
  numbers: Part["numbers"] = {},
): Finding => ({ part, state, evidence, numbers, severity: 0, cause: null });

/** |x|/(|x| + threshold), both in nats: ½ on the threshold. */
export const severityBeyond = (nats: number, threshold: number): number => {
  const size = Math.abs(nats);
  return size === Number.POSITIVE_INFINITY ? 1 : size / (size + threshold);
};
