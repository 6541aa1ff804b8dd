import { laneSquares, normalizers, scaleLanes } from "../kernels/lanes";
import { packRows } from "../kernels/pack";
import { FromZero, tileProduct } from "../kernels/tiles";
import { DEAD } from "../records/constants";

/*
 * The size of one step's own contribution to ∂L/∂W_hh, an outer product summed over the batch, without forming it:
 *
 *     G = Σ_b u_b v_bᵀ        ‖G‖² = Σ_{b,c} (u_b · u_c)(v_b · v_c)        u = δa_t [R], v = h_{t−1} [H]
 *
 * It takes Gram matrices of B × B in place of the product of R × H, which is formed only where samples cancel. Where
 * the step multiplies by W − Wᵀ the parameter's gradient is G − Gᵀ:
 *
 *     ‖G − Gᵀ‖² = 2 Σ_{b,c} ((u_b · u_c)(v_b · v_c) − (u_b · v_c)(v_b · u_c))
 *
 * Where a vector λ = f(ν) multiplies h, u is ∂L/∂λ of each sample, v is 1, and row i of u is multiplied by f'(ν_i).
 */

/**
 * If cancellation leaves less than this share of the sum, the float32 rounding (2⁻²²) of the Gram matrices is more than
 * 2⁻¹¹ of the result.
 */
const CANCELLED: f64 = 1.0 / 2048;

/** Bytes of scratch `stepContribution` needs; `rows` is the larger of R and H. */
export function contributionScratch(panels: i32, rows: i32): usize {
  const samples = <usize>panels * 8;
  return (samples * (<usize>rows * 4 + 36) << 2) + 96;
}

/**
 * ‖Σ_b u_b v_bᵀ‖² in the frame written to `exponent`: the true square is the returned one · 4^exponent.
 *
 * Every sample's u and v are first scaled to a norm near 2^HEADROOM: a product of two small φ' or of two large h would
 * leave float32. The float64 weights undo this scaling.
 * @param u [panels][rows][8], a panel every uStride bytes, with exponents [panels][8] every eStride bytes
 * @param v      [panels][columns][8], a panel every vStride bytes
 * @param slopes [rows] f64 factors on the rows of u, near 1, then the binary exponent they share; 0 for none
 * @param skew   1: of G − Gᵀ; rows = columns
 */
export function stepContribution(
  exponent: usize, u: usize, uStride: usize, rows: i32, exponents: usize, eStride: usize, v: usize, vStride: usize,
  columns: i32,
  panels: i32, batch: i32, scratch: usize, slopes: usize, skew: i32,
): f64 {
  const samples = panels * 8, uBytes = <usize>samples * <usize>rows << 2, vBytes = <usize>samples * <usize>columns << 2;
  const scaledU = scratch; // [panels][rows][8]
  const tilesU = scaledU + uBytes; // [panels][2 tiles][rows][4]
  const scaledV = tilesU + uBytes; // [panels][columns][8]
  const tilesV = scaledV + vBytes; // [panels][2 tiles][columns][4]
  const gramU = tilesV + vBytes; // [samples][8]
  const gramV = gramU + (<usize>samples << 5); // [samples][8]
  const crossUV = gramV + (<usize>samples << 5); // [samples][8], where skew
  const crossVU = crossUV + (<usize>samples << 5); // the same
  const exponentsU = crossVU + (<usize>samples << 5); // [samples] i32
  const exponentsV = exponentsU + (<usize>samples << 2); // [samples] i32
  const weights = exponentsV + (<usize>samples << 2); // [samples] f64
  const work = weights + (<usize>samples << 3); // [8] f64 squares, [8] scales

  for (let p = 0; p < panels; p++) memory.copy(exponentsU + (<usize>p << 5), exponents + eStride * <usize>p, 32);
  memory.fill(exponentsV, 0, <usize>samples << 2);
  level(scaledU, tilesU, exponentsU, u, uStride, rows, panels, work, slopes);
  level(scaledV, tilesV, exponentsV, v, vStride, columns, panels, work, 0);

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
    // the columns c of panel p with the samples b of its own and of later panels; the matrix is symmetric, so each
    // product counts for (c, b) too
    const own = p * 8, tiles = (samples - own) >> 2;
    const ownU = tilesU + (<usize>(own * rows) << 2), ownV = tilesV + (<usize>(own * columns) << 2);
    const panelU = scaledU + (<usize>(p * rows) << 5), panelV = scaledV + (<usize>(p * columns) << 5);
    tileProduct<FromZero>(gramU, 0, ownU, panelU, rows, 0, 0, tiles);
    tileProduct<FromZero>(gramV, 0, ownV, panelV, columns, 0, 0, tiles);
    if (skew) {
      tileProduct<FromZero>(crossUV, 0, ownU, panelV, rows, 0, 0, tiles);
      tileProduct<FromZero>(crossVU, 0, ownV, panelU, columns, 0, 0, tiles);
    }
    const lanes = min(8, batch - own);
    for (let b = own; b < batch; b++) {
      const weight = load<f64>(weights + (<usize>b << 3)) * (b < own + 8 ? 1 : 2);
      for (let c = 0; c < lanes; c++) {
        const at = (<usize>(b - own) << 5) + (<usize>c << 2);
        const scale = weight * load<f64>(weights + (<usize>(p * 8 + c) << 3));
        const term = <f64>load<f32>(gramU + at) * <f64>load<f32>(gramV + at) * scale;
        total += term;
        size += abs(term);
        if (skew) {
          const mirrored = <f64>load<f32>(crossUV + at) * <f64>load<f32>(crossVU + at) * scale;
          total -= mirrored;
          size += abs(mirrored);
        }
      }
    }
  }
  if (total < size * CANCELLED) return outerSquares(scaledU, rows, scaledV, columns, weights, batch, skew);
  return skew ? 2 * total : total;
}

