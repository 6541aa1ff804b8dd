/** The number that is subtracted from a column, and its divisor. Missing cells first become the mean. */
export interface Scaling {
  readonly mean: Float64Array;
  /** 1 for a column that is not scaled. */
  readonly deviation: Float64Array;
  /** 0 for a column that is not scaled, so it keeps its mean. */
  readonly shift: Float64Array;
}

/** Number of values between two pauses. */
const SLICE = 65_536;

/** Goes through some rows, or a number of first rows, with pauses. */
export function* eachRow(
  rows: Iterable<number> | number,
  width: number,
  visit: (row: number) => void,
): Generator<void, void> {
  const slice = Math.max(1, Math.floor(SLICE / width));
  let visited = 0;
  if (typeof rows === "number") {
    for (let row = 0; row < rows; row++) {
      visit(row);
      if (++visited % slice === 0) yield;
    }
    return;
  }
  for (const row of rows) {
    visit(row);
    if (++visited % slice === 0) yield;
  }
}

/**
 * Mean and (population) deviation of every column over some rows, with pauses. A constant column becomes 0.
 *
 * @param data `[rows, columns]`, NaN for a missing cell
 * @param scaled whether each column is scaled; the others only need their mean, for missing cells
 * @param rows the rows to measure, or the number of first rows
 */
export function* scalingOf(
  data: Float32Array,
  scaled: readonly boolean[],
  rows: Iterable<number> | number,
): Generator<void, Scaling> {
  const columns = scaled.length;
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns).fill(1);
  const shift = new Float64Array(columns);
  const counts = new Float64Array(columns);
  const first = new Float64Array(columns).fill(Number.NaN);
  const constant = new Uint8Array(columns).fill(1);
  yield* eachRow(rows, columns, (row) => {
    for (let c = 0; c < columns; c++) {
      const value = data[row * columns + c];
      if (Number.isNaN(value)) continue;
      if (counts[c] === 0) first[c] = value;
      else if (value !== first[c]) constant[c] = 0; // found by comparison, because the mean of many equal numbers is rounded
      counts[c]++;
      mean[c] += value;
    }
  });
  for (let c = 0; c < columns; c++) mean[c] = constant[c] === 1 ? first[c] || 0 : mean[c] / counts[c];
  const squares = new Float64Array(columns);
  yield* eachRow(rows, columns, (row) => {
    for (let c = 0; c < columns; c++) {
      const value = data[row * columns + c];
      if (!Number.isNaN(value)) squares[c] += (value - mean[c]) ** 2;
    }
  });
  for (let c = 0; c < columns; c++) {
    if (!scaled[c]) continue;
    shift[c] = mean[c];
    deviation[c] = constant[c] === 1 ? Number.POSITIVE_INFINITY : Math.sqrt(squares[c] / counts[c]);
  }
  return { mean, deviation, shift };
}

/** Copies a row of `data`, scaled, to `out` from `at` on. */
export function copyScaled(
  data: Float32Array,
  row: number,
  { mean, deviation, shift }: Scaling,
  out: Float32Array,
  at: number,
): void {
  const columns = mean.length;
  for (let c = 0; c < columns; c++) out[at + c] = scaledValue(data, row, c, mean, deviation, shift);
}

const scaledValue = (
  data: Float32Array,
  row: number,
  c: number,
  mean: Float64Array,
  deviation: Float64Array,
  shift: Float64Array,
): number => {
  const value = data[row * mean.length + c];
  return ((Number.isNaN(value) ? mean[c] : value) - shift[c]) / deviation[c];
};

/** One value, scaled. */
export const valueAt = (data: Float32Array, row: number, c: number, { mean, deviation, shift }: Scaling): number =>
  scaledValue(data, row, c, mean, deviation, shift);
