/** The gain of a gradient along its path: dimensionless, in nats, relative to the station where it starts. */
export interface WorstGain {
  /** The station, 0 farthest from the loss. */
  readonly station: number;
  /** ln ‖δ_station‖ − ln ‖δ_last‖. */
  readonly gain: number;
}

/**
 * ln ‖δ_s‖ − ln ‖δ_last‖ `[S]`; all NaN if the last station's gradient is exactly zero, because then no gain is
 * defined.
 */
export function gainsFromLast(lnNorm: Float64Array): Float64Array {
  const start = lnNorm[lnNorm.length - 1];
  return start === Number.NEGATIVE_INFINITY
    ? new Float64Array(lnNorm.length).fill(Number.NaN)
    : lnNorm.map((value) => value - start);
}

/**
 * The station whose gain is farthest from 0 nats; among equals the one nearest to the loss. A path of one station
 * gives station S − 1 and gain 0. It is not always the far end: the gradient may explode and then vanish.
 */
export function worstGain(gains: Float64Array): WorstGain {
  let station = gains.length - 1;
  for (let s = station - 1; s >= 0; s--) if (Math.abs(gains[s]) > Math.abs(gains[station])) station = s;
  return { station, gain: gains[station] ?? 0 };
}
