/** A profile in bins of neighboring stations, for sequences of millions of steps. */
export interface ProfileBins {
  /** `[N + 1]` Bin i holds the stations `edges[i]` ≤ s < `edges[i + 1]`; station 0 is farthest from the loss. */
  readonly edges: readonly number[];
  /** `[N]` ln of the root mean square of ‖δ_s‖ over the stations of a bin. */
  readonly lnRootMeanSquare: Float64Array;
  /** `[N]` the least ln ‖δ_s‖ of a bin. */
  readonly lnLeast: Float64Array;
  /** `[N]` the largest ln ‖δ_s‖ of a bin. */
  readonly lnMost: Float64Array;
}

/** Edges of bins that are as equal as whole numbers allow; a bin has at least one station. */
export function binEdges(stations: number, bins: number): number[] {
  const count = Math.min(bins, stations);
  return Array.from({ length: count + 1 }, (_, i) => Math.round((i * stations) / count));
}

/** The same with the first and the last station in bins of their own: a profile keeps its ends. */
export function edgesWithEnds(stations: number, bins: number): number[] {
  if (stations <= bins) return binEdges(stations, bins);
  return [0, ...binEdges(stations - 2, bins - 2).map((edge) => edge + 1), stations];
}

/** The mean of every bin. */
export function binMeans(values: ArrayLike<number>, edges: readonly number[]): Float64Array {
  return Float64Array.from({ length: edges.length - 1 }, (_, i) => {
    const first = values[edges[i]];
    let [sum, same] = [0, true];
    for (let s = edges[i]; s < edges[i + 1]; s++) {
      sum += values[s];
      same &&= Object.is(values[s], first);
    }
    return same ? first : sum / (edges[i + 1] - edges[i]); // no rounding where all are the same
  });
}

/** The opposite: every station has the value of its bin. */
export function unbinned(values: Float64Array, edges: readonly number[]): Float64Array {
  const whole = new Float64Array(edges[edges.length - 1]);
  values.forEach((value, i) => {
    whole.fill(value, edges[i], edges[i + 1]);
  });
  return whole;
}

/** Puts ln ‖δ_s‖ `[S]` into bins of these edges. All numbers of a bin with a NaN are NaN. */
export function binProfile(lnNorms: Float64Array, edges: readonly number[]): ProfileBins {
  const [lnRootMeanSquare, lnLeast, lnMost] = [0, 0, 0].map(() => new Float64Array(edges.length - 1));
  for (let i = 0; i + 1 < edges.length; i++) {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let s = edges[i]; s < edges[i + 1]; s++) {
      least = Math.min(least, lnNorms[s]); // NaN stays
      most = Math.max(most, lnNorms[s]);
    }
    let sum = 0; // relative to the largest, so that no square leaves float64's range
    if (Number.isFinite(most)) for (let s = edges[i]; s < edges[i + 1]; s++) sum += Math.exp(2 * (lnNorms[s] - most));
    lnLeast[i] = least;
    lnMost[i] = most;
    lnRootMeanSquare[i] = Number.isFinite(most) ? most + 0.5 * Math.log(sum / (edges[i + 1] - edges[i])) : most;
  }
  return { edges, lnRootMeanSquare, lnLeast, lnMost };
}
