import type { NetworkSizes } from "../spec/parameters.ts";
import type { LossShape } from "./loss.ts";

/** What every pass is planned from, of either kind of network. */
export interface PassShapeBase extends LossShape {
  readonly sizes: NetworkSizes;
  readonly B: number;
}

/** The measurements that a pass of either kind can make besides gradients and their norm at every station. */
export interface PassOptionsBase {
  readonly ledger: boolean;
  readonly probe: boolean;
  /** Entries of the gradient by magnitude, for what half precision would keep of them. */
  readonly half?: boolean | undefined;
  /** The norm of ∂L/∂x, of a recurrent pass at every step; also of every column. */
  readonly inputGradient?: boolean | "columns" | undefined;
}
