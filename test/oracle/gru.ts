import { sigmoid, sigmoidDerivative, tanhDerivative } from "./activations.ts";
import type { Cell, Step } from "./cell.ts";
import { product, sum } from "./linear.ts";
import type { Vector } from "./tensor.ts";

/** Pre-activations, each `[H]`; `rn` is the hidden product of the candidate, W_hn h' + b_hn. */
export interface GruStep extends Step {
  readonly ar: Vector;
  readonly az: Vector;
  readonly an: Vector;
  readonly rn: Vector;
}

/**
 * Cho 2014, as torch.nn.GRU, gates in the order r, z, n; p and r_· are the products with the input and with h':
 *   r = σ(p_r + r_r)   z = σ(p_z + r_z)   n = tanh(a_n),  a_n = p_n + r ⊙ r_n
 *   h = (1 − z) ⊙ n + z ⊙ h'
 * Backward:
 *   ∂a_n = sech²(a_n) ⊙ (1 − z) ⊙ δ    ∂a_r = σ'(a_r) ⊙ r_n ⊙ ∂a_n    ∂a_z = σ'(a_z) ⊙ (h' − n) ⊙ δ
 *   ∂r_n = r ⊙ ∂a_n                     carry = z ⊙ δ
 */
export const gru: Cell<GruStep> = {
  gates: 3,
  forward(p, r, previous) {
    const H = p.length / 3;
    const part = (gates: Vector, index: number) => gates.slice(index * H, (index + 1) * H);
    const ar = sum(part(p, 0), part(r, 0));
    const az = sum(part(p, 1), part(r, 1));
    const rn = part(r, 2);
    const an = sum(part(p, 2), product(ar.map(sigmoid), rn));
    // 1 − z is σ(−a_z): no cancellation where z ≈ 1
    const h = sum(product(az.map(sigmoidOfMinus), an.map(Math.tanh)), product(az.map(sigmoid), previous.h));
    return { ar, az, an, rn, h, c: [] };
  },
  backward({ ar, az, an, rn }, previous, delta) {
    const dan = product(product(an.map(tanhDerivative), az.map(sigmoidOfMinus)), delta);
    const dar = product(product(ar.map(sigmoidDerivative), rn), dan);
    const difference = previous.h.map((h, i) => h - Math.tanh(an[i]));
    const daz = product(product(az.map(sigmoidDerivative), difference), delta);
    return {
      inputSide: [...dar, ...daz, ...dan],
      hiddenSide: [...dar, ...daz, ...product(ar.map(sigmoid), dan)],
      carry: product(az.map(sigmoid), delta),
      deltaCell: [],
      previousCell: [],
    };
  },
};

const sigmoidOfMinus = (a: number) => sigmoid(-a);
