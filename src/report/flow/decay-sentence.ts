import type { Decay } from "../../flow/index.ts";
import { counted, ratio, stationsEach } from "../../words/numbers.ts";

/** Below this R² a straight line misses a tenth of the profile's variance, and a half-life would be misleading. */
export const EXPONENTIAL = 0.9;
/** From this R² on, the line may be extended beyond the last station. */
export const CLOSELY_EXPONENTIAL = 0.99;

/** R² as a text; it is never rounded up to 1. */
function goodness(rSquared: number): string {
  if (rSquared > 0.9999) return rSquared === 1 ? "R² 1" : "R² > 0.9999";
  const digits = rSquared > 0.99 ? 4 : 2;
  return `R² ${(Math.floor(rSquared * 10 ** digits) / 10 ** digits).toFixed(digits)}`;
}

/** `halves every 17.2 steps`, `doubles every 3 layers`, or a sentence that it does neither. */
export function decaySentence(decay: Decay, stations: number, noun: string): string {
  const across = decay.perStation * (stations - 1);
  const fit = goodness(decay.rSquared);
  if (Math.abs(across) < 0.05) return `keeps its size over all ${counted(stations, noun)}`;
  if (Math.abs(across) < Math.LN2) {
    return `keeps its size: the fitted line ${across < 0 ? "rises" : "falls"} by a factor of ${ratio(across)} over all ${counted(stations, noun)}`;
  }
  if (decay.rSquared < EXPONENTIAL) {
    return `does not change exponentially (${fit}), so it has no half-life`;
  }
  const verb = decay.perStation > 0 ? "halves" : "doubles";
  return `${verb} every ${stationsEach(decay.halfLife, noun)} on its way back (${decay.rSquared < CLOSELY_EXPONENTIAL ? "roughly exponential, " : ""}${fit})`;
}
