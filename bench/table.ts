import { type Limits, sharesOf, type Work } from "./limit.ts";

/** One measurement: the shape, its work and its time. */
export interface Row {
  readonly group: string;
  readonly shape: string;
  readonly work: Work;
  readonly milliseconds: number;
  /** The relative error against float64, found before timing. */
  readonly error: number;
}

/** A row and its shares of the two rooflines. */
export function judged(row: Row, limits: Limits) {
  const gflops = row.work.flop / row.milliseconds / 1e6;
  return { ...row, gflops, ...sharesOf(limits, row.work, row.milliseconds) };
}

/** A table for people, with one line for each row. */
export function formatTable(rows: readonly ReturnType<typeof judged>[]): string {
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return formatColumns(
    ["", "shape", "ms", "GFLOP/s", "of registers", "of the clock", "error"],
    rows.map((row) => [
      row.group,
      row.shape,
      row.milliseconds.toPrecision(3),
      row.gflops.toFixed(1),
      percent(row.share),
      percent(row.clockShare),
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

/** The same as a table of Markdown, to paste into a page. */
export function formatMarkdown(head: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...body.map(line)].join("\n");
}
