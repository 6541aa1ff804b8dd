/**
 * [S, B, N] row-major to panels [P][S][N][8], all of them or from ≤ p < to. Lanes past the batch repeat its last sample, so that they are finite where it is.
 */
export function toPanels<Values extends Float32Array | Int32Array>(
  panels: Values,
  values: ArrayLike<number>,
  S: number,
  B: number,
  N: number,
  from = 0,
  to = Math.ceil(B / 8),
): void {
  for (let p = from; p < to; p++) {
    for (let s = 0; s < S; s++) {
      const to = (p * S + s) * N * 8;
      for (let lane = 0; lane < 8; lane++) {
        const row = (s * B + Math.min(p * 8 + lane, B - 1)) * N;
        for (let i = 0; i < N; i++) panels[to + i * 8 + lane] = values[row + i];
      }
    }
  }
}

/** The bits of a float32, as the integer a record holds. */
export function floatBits(value: number): number {
  return new Int32Array(new Float32Array([value]).buffer)[0];
}
