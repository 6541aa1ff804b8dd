/** How many blocks each axis of a large grid has. The search for a line begins at their corners. */
const BLOCKS = 20;

/**
 * The values of a function on a grid near the line where it changes its sign; NaN elsewhere. Few places are evaluated,
 * because a value may be expensive: the corners of blocks, all places of a block whose corners differ in sign, and
 * those of each neighbor into which the line continues. A line that lies inside one block, between its corners, is not
 * found.
 *
 * @param at returns the value of a place; NaN if it has none
 */
export function valuesNearZero(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): Float64Array[] {
  const values = Array.from({ length: rows }, () => new Float64Array(columns).fill(Number.NaN));
  const known = Array.from({ length: rows }, () => new Uint8Array(columns));
  const value = (row: number, column: number): number => {
    if (known[row][column] === 0) {
      known[row][column] = 1;
      values[row][column] = at(row, column);
    }
    return values[row][column];
  };
  const [high, wide] = [rows, columns].map((count) => Math.max(1, Math.ceil((count - 1) / BLOCKS)));
  const [down, across] = [Math.ceil((rows - 1) / high), Math.ceil((columns - 1) / wide)];
  const isEvaluated = new Uint8Array(down * across);
  const boundsOf = (block: number) => {
    const [top, left] = [Math.floor(block / across) * high, (block % across) * wide];
    return { top, left, bottom: Math.min(top + high, rows - 1), right: Math.min(left + wide, columns - 1) };
  };

  /** Evaluates a block, then each neighbor into which the line continues. */
  const follow = (first: number): void => {
    const waiting = [first];
    for (let block = waiting.pop(); block !== undefined; block = waiting.pop()) {
      if (isEvaluated[block] === 1) continue;
      isEvaluated[block] = 1;
      const { top, left, bottom, right } = boundsOf(block);
      for (let row = top; row <= bottom; row++) for (let column = left; column <= right; column++) value(row, column);
      const crossesRow = (row: number) => crosses(right - left + 1, (i) => values[row][left + i]);
      const crossesColumn = (column: number) => crosses(bottom - top + 1, (i) => values[top + i][column]);
      if (top > 0 && crossesRow(top)) waiting.push(block - across);
      if (bottom < rows - 1 && crossesRow(bottom)) waiting.push(block + across);
      if (left > 0 && crossesColumn(left)) waiting.push(block - 1);
      if (right < columns - 1 && crossesColumn(right)) waiting.push(block + 1);
    }
  };
  for (let block = 0; block < isEvaluated.length; block++) {
    const { top, left, bottom, right } = boundsOf(block);
    const corners = [value(top, left), value(top, right), value(bottom, left), value(bottom, right)];
    if (crosses(corners.length, (i) => corners[i])) follow(block);
  }
  return values;
}

/** Whether values differ in sign, or may differ because some are missing. */
function crosses(count: number, at: (i: number) => number): boolean {
  let [below, above, missing] = [false, false, false];
  for (let i = 0; i < count; i++) {
    const value = at(i);
    if (Number.isNaN(value)) missing = true;
    else if (value < 0) below = true;
    else above = true;
  }
  return (below && above) || (missing && (below || above));
}
