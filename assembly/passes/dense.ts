import { markZeroLanes, laneSquares, normalize } from "../kernels/lanes";
import { FromBias, FromZero } from "../kernels/tiles";
import { panelProduct } from "../kernels/vector";
import { activate } from "../layers/activations";
import { standardize, standardizeAdjoint, unscaled } from "../layers/standardize";
import { BLOCK, BLOCKS_OF_FLOAT } from "../records/constants";
import { Dense, padded, panelBytes, TimePass } from "../records/pass";
import { maskDense } from "./dropout";
import { accumulate } from "./gradient";
import { gradientOf, lanesOf } from "./places";
import { copyLanes, multiply, storeSquares } from "./routes";
import { settle } from "./totals";
import { cut } from "./windows";

/*
 * A dense layer at one step of one panel:
 *
 *     a = W x + b        [â = γ ⊙ x̂(a) + β]        out = [m ⊙] φ(â)
 *     ∂L/∂â = φ' ⊙ [m ⊙] δ     [∂L/∂a by the norm's adjoint]     ∂L/∂x = Wᵀ ∂L/∂a
 *
 * δ is scaled to norm 2^headroom, as in a recurrent step.
 */

@inline export function denseOf(records: usize, i: i32): Dense {
  return changetype<Dense>(records + <usize>i * offsetof<Dense>());
}

@inline export function denseOutput(layer: Dense, place: usize): usize {
  return layer.outputs + panelBytes(padded(layer.rows)) * place;
}

/**
 * Runs layers over x [K][8] of panel p; returns the address of the last output.
 *
 * @param t the step by which dropout draws its masks; WHOLE where a sample has one vector
 */
export function denseForward(
  pass: TimePass, records: usize, count: i32, p: i32, t: i32, lanes: i32, place: usize, x: usize,
): usize {
  for (let i = 0; i < count; i++) {
    const layer = denseOf(records, i), bytes = panelBytes(padded(layer.rows)) * place;
    const out = layer.outputs + bytes;
    panelProduct<FromBias>(lanes, out, layer.bias, layer.tiles, x, layer.inputs, 0, 0, padded(layer.rows) >> 2);
    if (layer.normed) {
      standardize(
        out, layer.normals + bytes, layer.inverses + (place << 5), out, layer.gamma, layer.beta, layer.rows, true,
        layer.epsilon,
      );
    }
    activate(layer.activation, out, out, layer.slopes + bytes, layer.rows << 3);
    if (layer.mask != 0) maskDense(pass, layer.mask, p, t, out, layer.rows);
    x = out;
  }
  return x;
}

/**
 * One layer back: ∂L/∂x [K][8] ← δ [H][8], each in frames [8] of its own. Keeps ∂L/∂a in row `at` of the chunk, and its
 * norms at `sample` where that is not negative. Overwrites δ.
 *
 * @param work 192 bytes
 */
export function denseBackward(
  pass: TimePass, layer: Dense, p: i32, t: i32, lanes: i32, place: usize, at: usize, sample: i32, samples: i32,
  delta: usize, exponents: usize, to: usize, toExponents: usize, work: usize,
): void {
  const squares = work, scales = work + 64, own = work + 96, rows = layer.rows, slab = panelBytes(padded(rows));
  const bytes = slab * place, da = layer.deltas + panelBytes(layer.deltaRows) * at;
  const frame = layer.deltaExponents + (at << 5);
  laneSquares(squares, delta, rows);
  copyLanes(own, exponents);
  markZeroLanes(own, delta, rows);
  if (sample >= 0) {
    storeSquares(layer.total, <usize>sample, samples, squares, own, own);
    memory.copy(layer.exponents + (<usize>sample << 2), own, <usize>samples << 2);
  }
  if (layer.mask != 0) {
    maskDense(pass, layer.mask, p, t, delta, rows);
    laneSquares(squares, delta, rows);
    if (sample >= 0 && layer.dropped != 0) storeSquares(layer.dropped, <usize>sample, samples, squares, own, own);
  }
  copyLanes(frame, own);
  normalize(scales, frame, squares, delta, rows, pass.headroom);
  const behind = layer.normed ? da + 2 * slab : da; // φ' ⊙ δ
  slopeProduct(behind, delta, layer.slopes + bytes, scales, rows);
  if (sample >= 0 && layer.gate != 0) {
    laneSquares(squares, behind, rows);
    storeSquares(layer.gate, <usize>sample, samples, squares, frame, own);
  }
  if (layer.normed) {
    const normal = layer.normals + bytes;
    multiply(da + slab, behind, normal, rows);
    standardizeAdjoint(
      da, behind, unscaled(), layer.gamma, normal, layer.inverses + (place << 5), rows, true, layer.epsilon,
    );
    if (sample >= 0 && layer.normedSquares != 0) {
      laneSquares(squares, da, rows);
      storeSquares(layer.normedSquares, <usize>sample, samples, squares, frame, own);
    }
  }
  markZeroLanes(frame, da, layer.deltaRows);
  if (to == 0) return;
  panelProduct<FromZero>(lanes, to, 0, layer.backTiles, da, rows, 0, 0, padded(layer.inputs) >> 2);
  copyLanes(toExponents, frame);
}

/** out = slope ⊙ δ · scales. */
function slopeProduct(out: usize, delta: usize, slope: usize, scales: usize, rows: i32): void {
  const s0 = v128.load(scales), s1 = v128.load(scales, 16);
  for (const end = delta + panelBytes(rows); delta < end; delta += 32, slope += 32, out += 32) {
    v128.store(out, f32x4.mul(v128.load(slope), f32x4.mul(v128.load(delta), s0)));
    v128.store(out, f32x4.mul(v128.load(slope, 16), f32x4.mul(v128.load(delta, 16), s1)), 16);
  }
}

/** Clears a step that no sample has or that is in no window: sets ∂L/∂a and its norms at `sample` to zero. */
export function denseSkip(layer: Dense, at: usize, sample: i32, samples: i32): void {
  const bytes = panelBytes(layer.deltaRows);
  cut(layer.deltas + bytes * at, layer.deltaExponents + (at << 5), bytes, 1);
  if (sample < 0) return;
  const first = <usize>sample << 3, count = <usize>samples << 3;
  memory.fill(layer.total + first, 0, count);
  if (layer.dropped != 0) memory.fill(layer.dropped + first, 0, count);
  if (layer.gate != 0) memory.fill(layer.gate + first, 0, count);
  if (layer.normedSquares != 0) memory.fill(layer.normedSquares + first, 0, count);
}

/**
 * Adds `steps` steps from t on, whose ∂L/∂a begin at row `at`, to one of the layer's gradients. Runs part `part` of
 * `parts` of the product, or with `settles` of the move to float64 that follows it.
 */
export function denseGather(
  pass: TimePass, layer: Dense, p: i32, record: i32, t: i32, steps: i32, at: usize, x: usize, xStride: usize,
  settles: bool, part: i32, parts: i32,
): void {
  const gradient = gradientOf(layer.gradient, record);
  if (settles) return settle(gradient, (t / BLOCK) % BLOCKS_OF_FLOAT == 0, part, parts);
  accumulate(
    gradient, lanesOf(pass, p), steps, layer.deltas + panelBytes(layer.deltaRows) * at, layer.deltaExponents
      + (at << 5), pass.headroom, x, xStride, 0, 0, pass.scratch + 512, 0, part, parts,
  );
}
