import { unproject } from "../cells/projected";
import { Layer } from "../records/pass";
import { addPanel, addProduct, multiply } from "./routes";

/*
 * What a gradient of h is worth at the cell state, q = ∂h/∂c: q ⊙ δ; behind a projection, q = ∂m/∂c, q ⊙ W_hrᵀ δ.
 */

/** out [H₄][8] ← that of `delta` [P][8]. */
export function toCell(layer: Layer, out: usize, delta: usize, q: usize): void {
  if (layer.projectionTiles == 0) return multiply(out, delta, q, layer.hidden);
  unproject(layer, out, delta);
  multiply(out, out, q, layer.hidden);
}

/** γ [H][8] += that of `delta`. @param work [H₄][8] */
export function addToCell(layer: Layer, gamma: usize, delta: usize, q: usize, work: usize): void {
  if (layer.projectionTiles == 0) return addProduct(gamma, delta, q, layer.hidden);
  toCell(layer, work, delta, q);
  addPanel(gamma, work, layer.hidden);
}
