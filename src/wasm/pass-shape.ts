import type { NetworkSizes } from "../spec/parameters.ts";
import type { LossShape } from "./loss.ts";

/** The facts from which every pass is planned, for both kinds of networks. */
export interface PassShapeBase extends LossShape {
  readonly sizes: NetworkSizes;
  readonly B: number;
}

/** The measurements that both kinds of passes can make, besides gradients and their norm at every station. */
export interface PassOptionsBase {
  readonly ledger: boolean;
  readonly probe: boolean;
  /** Counts of the gradient's entries by magnitude, which say how many entries half precision would keep. */
  readonly half?: boolean | undefined;
  /** The norm of ∂L/∂x, of a recurrent pass at every step; also of every column. */
  readonly inputGradient?: boolean | "columns" | undefined;
}
