import { InternalError } from "../base/errors.ts";
import { type ActivationName, type CellChoice, type CellLayout, layoutOf } from "../catalogue/index.ts";
import { CELL_SIZES } from "./generated/cell-sizes.ts";
import { ACTIVATION_KIND, CELL_KIND, type CellKindName } from "./generated/kinds.ts";

/**
 * A spec's cell as the core runs it: the catalogue's layout, with the kernel number and sizes from the core's build.
 */
export interface CoreCell extends CellLayout {
  /** The member of `CellKind`. */
  readonly kind: number;
  /** Slabs of state that a step passes to the next step: h, then c. */
  readonly stateSlabs: number;
  /** Slabs a step keeps for the backward pass. */
  readonly tapeSlabs: number;
  /** Slabs of ∂L/∂a, the vectors' own gradients last. */
  readonly deltaSlabs: number;
  /** The number of vectors [H₄] the core multiplies by. */
  readonly vectorSlabs: number;
}

/** @throws InternalError if the catalogue names a kernel that the core does not have */
export function coreCell(choice: Pick<CellChoice, "cell" | "norm" | "projection">): CoreCell {
  const layout = layoutOf(choice);
  const kernel = layout.kernel as CellKindName;
  const kind: number | undefined = CELL_KIND[kernel];
  if (kind === undefined) throw new InternalError(`the core has no cell ${kernel}`);
  return { ...layout, ...CELL_SIZES[kernel], kind };
}

/** The member of `ActivationKind`. An activation of the catalogue that the core lacks is a type error. */
export const activationNumber = (name: ActivationName): number => ACTIVATION_KIND[name];
