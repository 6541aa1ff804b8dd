import type { GradientNoise, GradientStatistics } from "../../metrics/index.ts";
import { power, significant } from "../numbers.ts";
import { cut, padEnd, padStart, row } from "./layout.ts";
import type { Theme } from "./theme.ts";

/** Layers shown; of more, the first and the last. */
const MOST_ROWS = 10;

/** What the samples of a batch say of every layer's gradient, then what it means. */
export function noiseTable(theme: Theme, noise: GradientStatistics | undefined): string[] {
  if (noise === undefined) return [];
  const heads = ["‖mean‖", "√tr Σ", "norm test", "GSNR", "noise scale"].map(theme.text);
  const lines = [...noise.layers, noise.all].map((layer) => ({
    name: layer.name,
    cells: cellsOf(layer).map(theme.text),
  }));
  const widths = heads.map((head, i) => 2 + Math.max(head.length, ...lines.map(({ cells }) => cells[i].length)));
  const title = `${noise.samples} samples`;
  const room = theme.width - widths.reduce((sum, width) => sum + width, 0);
  const names = Math.min(room, Math.max(title.length, ...lines.map(({ name }) => name.length)));
  const line = (name: string, cells: readonly string[]) =>
    padEnd(cut(theme, name, names), names) + cells.map((cell, i) => padStart(cell, widths[i])).join("");
  const rows = lines.map(({ name, cells }) => line(name, cells));
  const layers = rows.slice(0, -1);
  const half = MOST_ROWS / 2;
  const left = theme.text(`… ${layers.length - MOST_ROWS} more between: see --json`);
  const shown =
    layers.length <= MOST_ROWS ? layers : [...layers.slice(0, half), theme.paint(left, "dim"), ...layers.slice(-half)];
  return [theme.paint(line(title, heads), "dim"), ...shown, rows[rows.length - 1], ...meaning(theme, noise)];
}

function cellsOf({ lnMeanNorm, lnVariance, normTest, gsnrMedian, noiseScale }: GradientNoise): string[] {
  const number = (value: number | null) => (value === null ? "" : significant(value, 2));
  return [
    power(lnMeanNorm),
    lnVariance === null ? "" : power(lnVariance / 2),
    number(normTest),
    number(gsnrMedian),
    number(noiseScale),
  ];
}

/** One row for each magnitude that misleads, with the first layer's sentence; else what the whole gradient's numbers mean. */
function meaning(theme: Theme, { samples, layers, all }: GradientStatistics): string[] {
  const misleading = (["nonfinite", "zero", "vanished"] as const).flatMap((magnitude) => {
    const found = layers.filter((layer) => layer.magnitude === magnitude);
    if (found.length === 0) return [];
    const who = found.length === 1 ? found[0].name : `${found[0].name} and ${found.length - 1} more`;
    return row(theme, "Variance", `${who}: ${found[0].sentence}`);
  });
  // ḡ²/σ² of noise is χ²₁/B, whose median is 0.455/B
  const noise = `the median GSNR of nothing but noise is 0.45/B = ${significant(0.455 / samples, 2)}`;
  return [...row(theme, "Noise", `all together: ${all.sentence}; ${noise}`), ...misleading];
}
