import { EvanesceError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";

/** −Σ p ln p of the frequencies, in nats: the cross-entropy if the answer is always these frequencies. */
export function entropy(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i];
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const p = counts[i] / total;
    if (p > 0) sum -= p * Math.log(p);
  }
  return sum;
}

/** The number of occurrences of each class. */
export function classCounts(indices: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let i = 0; i < indices.length; i++) counts[indices[i]]++;
  return counts;
}

/**
 * Scales every column to mean 0 and (population) variance 1; a constant column becomes 0.
 *
 * @param data `[rows, columns]`, finite, of any magnitude
 * @returns `[rows, columns]`
 */
export function standardize(data: Float64Array, columns: number): Float64Array {
  const rows = data.length / columns;
  const result = new Float64Array(data.length);
  for (let c = 0; c < columns; c++) {
    let largest = 0;
    let constant = true;
    for (let i = c; i < data.length; i += columns) {
      largest = Math.max(largest, Math.abs(data[i]));
      if (data[i] !== data[c]) constant = false;
    }
    if (constant) continue; // found by comparison, because the variance of many equal numbers is not exactly 0
    // In units of the largest value, the sums below cannot overflow.
    let mean = 0;
    for (let i = c; i < data.length; i += columns) mean += data[i] / largest / rows;
    let variance = 0;
    for (let i = c; i < data.length; i += columns) variance += (data[i] / largest - mean) ** 2 / rows;
    const deviation = Math.sqrt(variance);
    for (let i = c; i < data.length; i += columns) result[i] = (data[i] / largest - mean) / deviation;
  }
  return result;
}

/**
 * `batch` different numbers of 0 … `rows` − 1 in random order: the first steps of Fisher and Yates' shuffle, in a map,
 * so time and memory are proportional to `batch`.
 *
 * @throws EvanesceError for a batch larger than the data
 */
export function drawRows(stream: Random, rows: number, batch: number, name: string): Int32Array {
  if (batch > rows) {
    throw new EvanesceError("batch", `at most the ${rows} rows of ${name}`, batch, `use ${rows} for all of them`);
  }
  const moved = new Map<number, number>(); // rows that the shuffle has moved
  const drawn = new Int32Array(batch);
  for (let b = 0; b < batch; b++) {
    const other = b + stream.below(rows - b);
    drawn[b] = moved.get(other) ?? other;
    moved.set(other, moved.get(b) ?? b);
  }
  return drawn;
}
