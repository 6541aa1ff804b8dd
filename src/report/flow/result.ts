import type { Diagnosis } from "../../diagnosis/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import type { FlowExtras } from "./extras.ts";

/** The input of a report of one flow: measured in this process, or read from the JSON of an earlier run. */
export interface FlowResult {
  readonly flow: GradientFlow;
  readonly diagnosis: Diagnosis;
  readonly extras: FlowExtras;
  /**
   * The bins, if the ledgers hold sums over bins, as in the JSON of very long runs. Bin i is the intervals
   * `ledgerEdges[i]` ≤ s < `ledgerEdges[i + 1]`.
   */
  readonly ledgerEdges?: readonly number[] | undefined;
}

/** The symbol of the norm that a profile shows. */
export const normSymbol = ({ axis }: Pick<GradientFlow, "axis">): string =>
  axis === "step" ? "‖∂L/∂h_t‖" : "‖∂L/∂h_l‖";

/** The text at the last station. */
export function lossEnd({ task, bottleneck }: GradientFlow): string {
  if (task.loss === "none" || task.lossAt !== "every") return "loss ▲";
  return bottleneck === undefined ? "a loss at every step" : "a loss at every step of the decoder";
}

/** Whether losses enter at every step, so that only the probe's ledger describes the path. */
export const pathIsProbes = ({ task, probe }: GradientFlow): boolean =>
  task.lossAt === "every" && task.loss !== "none" && probe?.ledgers !== undefined;
