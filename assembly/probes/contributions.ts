import { laneSquares, normalizers, scaleLanes } from "../kernels/lanes";
import { packRows } from "../kernels/pack";
import { FromZero, tileProduct } from "../kernels/tiles";
import { DEAD } from "../records/constants";

/*
 * The size of one step's own contribution to ∂L/∂W_hh, an outer product summed over the batch, without forming it:
 *
 *     ‖Σ_b u_b v_bᵀ‖² = Σ_{b,c} (u_b · u_c)(v_b · v_c)        u = δa_t [R], v = h_{t−1} [H]
 *
 * Two Gram matrices of B × B in place of one product of R × H, which is formed only where samples cancel.
 */

/**
 * Where so little is left of what the Gram matrices add up, their float32 rounding (2⁻²²) would be more than 2⁻¹¹ of
 * it.
 */
const CANCELLED: f64 = 1.0 / 2048;

/** Bytes of scratch `stepContribution` needs; `rows` is the larger of R and H. */
export function contributionScratch(panels: i32, rows: i32): usize {
  const samples = <usize>panels * 8;
  return (samples * (<usize>rows * 4 + 20) << 2) + 96;
}

/**
 * ‖Σ_b u_b v_bᵀ‖² in the frame written to `exponent`: the true square is the returned one · 4^exponent.
 *
 * Every sample's u and v are brought near 2^HEADROOM first: a product of two small φ' or of two large h would leave
 * float32. What that moved comes back as a weight in float64.
 * @param u [panels][rows][8], a panel every uStride bytes, with exponents [panels][8] every eStride bytes
 * @param v [panels][columns][8], a panel every vStride bytes
 */
export function stepContribution(
  exponent: usize, u: usize, uStride: usize, rows: i32, exponents: usize, eStride: usize, v: usize, vStride: usize,
  columns: i32,
  panels: i32, batch: i32, scratch: usize,
): f64 {
  const samples = panels * 8, uBytes = <usize>samples * <usize>rows << 2, vBytes = <usize>samples * <usize>columns << 2;
  const scaledU = scratch; // [panels][rows][8]
  const tilesU = scaledU + uBytes; // [panels][2 tiles][rows][4]
  const scaledV = tilesU + uBytes; // [panels][columns][8]
  const tilesV = scaledV + vBytes; // [panels][2 tiles][columns][4]
  const gramU = tilesV + vBytes; // [samples][8]
  const gramV = gramU + (<usize>samples << 5); // [samples][8]
  const exponentsU = gramV + (<usize>samples << 5); // [samples] i32
  const exponentsV = exponentsU + (<usize>samples << 2); // [samples] i32
  const weights = exponentsV + (<usize>samples << 2); // [samples] f64
  const work = weights + (<usize>samples << 3); // [8] f64 squares, [8] scales

  for (let p = 0; p < panels; p++) memory.copy(exponentsU + (<usize>p << 5), exponents + eStride * <usize>p, 32);
  memory.fill(exponentsV, 0, <usize>samples << 2);
  level(scaledU, tilesU, exponentsU, u, uStride, rows, panels, work);
  level(scaledV, tilesV, exponentsV, v, vStride, columns, panels, work);

  let frame = 2 * DEAD;
  for (let b: usize = 0; b < <usize>batch; b++) frame = max(
    frame, load<i32>(exponentsU + (b << 2)) + load<i32>(exponentsV + (b << 2)),
  );
  store<i32>(exponent, frame);
  if (frame < DEAD / 2) return 0; // in every sample u or v is exactly zero
  for (let b: usize = 0; b < <usize>batch; b++) {
    const e = load<i32>(exponentsU + (b << 2)) + load<i32>(exponentsV + (b << 2));
    store<f64>(weights + (b << 3), e < frame - 1022 ? 0 : reinterpret<f64>(<i64>(e - frame + 1023) << 52));
  }

  let total: f64 = 0, size: f64 = 0;
  for (let p = 0; p < panels; p++) {
    // columns c of panel p against the samples b of its own and later panels, which stand for their mirror images too
    const own = p * 8, tiles = (samples - own) >> 2;
    tileProduct<FromZero>(
      gramU, 0, tilesU + (<usize>(own * rows) << 2), scaledU + (<usize>(p * rows) << 5), rows, 0, 0, tiles,
    );
    tileProduct<FromZero>(
      gramV, 0, tilesV + (<usize>(own * columns) << 2), scaledV + (<usize>(p * columns) << 5), columns, 0, 0, tiles,
    );
    const lanes = min(8, batch - own);
    for (let b = own; b < batch; b++) {
      const weight = load<f64>(weights + (<usize>b << 3)) * (b < own + 8 ? 1 : 2);
      for (let c = 0; c < lanes; c++) {
        const at = (<usize>(b - own) << 5) + (<usize>c << 2);
        const factor = weight * load<f64>(weights + (<usize>(p * 8 + c) << 3));
        const term = <f64>load<f32>(gramU + at) * <f64>load<f32>(gramV + at) * factor;
        total += term;
        size += abs(term);
      }
    }
  }
  if (total < size * CANCELLED) return outerSquares(scaledU, rows, scaledV, columns, weights, batch);
  return total;
}

/**
 * ‖Σ_b w_b u_b v_bᵀ‖², the product formed element by element. u [panels][rows][8], v [panels][columns][8], weights
 * [batch].
 */
function outerSquares(u: usize, rows: i32, v: usize, columns: i32, weights: usize, batch: i32): f64 {
  let total: f64 = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum: f64 = 0;
      for (let b = 0; b < batch; b++) {
        const p = b >> 3, lane = <usize>(b & 7) << 2;
        const ui = load<f32>(u + (<usize>(p * rows + i) << 5) + lane);
        const vj = load<f32>(v + (<usize>(p * columns + j) << 5) + lane);
        sum += <f64>ui * <f64>vj * load<f64>(weights + (<usize>b << 3));
      }
      total += sum * sum;
    }
  }
  return total;
}

/** Every lane of `from` brought near 2^HEADROOM, as panels and as tiles; what that took goes to its exponent. */
function level(
  scaled: usize, tiles: usize, exponents: usize, from: usize, stride: usize, rows: i32, panels: i32, work: usize,
): void {
  const bytes = <usize>rows << 5, scales = work + 64;
  for (let p = 0; p < panels; p++) {
    laneSquares(work, from, rows);
    normalizers(scales, exponents, work);
    scaleLanes(scaled, from, scales, rows);
    packRows(tiles, rows, 0, scaled, 8, rows, 1, 8);
    from += stride; exponents += 32; scaled += bytes; tiles += bytes;
  }
}
