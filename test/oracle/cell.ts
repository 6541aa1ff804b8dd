import type { Tensor, Vector } from "./tensor.ts";

/** One layer's, one direction's parameters. G gates: Elman 1, GRU 3, LSTM 4. */
export interface CellWeights {
  readonly ih: Tensor; // W_ih [G·H, X]
  readonly hh: Tensor; // W_hh [G·H, H]
  readonly bih: Tensor; // b_ih [G·H]
  readonly bhh: Tensor; // b_hh [G·H]
}

/** The result of one step of one sample. */
export interface Step {
  readonly h: Vector; // [H]
  /** An LSTM's cell state; empty elsewhere. */
  readonly c: Vector; // [H]
}

/**
 * The gradients that one step of one sample passes back. The parameters' gradients and ∂L/∂x follow from the first
 * two by the chain rule
 * of the products p = W_ih x + b_ih and r = W_hh h' + b_hh, the same for every cell (h', c': the previous state).
 */
export interface StepAdjoint {
  readonly inputSide: Vector; // ∂L/∂p [G·H]
  readonly hiddenSide: Vector; // ∂L/∂r [G·H]
  /** The part of ∂L/∂h' besides W_hhᵀ hiddenSide: z ⊙ δ in a GRU, otherwise zero. */
  readonly carry: Vector; // [H]
  /** The whole ∂L/∂c of this step, from h and from the later cell state; empty but for an LSTM. */
  readonly deltaCell: Vector; // [H]
  /** ∂L/∂c'. */
  readonly previousCell: Vector; // [H]
}

/** One sample, one step, forward beside backward. */
export interface Cell<S extends Step = Step> {
  /** G. */
  readonly gates: number;
  /** p, r `[G·H]`, and the previous state, to the next state. */
  forward(p: Vector, r: Vector, previous: Step): S;
  /**
   * @param delta ∂L/∂h `[H]`, by every path
   * @param laterCell the part of ∂L/∂c that comes through the later cell state `[H]`
   */
  backward(step: S, previous: Step, delta: Vector, laterCell: Vector): StepAdjoint;
}
