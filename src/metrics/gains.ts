/** The gain of a gradient along its path: dimensionless, in nats, relative to the station where it starts. */
export interface WorstGain {
  /** The station, 0 farthest from the loss. */
  readonly station: number;
  /** ln ‖δ_station‖ − ln ‖δ_last‖. */
  readonly gain: number;
}

/**
 * ln ‖δ_s‖ − ln ‖δ_last‖ `[S]`; NaN throughout where the last station's gradient is exactly zero: from zero no gain is
 * defined.
 */
export function gainsFromLast(lnNorm: Float64Array): Float64Array {
  const start = lnNorm[lnNorm.length - 1];
  return start === Number.NEGATIVE_INFINITY
    ? new Float64Array(lnNorm.length).fill(Number.NaN)
    : lnNorm.map((value) => value - start);
}

/**
 * The station whose gain is farthest from 0 nats, the nearest to the loss of equals; station S − 1, gain 0 for a path
 * of one station. It is not always the far end: a path may explode and then vanish, with the largest gain in its
 * middle.
 */
export function worstGain(gains: Float64Array): WorstGain {
  let station = gains.length - 1;
  for (let s = station - 1; s >= 0; s--) if (Math.abs(gains[s]) > Math.abs(gains[station])) station = s;
  return { station, gain: gains[station] ?? 0 };
}
