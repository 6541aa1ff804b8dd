/**
 * The ledger of one recurrent layer. δ_s has up to three sources:
 *
 * - Elman: W_hhᵀ (φ'(a_{s+1}) ⊙ δ_{s+1}), entries `gate` then `weights`;
 * - GRU: routes `carry` (z ⊙ δ_{s+1}) and `hidden` (W_hhᵀ ∂L/∂(W_hh h + b_hh), all gates together);
 * - LSTM, of γ_s = ∂L/∂c_s: `carry` (f ⊙ γ_{s+1}) and `hidden` (q_s ⊙ W_hhᵀ ∂L/∂a_{s+1}, q = o ⊙ sech² c), and
 * gradients from outside the layer also reach γ_s through q_s;
 * - from outside the layer: `injected` comes from the loss at that step (top layer), `above` from the next layer
 * (others).
 *
 * `interference` stands wherever routes meet. In a top layer whose only loss is at the last step, `injected` is 0.
 */
import type { CellName } from "../../src/catalogue/index.ts";
import type { Step, StepAdjoint } from "./cell.ts";
import { emptyLedger, type OracleLedger, type Route, writeInterval } from "./ledger.ts";
import { norm, product, transposedTimes } from "./linear.ts";
import { cellSensitivity, type LstmStep } from "./lstm.ts";
import type { Tensor, Vector } from "./tensor.ts";

export function recurrentLedger(
  cell: CellName,
  reverse: boolean,
  Whh: Tensor,
  steps: Step[][],
  external: Vector[][],
  delta: Vector[][],
  adjoints: StepAdjoint[][],
  isTop: boolean,
): OracleLedger {
  const outside = isTop ? "injected" : "above";
  const gated = cell === "lstm" || cell === "gru";
  const names = [...(gated ? ["hidden", "carry"] : ["gate", "weights"]), outside, "interference"];
  const ledger = emptyLedger(names, steps.length - 1);
  for (let s = 0; s < steps.length - 1; s++) {
    const [from, to] = reverse ? [s, s + 1] : [s + 1, s]; // the gradient goes back from step `from` to step `to`
    const gradients = adjoints[from];
    const hidden = gradients.map(({ hiddenSide }) => transposedTimes(Whh, hiddenSide)); // [B][H]
    const lstm = cell === "lstm";
    const start = norm(lstm ? gradients.map(({ deltaCell }) => deltaCell) : delta[from]);
    const end = norm(lstm ? adjoints[to].map(({ deltaCell }) => deltaCell) : delta[to]);
    // an LSTM's h_s reaches γ_s through q_s
    const arriving = (u: Vector[]) =>
      lstm ? u.map((v, b) => product(cellSensitivity(steps[to][b] as LstmStep), v)) : u;
    const route = (...operations: [name: string, v: Vector[]][]): Route => ({
      start,
      operations: operations.map(([name, v]) => ({ name, norm: norm(v) })),
    });
    const carry = gradients.map((gradient) => (lstm ? gradient.previousCell : gradient.carry));
    const gate = gradients.map(({ hiddenSide }) => hiddenSide);
    const own = gated
      ? [route(["hidden", arriving(hidden)]), route(["carry", carry])]
      : [route(["gate", gate], ["weights", hidden])];
    writeInterval(ledger, s, { start, operations: [] }, [...own, route([outside, arriving(external[to])])], end);
  }
  return ledger;
}
