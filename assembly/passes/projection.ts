import { unproject } from "../cells/projected";
import { Layer } from "../records/pass";
import { addPanel, addProduct, multiply } from "./routes";

/*
 * The gradient that δ = ∂L/∂h causes at the cell state: q ⊙ δ with q = ∂h/∂c; with a projection q ⊙ W_hrᵀ δ with q =
 * ∂m/∂c.
 */

/** out [H₄][8] ← the gradient that `delta` [P][8] causes at the cell state. */
export function toCell(layer: Layer, out: usize, delta: usize, q: usize): void {
  if (layer.projectionTiles == 0) return multiply(out, delta, q, layer.hidden);
  unproject(layer, out, delta);
  multiply(out, out, q, layer.hidden);
}

/** γ [H][8] += the gradient that `delta` causes at the cell state. @param work [H₄][8] */
export function addToCell(layer: Layer, gamma: usize, delta: usize, q: usize, work: usize): void {
  if (layer.projectionTiles == 0) return addProduct(gamma, delta, q, layer.hidden);
  toCell(layer, work, delta, q);
  addPanel(gamma, work, layer.hidden);
}
