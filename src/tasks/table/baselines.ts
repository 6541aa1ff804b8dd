import type { TableData } from "./read.ts";
import { eachRow, type Scaling, valueAt } from "./scaling.ts";

/** The numbers to predict, `[N, Y]`; columns of the inputs if no target was named. */
export interface Answered {
  readonly values: Float32Array;
  readonly columns: readonly number[];
  readonly width: number;
}

/** The rows that are predicted, and the rows from which they are predicted. */
export interface Reach {
  /** Number of rows from the last step to the first predicted row. */
  readonly horizon: number;
  /** Number of successive rows that are predicted. */
  readonly ahead: number;
  /** Number of rows in a season; 0 for none. */
  readonly season: number;
}

/**
 * The smallest mean squared error of the simple predictors, with pauses: the mean of each column; persistence (the
 * value at the step itself); and, if there is a season, the value one season earlier.
 */
export function* bestSimpleForecast(
  { gaps }: TableData,
  { values, columns }: Answered,
  scaling: Scaling,
  { horizon, ahead, season }: Reach,
  from: number,
  to: number,
): Generator<void, number> {
  const gapRows = new Set(gaps);
  const totals = { mean: 0, persistence: 0, season: 0 };
  let count = 0;
  for (const column of columns) {
    for (let lead = horizon; lead < horizon + ahead; lead++) {
      const seasonal = season === 0 ? 0 : season * Math.ceil(Math.max(lead, 1) / season);
      const back = Math.max(lead, seasonal);
      // the rows for which a predictor has all its values, without a gap between them
      const rows = function* () {
        let lastGap = from;
        for (let row = from; row < to; row++) {
          if (gapRows.has(row)) lastGap = row;
          if (row - back >= lastGap) yield row;
        }
      };
      let [sum, pairs] = [0, 0];
      yield* eachRow(rows(), 1, (row) => {
        sum += valueAt(values, row, column, scaling);
        pairs++;
      });
      yield* eachRow(rows(), 1, (row) => {
        const value = valueAt(values, row, column, scaling);
        totals.mean += (value - sum / pairs) ** 2;
        totals.persistence += (value - valueAt(values, row - lead, column, scaling)) ** 2;
        if (season > 0) totals.season += (value - valueAt(values, row - seasonal, column, scaling)) ** 2;
        count++;
      });
    }
  }
  // if the predicted row is the last step itself, persistence would be the answer
  const errors = [totals.mean, ...(horizon === 0 ? [] : [totals.persistence]), ...(season > 0 ? [totals.season] : [])];
  return Math.min(...errors) / count;
}
