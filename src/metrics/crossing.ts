import type { Decay } from "../flow/index.ts";

/** Where a path crosses a limit: seen in the profile, or extrapolated from its decay. */
export interface Crossing {
  /** Distance from the loss, in stations. */
  readonly stations: number;
  readonly measured: boolean;
}

/**
 * The least R² for an extrapolation beyond the data: a random walk's R² is often 0.5 or more.
 */
const STRAIGHT = 0.9;
/** Nats. A slope that changes the whole path by less cannot be told from the noise of finite width. */
const NOTICEABLE = 1;

/**
 * Distance from the loss at which a gradient of norm 1 at the last station first passes `limit` (nats; below it where
 * negative, above it where positive). If the profile does not pass the limit, the fitted slope extrapolates it,
 * provided that the profile is straight (R² ≥ 0.9) and decays by more than 1 nat over the whole path. Null if it
 * never passes.
 *
 * @param gains `[S]` nats relative to the last station
 */
export function crossing(gains: Float64Array, decay: Decay | null, limit: number): Crossing | null {
  const last = gains.length - 1;
  const sign = Math.sign(limit);
  for (let s = last - 1; s >= 0; s--) {
    if (sign * gains[s] > sign * limit) return { stations: last - s, measured: true };
  }
  if (decay === null || !(decay.rSquared >= STRAIGHT) || !Number.isFinite(gains[0])) return null;
  const slope = -decay.perStation; // nats a station, away from the loss
  if (!(sign * slope > 0) || Math.abs(slope) * last < NOTICEABLE) return null;
  return { stations: Math.ceil(last + (limit - gains[0]) / slope), measured: false };
}
