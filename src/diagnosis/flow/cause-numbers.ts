import type { GradientFlow } from "../../flow/index.ts";
import type { Charge, Stretch } from "../charges.ts";
import type { TensorAtFault } from "./tensors-at-fault.ts";

/** The numbers of a cause, from which its sentence is written. */
export interface CauseNumbers extends Charge {
  readonly share: number;
  /** The stretch of the path that it acts on. */
  readonly stretch: Pick<Stretch, "from" | "to">;
  /** The tensor at fault, if one is known. */
  readonly atFault?: TensorAtFault | undefined;
}

/** `inputs`, `targets` or the name of the first parameter that contains a NaN or infinity; null if none does. */
export function nonfiniteSource({ nonfinite, parameters }: GradientFlow): string | null {
  if (nonfinite === undefined) return null;
  const { tensor } = nonfinite;
  if (tensor === "inputs" || tensor === "targets") return tensor;
  if (parameters.some(({ name }) => name === tensor)) return tensor;
  return parameters.find(({ lnNorm }) => !(lnNorm < Number.POSITIVE_INFINITY))?.name ?? null;
}

/** Whether a gradient, and not a state, left the range of numbers. */
export const isBackward = ({ nonfinite }: GradientFlow): boolean =>
  nonfinite?.tensor === "gradient" || nonfinite?.tensor === "delta";
