/**
 * One chain P = J_W … J_2 J_1 in float64: the orthonormal frame that it carries forward, and the graded triangle
 * that it computes. Written by the host. Every field is four bytes,
 * pointers 16-byte aligned.
 *
 * The matrices a, q and v are kept by columns: [columns][lead], one column after the other, so that J Q is a product of
 * rows with Jᵀ. The padding rows are zero and stay so.
 */
@unmanaged export class Frame {
  lead: i32; // elements from column to column, a multiple of four
  width: i32; // columns of P, padded to four: elements from row to row of `product`, and its height
  rows: i32; // m: length of a column of `a` now
  columns: i32; // k: columns of `a` now
  a: usize; // [width][lead], the matrix to orthogonalize; overwritten
  q: usize; // [width][lead], the frame
  v: usize; // [width][lead], reflectors
  t: usize; // [⌈width/32⌉][32][32], their triangular factors
  w: usize; // [2][width][32]
  r: usize; // [width][width] row-major, the triangle of the last step
  panels: usize; // packed operand: max(lead · 32, width²), whichever is more
  product: usize; // [width][width] row-major: R_W … R_1, row i times 2^exponents[i]; 0 if not wanted
  exponents: usize; // [2][width] i32
  diagonal: usize; // [width]: |R_ii| of the last step, 0 below rounding
}

@inline export function padded4(n: i32): i32 { return (n + 3) & ~3; }
