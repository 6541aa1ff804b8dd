/** Rows padded to whole tiles of four. */
export const pad4 = (rows: number): number => Math.ceil(rows / 4) * 4;

/**
 * [S, B, N] row-major to panels [P][S][N][8], all of them or from ≤ p < to. Lanes beyond the batch repeat its last
 * sample, so they are finite if that sample is.
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
    const last = B - 1 - p * 8;
    const [l1, l2, l3, l4, l5, l6, l7] = LANES.map((lane) => Math.min(lane, last) * N);
    let at = p * S * N * 8;
    for (let s = 0; s < S; s++) {
      const first = (s * B + p * 8) * N;
      // written out lane by lane: a loop over lanes takes twice the time
      for (let i = first; i < first + N; i++, at += 8) {
        panels[at] = values[i];
        panels[at + 1] = values[i + l1];
        panels[at + 2] = values[i + l2];
        panels[at + 3] = values[i + l3];
        panels[at + 4] = values[i + l4];
        panels[at + 5] = values[i + l5];
        panels[at + 6] = values[i + l6];
        panels[at + 7] = values[i + l7];
      }
    }
  }
}

/** The lanes of a panel after its first. */
const LANES = [1, 2, 3, 4, 5, 6, 7];

/** The bits of a float32, as the integer a record holds. */
export function floatBits(value: number): number {
  return new Int32Array(new Float32Array([value]).buffer)[0];
}
