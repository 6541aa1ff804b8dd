import { sigmoid, sigmoidDerivative, tanhDerivative } from "./activations.ts";
import type { Cell, Step } from "./cell.ts";
import { product, sum, zeros } from "./linear.ts";
import type { Vector } from "./tensor.ts";

/** Pre-activations of the four gates, each `[H]`. */
export interface LstmStep extends Step {
  readonly ai: Vector;
  readonly af: Vector;
  readonly ag: Vector;
  readonly ao: Vector;
}

/**
 * Hochreiter and Schmidhuber 1997 with Gers' forget gate, as torch.nn.LSTM, gates in the order i, f, g, o:
 *   i = σ(a_i)   f = σ(a_f)   g = tanh(a_g)   o = σ(a_o)
 *   c = f ⊙ c' + i ⊙ g        h = o ⊙ tanh(c)
 * Backward:
 *   γ = ∂L/∂c = γ_later + q ⊙ δ,  q = o ⊙ sech²(c)      ∂L/∂c' = f ⊙ γ
 *   ∂a_i = σ'(a_i) ⊙ g ⊙ γ      ∂a_f = σ'(a_f) ⊙ c' ⊙ γ
 *   ∂a_g = sech²(a_g) ⊙ i ⊙ γ   ∂a_o = σ'(a_o) ⊙ tanh(c) ⊙ δ
 */
export const lstm: Cell<LstmStep> = {
  gates: 4,
  forward(p, r, previous) {
    const a = sum(p, r);
    const H = a.length / 4;
    const [ai, af, ag, ao] = [0, 1, 2, 3].map((gate) => a.slice(gate * H, (gate + 1) * H));
    const c = sum(product(af.map(sigmoid), previous.c), product(ai.map(sigmoid), ag.map(Math.tanh)));
    const h = product(ao.map(sigmoid), c.map(Math.tanh));
    return { ai, af, ag, ao, c, h };
  },
  backward(step, previous, delta, laterCell) {
    const { ai, af, ag, ao, c } = step;
    const gamma = sum(laterCell, product(cellSensitivity(step), delta));
    const da = [
      ...product(ai.map(sigmoidDerivative), product(ag.map(Math.tanh), gamma)),
      ...product(af.map(sigmoidDerivative), product(previous.c, gamma)),
      ...product(ag.map(tanhDerivative), product(ai.map(sigmoid), gamma)),
      ...product(ao.map(sigmoidDerivative), product(c.map(Math.tanh), delta)),
    ];
    return {
      inputSide: da,
      hiddenSide: da,
      carry: zeros(c.length),
      deltaCell: gamma,
      previousCell: product(af.map(sigmoid), gamma),
    };
  },
};

/** q = ∂h/∂c = o ⊙ sech²(c). */
export const cellSensitivity = ({ ao, c }: LstmStep): Vector => product(ao.map(sigmoid), c.map(tanhDerivative));
