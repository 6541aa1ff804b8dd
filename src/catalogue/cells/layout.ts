import type { ActivationName } from "../activations/index.ts";
import type { CellOptions } from "./options.ts";

/** One slab of the product a cell's forward step begins with. */
export interface ForwardSlab {
  /** The gate, in PyTorch's order, whose rows these are. */
  readonly gate: number;
  /**
   * The operand of the rows: x and h side by side, or one of them where the cell needs both products apart, or the
   * inner operand and h.
   */
  readonly of: "both" | "input" | "hidden" | "inner";
}

/**
 * The layout of a cell's weights and tape, as its file in `assembly/cells/` reads them. A slab is the rows of one gate,
 * padded to whole tiles of four. That file declares how many slabs a step has of each.
 */
export interface CellLayout {
  /** The name of its step in the core's enum `CellKind`, in snake case. */
  readonly kernel: string;
  /** The name of the step of its normed form, where it has one. */
  readonly normedKernel?: string;
  /** φ of the cell, for a gated cell the inner one, where it can be chosen. */
  readonly activation: (options: CellOptions) => ActivationName;
  /** The direct route back past the weights: none, onto h, or onto c. */
  readonly direct: "none" | "hidden" | "cell";
  /**
   * Whether the backward route through the weights begins with φ' alone, so the ledger can separate `gate` from
   * `weights`.
   */
  readonly gated: boolean;
  /** The slab of the tape that holds the gate on the direct route; absent if its mean has no meaning. */
  readonly forgetAt?: number;
  /** The slab of the tape that holds ∂h/∂c, where there is a cell state. */
  readonly sensitivityAt?: number;
  /** The slab of ∂L/∂a that holds φ' ⊙ δ; 0 where left out. */
  readonly gatedAt?: number;
  /** The forward product, slab by slab: those of both operands first. */
  readonly forward: readonly ForwardSlab[];
  /** The gate of each slab of the product with W_ihᵀ. */
  readonly inputGates: readonly number[];
  /** The gate of each slab of the product with W_hhᵀ. Empty where no matrix leads from h to h. */
  readonly hiddenGates: readonly number[];
  /** The slab of ∂L/∂a where the hidden gates begin. */
  readonly hiddenAt: number;
  /** The slab of the tape that holds the operand of a matrix inside the step, where there is one. */
  readonly innerAt?: number;
  /** The slab of ∂L/∂a with the gradient of that matrix's product, where the product is not part of a gate. */
  readonly innerDeltaAt?: number;
  /**
   * The gate of W_hh (the last) whose rows multiply that operand instead of h; absent where another matrix multiplies
   * it.
   */
  readonly innerGate?: number;
  /**
   * The vectors by which the core multiplies, each with one number for every unit or one number for all, computed from
   * the cell's learned vectors, which come in blocks [H].
   */
  readonly vectors: (options: CellOptions, learned: readonly Float64Array[]) => readonly (ArrayLike<number> | number)[];
  /** The slab of ∂L/∂a where the gradients of the learned ones begin. */
  readonly vectorAt: number;
  /**
   * The matrix [H, H] by which a step multiplies h', as a function of W_hh, and the gradient of W_hh as a function of
   * that matrix's gradient; both row-major. Absent where the step uses W_hh itself.
   */
  readonly recurrence?: {
    readonly forward: (W: Float32Array, H: number, options: CellOptions) => Float32Array;
    readonly backward: (G: Float64Array, H: number) => Float64Array;
  };
}

/** Slabs whose rows multiply x and h side by side. */
export const both = (...gates: number[]): ForwardSlab[] => gates.map((gate) => ({ gate, of: "both" }));

/** The fields of a layout without a φ of its own and without vectors. */
export const PLAIN: Pick<CellLayout, "activation" | "vectors" | "vectorAt"> = {
  activation: () => "identity",
  vectors: () => [],
  vectorAt: 0,
};

/** φ of an LSTM or a GRU. */
export const innerActivation: CellLayout["activation"] = (options) => options.innerActivation ?? "tanh";

/** The core multiplies by the learned vectors themselves. */
export const learnedVectors: CellLayout["vectors"] = (_, learned) => learned;

/**
 * The layout of a cell with layer norm: in ∂L/∂a the cell's own slabs come first, then one slab for the gradient of γ
 * and one for that of β of each normalized pre-activation.
 */
export function normedLayout(plain: CellLayout): CellLayout {
  const slabs = plain.forward.length;
  return {
    ...plain,
    kernel: plain.normedKernel ?? plain.kernel,
    gatedAt: 2 * slabs,
    vectors: learnedVectors,
    vectorAt: slabs,
  };
}
