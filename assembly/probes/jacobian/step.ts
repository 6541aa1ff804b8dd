import { stepBackward } from "../../cells";
import { firstStoredOf, layerAt, stateAt, tapeAt } from "../../passes/places";
import { addPanel, addProduct } from "../../passes/routes";
import { Route } from "../../records/kinds";
import { padded, panelBytes, TimePass } from "../../records/pass";
import { tangentScale } from "./tangents";

/*
 * The Jacobian of one step of one layer, J = ∂s_k/∂s_{k−1}, s = h, or (h, c) where the cell has a cell state. The pass
 * holds one sample, so that every lane of its tape is that sample: eight unit cotangents e_i go back through the cell's
 * own adjoint at once, and Jᵀ e_i is row i. A stack's Jacobian is block triangular, since a layer depends on those
 * below it. This is its diagonal block: ∂s_k/∂s_{k−1} of one layer.
 */

/** Bytes of scratch: eight ones, and one carry. */
export function stepScratch(carryRows: i32): usize { return 32 + panelBytes(carryRows); }

/**
 * panels [S₄/4][stride][4] f64 ← Jᵀ, as `product` takes it, S = H or 2 H; numbers past row and column S are not
 * changed. Chunk and step in the layer's own time; the chunk's states and tape must be stored.
 */
export function stepJacobian(
  pass: TimePass, n: i32, chunk: i32, k: i32, panels: usize, stride: i32, scratch: usize,
): void {
  const layer = layerAt(pass, n, k), firstStored = firstStoredOf(pass, chunk), H = layer.hidden;
  const tape = tapeAt(pass, layer, 0, k, firstStored), next = stateAt(pass, layer, 0, k, firstStored);
  const previous = stateAt(pass, layer, 0, k - layer.dilation, firstStored);
  const ones = scratch, carry = scratch + 32, slab = panelBytes(padded(H));
  const parts = layer.direct == Route.Cell ? 2 : 1;
  v128.store(ones, f32x4.splat(1)); v128.store(ones, f32x4.splat(1), 16);
  for (let part = 0; part < parts; part++) {
    for (let first = 0; first < H; first += 8) {
      const lanes = min(8, H - first), unit = carry + slab * <usize>part + panelBytes(first);
      memory.fill(carry, 0, panelBytes(layer.carryRows));
      for (let lane = 0; lane < lanes; lane++) store<f32>(unit + panelBytes(lane) + (<usize>lane << 2), 1);
      // γ = q ⊙ δ + …
      if (layer.direct == Route.Cell) addProduct(carry + slab, carry, tape + panelBytes(layer.sensitivityAt), H);
      stepBackward(layer, carry, ones, tape, previous, next, layer.deltas);
      if (layer.direct == Route.Hidden) addPanel(carry, carry + slab, H);
      for (let q = 0; q < parts; q++) scatter(
        panels, stride, part * H + first, lanes, q * H, carry + slab * <usize>q, H,
      );
    }
  }
}

/** Lanes of a panel [H][8] become rows `row` … of J, columns `column` … column + H. */
function scatter(panels: usize, stride: i32, row: i32, lanes: i32, column: i32, from: usize, H: i32): void {
  for (let lane = 0; lane < lanes; lane++) {
    const i = row + lane;
    let to = panels + (<usize>(i >> 2) * <usize>stride << 5) + (<usize>column << 5) + (<usize>(i & 3) << 3);
    let x = from + (<usize>lane << 2);
    for (let j = 0; j < H; j++) {
      store<f64>(to, <f64>load<f32>(x));
      x += 32; to += 32;
    }
  }
}

/** x ← φ'(a_k) ⊙ x for every column: with x = W_hh q it is J q of an Elman layer, J = diag(φ'(a_k)) W_hh. */
export function stepGate(pass: TimePass, n: i32, chunk: i32, k: i32, x: usize, lead: i32, columns: i32): void {
  const layer = layerAt(pass, n, k);
  tangentScale(x, lead, columns, tapeAt(pass, layer, 0, k, firstStoredOf(pass, chunk)), 32, layer.hidden);
}
