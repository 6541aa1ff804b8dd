import { DEAD, HEADROOM, powersOfTwo, scaleLanes } from "../kernels/lanes";
import { packRows } from "../kernels/pack";
import { FromZero, tileProduct } from "../kernels/tiles";

/*
 * The size of one step's own contribution to ∂L/∂W_hh, an outer product summed over the batch, without forming it:
 *
 *     ‖Σ_b u_b v_bᵀ‖² = Σ_{b,c} (u_b · u_c)(v_b · v_c)        u = δa_t [R], v = h_{t−1} [H]
 *
 * Two Gram matrices of B × B in place of one product of R × H.
 */

/** Bytes of scratch `stepContribution` needs. */
export function contributionScratch(panels: i32, rows: i32): usize {
  const samples = <usize>panels * 8;
  return (samples * <usize>rows * 2 + samples * 8 * 2) << 2;
}

/**
 * ‖Σ_b u_b v_bᵀ‖² in the frame written to `exponent`.
 * @param u [panels][rows][8], a panel every uStride bytes, with exponents [panels][8] every eStride bytes
 * @param v [panels][columns][8], a panel every vStride bytes
 */
export function stepContribution(
  exponent: usize, u: usize, uStride: usize, rows: i32, exponents: usize, eStride: usize, v: usize, vStride: usize, columns: i32,
  panels: i32, batch: i32, scratch: usize,
): f64 {
  let frame = DEAD;
  for (let p = 0; p < panels; p++) {
    for (let lane = 0; lane < 8; lane++) frame = max(frame, load<i32>(exponents + eStride * <usize>p + (<usize>lane << 2)));
  }
  store<i32>(exponent, frame);
  if (frame == DEAD) return 0;
  frame += HEADROOM;
  store<i32>(exponent, frame);

  const samples = panels * 8, most = max(rows, columns);
  const scaled = scratch; // [panels][most][8]
  const tiles = scaled + (<usize>samples * <usize>most << 2); // [panels][2 tiles][most][4]
  const gramU = tiles + (<usize>samples * <usize>most << 2); // [samples][8]
  const gramV = gramU + (<usize>samples << 5);
  const f = i32x4.splat(frame);
  let total: f64 = 0;
  // u's frame and tiles, once for all
  for (let p = 0; p < panels; p++) {
    const e = exponents + eStride * <usize>p;
    v128.store(gramU, powersOfTwo(i32x4.sub(v128.load(e), f))); v128.store(gramU, powersOfTwo(i32x4.sub(v128.load(e, 16), f)), 16);
    scaleLanes(scaled + (<usize>(p * rows) << 5), u + uStride * <usize>p, gramU, rows);
  }
  for (let p = 0; p < panels; p++) {
    // columns c of panel p against every sample b
    for (let q = 0; q < panels; q++) packRows(tiles + (<usize>(q * rows) << 5), rows, 0, scaled + (<usize>(q * rows) << 5), 8, rows, 1, 8);
    tileProduct<FromZero>(gramU, 0, tiles, scaled + (<usize>(p * rows) << 5), rows, 0, 0, samples >> 2);
    for (let q = 0; q < panels; q++) packRows(tiles + (<usize>(q * columns) << 5), columns, 0, v + vStride * <usize>q, 8, columns, 1, 8);
    tileProduct<FromZero>(gramV, 0, tiles, v + vStride * <usize>p, columns, 0, 0, samples >> 2);
    const lanes = min(8, batch - p * 8);
    for (let b = 0; b < batch; b++) {
      for (let c = 0; c < lanes; c++) {
        const at = (<usize>b << 5) + (<usize>c << 2);
        total += <f64>load<f32>(gramU + at) * <f64>load<f32>(gramV + at);
      }
    }
  }
  return max<f64>(total, 0);
}
