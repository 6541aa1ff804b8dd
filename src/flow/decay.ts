import type { Decay } from "./types/index.ts";

/**
 * Least squares of ln ‖δ_s‖ on the distance from the loss, over the finite stations.
 *
 * `perStation` is positive where the gradient shrinks on its way back. `totalGain` is ln ‖δ_first‖ − ln ‖δ_last‖ over
 * all stations, −∞ where the gradient becomes exactly zero. Null with fewer than two finite stations.
 */
export function fitDecay(lnNorm: Float64Array): Decay | null {
  const last = lnNorm.length - 1;
  let n = 0;
  let meanX = 0;
  let meanY = 0;
  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  for (let s = last; s >= 0; s--) {
    const y = lnNorm[s];
    if (!Number.isFinite(y)) continue;
    // running means and sums of squares (Welford 1962): no cancellation at a million stations
    n++;
    const x = last - s;
    const dx = x - meanX;
    const dy = y - meanY;
    meanX += dx / n;
    meanY += dy / n;
    sxx += dx * (x - meanX);
    sxy += dx * (y - meanY);
    syy += dy * (y - meanY);
  }
  if (n < 2) return null;
  const slope = sxy / sxx;
  const perStation = slope === 0 ? 0 : -slope;
  return {
    perStation,
    halfLife: Math.LN2 / perStation,
    // a constant profile is fitted exactly
    rSquared: syy === 0 ? 1 : Math.min((sxy * sxy) / (sxx * syy), 1), // rounding may give more than 1
    totalGain: lnNorm[0] - lnNorm[last],
  };
}
