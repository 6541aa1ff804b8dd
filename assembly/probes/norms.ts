import { doubles, laneSquares } from "../kernels/lanes";

/** [8] f64. */
const SQUARES = memory.data(64, 16);

/** Σ x² of the first `lanes` samples of a panel [rows][8], in float64. */
export function sampleSquareSum(panel: usize, rows: i32, lanes: i32): f64 {
  laneSquares(SQUARES, panel, rows);
  let sum: f64 = 0;
  for (let lane: usize = 0; lane < <usize>lanes; lane++) sum += load<f64>(SQUARES + (lane << 3));
  return sum;
}

/** Σ x² of n floats, in float64. `x` 16-byte aligned. */
export function squareSum(x: usize, n: i32): f64 {
  // four accumulators: two would wait for their adds
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (const end = x + (<usize>(n & ~7) << 2); x < end; x += 32) {
    const a = doubles(v128.load64_zero(x)), b = doubles(v128.load64_zero(x, 8));
    const c = doubles(v128.load64_zero(x, 16)), d = doubles(v128.load64_zero(x, 24));
    s0 = f64x2.add(s0, f64x2.mul(a, a)); s1 = f64x2.add(s1, f64x2.mul(b, b));
    s2 = f64x2.add(s2, f64x2.mul(c, c)); s3 = f64x2.add(s3, f64x2.mul(d, d));
  }
  const s = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (let i = 0; i < (n & 7); i++) {
    const value = <f64>load<f32>(x + (<usize>i << 2));
    sum += value * value;
  }
  return sum;
}

/** Σ x² of a matrix kept as panels [⌈columns/8⌉][stride][8], its first `rows` rows and `columns` columns only. */
export function panelSquareSum(panels: usize, rows: i32, columns: i32, stride: i32): f64 {
  let sum: f64 = 0;
  for (let j = 0; j < columns; j += 8) {
    if (j + 8 <= columns) {
      sum += squareSum(panels, rows * 8);
    } else {
      for (let i = 0; i < rows; i++) {
        for (let c = 0; c < columns - j; c++) {
          const value = <f64>load<f32>(panels + (<usize>i << 5) + (<usize>c << 2));
          sum += value * value;
        }
      }
    }
    panels += <usize>stride << 5;
  }
  return sum;
}
