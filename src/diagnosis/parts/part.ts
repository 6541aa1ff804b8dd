import type { CauseName, Part } from "../types.ts";

/** The fault of one part, before its share of the whole is known. */
export interface PartCause {
  readonly factor: CauseName;
  readonly sentence: string;
  /** The parameter at fault, if one is known. */
  readonly tensor?: string | undefined;
  /** Its effect in nats, signed; −∞ if nothing gets past it, NaN if it cannot be measured in nats. */
  readonly nats: number;
}

/** One part with its judgement. A part is at fault if its state is neither healthy nor unmeasured. */
export interface Finding extends Part {
  /** From 0 (no fault) over ½ (on the threshold) to 1 (nothing gets through). */
  readonly severity: number;
  readonly cause: PartCause | null;
}

export const standsInTheWay = ({ state }: Pick<Part, "state">): boolean =>
  state !== "healthy" && state !== "unmeasured";

/** A part without a fault, or one that was not measured. */
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
