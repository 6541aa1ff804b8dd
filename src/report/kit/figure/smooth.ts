/** A line with fewer places is not smoothed. */
const LEAST_PLACES = 40;
/** Windows are this share of the line. */
const SHARE = 1 / 25;

/**
 * The running mean of a noisy line. A window is a twenty-fifth of the line, and shorter at its ends. Undefined if the
 * line is too short.
 *
 * @param y values, or their natural logarithms; the mean is that of the values themselves
 */
export function smooth(y: ArrayLike<number>, scale: "linear" | "decades"): Float64Array | undefined {
  const n = y.length;
  if (n < LEAST_PLACES) return undefined;
  const half = Math.max(2, Math.round((n * SHARE) / 2));
  return Float64Array.from({ length: n }, (_, i) => {
    const reach = Math.min(half, i, n - 1 - i);
    return scale === "linear" ? mean(y, i - reach, i + reach) : lnMean(y, i - reach, i + reach);
  });
}

/** Mean of the finite values from `from` to `to`, both included; NaN if there are none. */
function mean(y: ArrayLike<number>, from: number, to: number): number {
  let [sum, count] = [0, 0];
  for (let i = from; i <= to; i++) {
    if (!Number.isFinite(y[i])) continue;
    sum += y[i];
    count++;
  }
  return count === 0 ? Number.NaN : sum / count;
}

/** ln of the mean of e^y, from its largest term down. */
function lnMean(y: ArrayLike<number>, from: number, to: number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = from; i <= to; i++) if (Number.isFinite(y[i]) && y[i] > most) most = y[i];
  if (most === Number.NEGATIVE_INFINITY) return Number.NaN;
  let [sum, count] = [0, 0];
  for (let i = from; i <= to; i++) {
    if (Number.isNaN(y[i]) || y[i] === Number.POSITIVE_INFINITY) continue;
    sum += Math.exp(y[i] - most);
    count++;
  }
  return most + Math.log(sum / count);
}
