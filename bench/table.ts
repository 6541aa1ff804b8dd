/** One measurement: the shape, its time, and its share of the limit. */
export interface Row {
  readonly group: string;
  readonly shape: string;
  readonly milliseconds: number;
  readonly gflops: number;
  /** Of the limit that binds it: the register-only rate of its build or, for a batch of one, the bandwidth of the cache its weights are in. */
  readonly share: number;
  /** The relative error against float64, found before timing. */
  readonly error: number;
}

/** A table for people, with one line for each row. */
export function formatTable(rows: readonly Row[]): string {
  return formatColumns(
    ["", "shape", "ms", "GFLOP/s", "of limit", "error"],
    rows.map((row) => [
      row.group,
      row.shape,
      row.milliseconds.toPrecision(3),
      row.gflops.toFixed(1),
      `${(100 * row.share).toFixed(0)} %`,
      row.error.toExponential(0),
    ]),
  );
}

/** Lines of columns with the least width; the first `words` columns are aligned left. */
export function formatColumns(head: readonly string[], body: readonly (readonly string[])[], words = 2): string {
  const widths = head.map((_, i) => Math.max(...[head, ...body].map((cells) => cells[i].length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i < words ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
      .join("  ")
      .trimEnd();
  return [line(head), ...body.map(line)].join("\n");
}
