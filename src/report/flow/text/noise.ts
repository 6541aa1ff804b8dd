import type { GradientStatistics } from "../../../metrics/index.ts";
import { NOISE_HEADS, noiseCells, noiseFindings } from "../noise.ts";
import { cut, excerpt, padEnd, padStart, row } from "../../kit/terminal/layout.ts";
import type { Theme } from "../../kit/terminal/theme.ts";

/** At most this many layers are shown: the first and the last. */
const MOST_ROWS = 10;

/** The noise of every layer's gradient over the samples of the batch as a table, then its meaning. */
export function noiseTable(theme: Theme, noise: GradientStatistics | undefined): string[] {
  if (noise === undefined) return [];
  const heads = NOISE_HEADS.map(theme.text);
  const lines = [...noise.layers, noise.all].map((layer) => ({
    name: layer.name,
    cells: noiseCells(layer).map(theme.text),
  }));
  const widths = heads.map((head, i) => 2 + Math.max(head.length, ...lines.map(({ cells }) => cells[i].length)));
  const title = `${noise.samples} samples`;
  const room = theme.width - widths.reduce((sum, width) => sum + width, 0);
  const names = Math.min(room, Math.max(title.length, ...lines.map(({ name }) => name.length)));
  const line = (name: string, cells: readonly string[]) =>
    (padEnd(cut(theme, name, names), names) + cells.map((cell, i) => padStart(cell, widths[i])).join("")).trimEnd();
  const rows = lines.map(({ name, cells }) => line(name, cells));
  const layers = rows.slice(0, -1);
  const words = noiseFindings(noise).flatMap(({ label, text }) => row(theme, label, text));
  return [
    theme.paint(line(title, heads), "dim"),
    ...excerpt(theme, layers, MOST_ROWS, ": see --json"),
    rows[rows.length - 1],
    ...words,
  ];
}
