import type { Diagnosis } from "../../diagnosis/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import type { FlowExtras } from "./extras.ts";

/** Everything a report of one flow is made of: measured just now, or read from the JSON of an earlier run. */
export interface FlowResult {
  readonly flow: GradientFlow;
  readonly diagnosis: Diagnosis;
  readonly extras: FlowExtras;
  /**
   * Where the ledgers hold sums over bins, as JSON of very long runs does: bin i is the intervals `ledgerEdges[i]` ≤ s
   * < `ledgerEdges[i + 1]`.
   */
  readonly ledgerEdges?: readonly number[] | undefined;
}

/** The norm a profile shows, as the field writes it. */
export const normSymbol = ({ axis }: Pick<GradientFlow, "axis">): string =>
  axis === "step" ? "‖∂L/∂h_t‖" : "‖∂L/∂h_l‖";

/** What stands at the last station. */
export const lossEnd = ({ task }: GradientFlow): string =>
  task.loss !== "none" && task.lossAt === "every" ? "a loss at every step" : "loss ▲";

/** Whether the loss profile is about losses injected on the way, so that the probe's ledger is the path's. */
export const pathIsProbes = ({ task, probe }: GradientFlow): boolean =>
  task.lossAt === "every" && task.loss !== "none" && probe?.ledgers !== undefined;