/**
 * ‖Σ_b w_b u_b v_bᵀ‖², or with `skew` the same of the matrix minus its transpose; forms the product element by element.
 * u [panels][rows][8], v [panels][columns][8], weights [batch].
 */
function outerSquares(u: usize, rows: i32, v: usize, columns: i32, weights: usize, batch: i32, skew: i32): f64 {
  let total: f64 = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      let sum: f64 = 0;
      for (let b = 0; b < batch; b++) {
        const p = b >> 3, lane = <usize>(b & 7) << 2;
        const ui = load<f32>(u + (<usize>(p * rows + i) << 5) + lane);
        const vj = load<f32>(v + (<usize>(p * columns + j) << 5) + lane);
        let product = <f64>ui * <f64>vj;
        if (skew) {
          const uj = load<f32>(u + (<usize>(p * rows + j) << 5) + lane);
          const vi = load<f32>(v + (<usize>(p * columns + i) << 5) + lane);
          product -= <f64>uj * <f64>vi;
        }
        sum += product * load<f64>(weights + (<usize>b << 3));
      }
      total += sum * sum;
    }
  }
  return total;
}

/**
 * Scales every lane of `from` to a norm near 2^HEADROOM and writes it as panels and as tiles. Rows are multiplied by
 * `slopes` where there are any. The scale goes into the lane's exponent.
 */
function level(
  scaled: usize, tiles: usize, exponents: usize, from: usize, stride: usize, rows: i32, panels: i32, work: usize,
  slopes: usize,
): void {
  const bytes = <usize>rows << 5, scales = work + 64;
  for (let p = 0; p < panels; p++) {
    let source = from;
    if (slopes != 0) {
      slopeRows(scaled, exponents, from, slopes, rows);
      source = scaled;
    }
    laneSquares(work, source, rows);
    normalizers(scales, exponents, work);
    scaleLanes(scaled, source, scales, rows);
    packRows(tiles, rows, 0, scaled, 8, rows, 1, 8);
    from += stride; exponents += 32; scaled += bytes; tiles += bytes;
  }
}

/** out[i] = slopes[i] · u[i] for every row i, the slopes' common exponent added to the lanes'. */
function slopeRows(out: usize, exponents: usize, u: usize, slopes: usize, rows: i32): void {
  for (let i = 0; i < rows; i++, out += 32, u += 32) {
    const slope = f32x4.splat(<f32>load<f64>(slopes + (<usize>i << 3)));
    v128.store(out, f32x4.mul(slope, v128.load(u)));
    v128.store(out, f32x4.mul(slope, v128.load(u, 16)), 16);
  }
  const common = i32x4.splat(<i32>load<f64>(slopes + (<usize>rows << 3)));
  for (let lane: usize = 0; lane < 32; lane += 16) {
    v128.store(exponents + lane, i32x4.add(v128.load(exponents + lane), common));
  }
}
