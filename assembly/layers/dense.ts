import { packRows, transpose4, transpose8 } from "../kernels/pack";
import { FromBias, FromOutput, FromZero, tileProduct } from "../kernels/tiles";
import { HEAD } from "../records/constants";
import { dataOf, DepthPass, exponentsOf, gradientOf, Operation } from "../records/tape";
import { contributionAt, deliver, recordOut } from "./deliver";
import { commonFrame, leftToFrame, rightToFrame } from "./reduce";

/*
 * out = W x + b            W [H][K]
 * ∂L/∂x = Wᵀ δ             ∂L/∂W = Σ_b δ_b x_bᵀ        ∂L/∂b = Σ_b δ_b
 *
 * W is packed into tiles just before it is used, so that the tiles of one layer stay in the second-level cache while
 * all panels of the batch use them.
 */

/** Samples of one block of a weight gradient: its tiles, H · 256 floats, are to fit the second-level cache. */
const SAMPLES: i32 = 256;

/** Bytes of scratch: packed W or Wᵀ, or both operands of a weight gradient, after the memory of one panel. */
export function denseScratch(rows: i32, k: i32, batch: i32): usize {
  const h = (rows + 7) & ~7, x = (k + 7) & ~7, samples = min((batch + 7) & ~7, SAMPLES);
  return <usize>max(h * x, (h + 8) * samples) << 2;
}

/** Packs W once for many calls. Otherwise a worker that runs a few panels would pack all of W for each of them. */
export function densePack(op: Operation): void {
  packForward(op, op.tiles);
  if (op.backTiles != 0) packBackward(op, op.backTiles);
}

@inline function packForward(op: Operation, tiles: usize): void {
  packRows(tiles, op.x.rows, 0, op.weight, op.out.rows, op.x.rows, op.x.rows, 1);
}
@inline function packBackward(op: Operation, tiles: usize): void {
  packRows(tiles, op.out.rows, 0, op.weight, op.x.rows, op.out.rows, 1, op.x.rows);
}

/** Panels from ≤ p < to. The first call packs W. */
export function denseForward(pass: DepthPass, op: Operation, from: i32, to: i32): void {
  const x = op.x, out = op.out, rows = out.rows;
  const tiles = op.tiles != 0 ? op.tiles : pass.scratch + HEAD;
  if (op.tiles == 0 && from == 0) packForward(op, tiles);
  for (let p = from; p < to; p++) {
    tileProduct<FromBias>(dataOf(out, p), op.bias, tiles, dataOf(x, p), x.rows, 0, 0, (rows + 3) >> 2);
  }
}

/** Panels from ≤ p < to. The first call packs Wᵀ. */
export function denseBackward(pass: DepthPass, stream: i32, op: Operation, from: i32, to: i32): void {
  for (let p = from; p < to; p++) recordOut(pass, stream, op, p);
  // only the loss's stream computes ∂/∂x of the network's input
  if (op.x.gradient == 0 || (stream > 0 && changetype<usize>(op) == pass.operationRecords)) return;
  const rows = op.out.rows, k = op.x.rows;
  const aside = (<usize>k + 4) << 5; // room for one panel of contributions, which may have to be merged
  const tiles = op.backTiles != 0 ? op.backTiles : pass.scratch + HEAD + aside;
  if (op.backTiles == 0 && from == 0) packBackward(op, tiles);
  for (let p = from; p < to; p++) {
    tileProduct<FromZero>(contributionAt(pass, op, p), 0, tiles, gradientOf(op.out, p), rows, 0, 0, (k + 3) >> 2);
    deliver(pass, stream, op, p, exponentsOf(op.out, p));
  }
}

/** Blocks of samples, times panels of eight columns of W: the strips of a weight gradient. */
export function gradientStrips(pass: DepthPass, op: Operation): i32 {
  return (pass.panels + SAMPLES / 8 - 1) / (SAMPLES / 8) * ((op.x.rows + 7) >> 3);
}

/** ∂L/∂W and ∂L/∂b in one frame: [⌈K/8⌉][H₄][8] and [H₄]. Strips from ≤ s < to, block by block. */
export function weightGradient(pass: DepthPass, op: Operation, from: i32, to: i32): void {
  const rows = (op.out.rows + 3) & ~3, strips = (op.x.rows + 7) >> 3, rowTiles = rows >> 2;
  if (from == 0) {
    store<i32>(op.gradientExponent, commonFrame(pass, op));
    memory.fill(op.biasGradient, 0, <usize>rows << 2);
  }
  const frame = load<i32>(op.gradientExponent), tiles = pass.scratch + HEAD;
  for (let s = from; s < to; s++) {
    const j = s % strips, first = s / strips * (SAMPLES / 8);
    const panels = min(SAMPLES / 8, pass.panels - first), depth = panels * 8;
    const columns = tiles + (<usize>rows * <usize>depth << 2);
    const panel = op.weightGradient + <usize>j * (<usize>rows << 5);
    if (j == 0) packDeltas(tiles, op, first, panels, rows, frame);
    for (let q = 0; q < panels; q++) transpose8(columns + (<usize>q << 8), dataOf(op.x, first + q) + (<usize>j << 8));
    if (first == 0) tileProduct<FromZero>(panel, 0, tiles, columns, depth, 0, 0, rowTiles);
    else tileProduct<FromOutput>(panel, 0, tiles, columns, depth, 0, 0, rowTiles);
  }
}

/** tiles[H/4][samples][4] = δ transposed, brought to `frame`; biasGradient += Σ_b δ. */
function packDeltas(tiles: usize, op: Operation, first: i32, panels: i32, rows: i32, frame: i32): void {
  const tileBytes = <usize>panels << 7;
  for (let q = 0; q < panels; q++) {
    const left = leftToFrame(op, first + q, frame), right = rightToFrame(op, first + q, frame);
    let to = tiles + (<usize>q << 7), from = gradientOf(op.out, first + q), sum = op.biasGradient;
    for (let i = 0; i < rows; i += 4) {
      const s = f32x4.add(transpose4(to, 16, from, left), transpose4(to + 64, 16, from + 16, right));
      v128.store(sum, f32x4.add(v128.load(sum), s));
      from += 128; to += tileBytes; sum += 16;
    }
  }
}
