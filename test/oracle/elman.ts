import type { ElmanCellName } from "../../src/catalogue/index.ts";
import { ACTIVATION } from "./activations.ts";
import type { Cell, Step } from "./cell.ts";
import { product, sum, zeros } from "./linear.ts";
import type { Vector } from "./tensor.ts";

export interface ElmanStep extends Step {
  readonly a: Vector; // [H]
}

/**
 * Elman 1990, as torch.nn.RNN:  a = W_ih x + b_ih + W_hh h' + b_hh,  h = φ(a).
 * Backward:  ∂L/∂a = φ'(a) ⊙ δ.
 */
export function elman(activation: ElmanCellName): Cell<ElmanStep> {
  const phi = ACTIVATION[activation];
  return {
    gates: 1,
    forward(p, r) {
      const a = sum(p, r);
      return { a, h: a.map(phi.value), c: [] };
    },
    backward({ a }, _previous, delta) {
      const da = product(a.map(phi.derivative), delta);
      return { inputSide: da, hiddenSide: da, carry: zeros(a.length), deltaCell: [], previousCell: [] };
    },
  };
}
