/** A run of consecutive places, ends included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * The shortest run of consecutive places that holds at least `part` of the sum of the positive values. If several are
 * equally short, the one with the largest sum. Null if no value is positive.
 */
export function concentration(values: Float64Array, part = 0.5): Span | null {
  let total = 0;
  for (const value of values) if (value > 0) total += value;
  if (!(total > 0)) return null;
  // an infinite value at some place: that place alone
  if (total === Number.POSITIVE_INFINITY) {
    const at = values.lastIndexOf(Number.POSITIVE_INFINITY);
    return { from: at, to: at };
  }
  const enough = part * total * (1 - 1e-12); // a rounding error must not lengthen the run
  let best: Span = { from: 0, to: values.length - 1 };
  let most = Number.NEGATIVE_INFINITY;
  let held = 0;
  for (let from = 0, to = 0; to < values.length; to++) {
    held += Math.max(values[to], 0) || 0;
    while (held - (Math.max(values[from], 0) || 0) >= enough) held -= Math.max(values[from++], 0) || 0;
    const shorter = to - from - (best.to - best.from);
    if (held >= enough && (shorter < 0 || (shorter === 0 && held > most))) {
      best = { from, to };
      most = held;
    }
  }
  return best;
}
