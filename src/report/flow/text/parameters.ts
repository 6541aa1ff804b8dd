import type { GradientFlow } from "../../../flow/index.ts";
import { parameterRows } from "../parameters.ts";
import { cut, excerpt, padEnd, padStart } from "../../kit/terminal/layout.ts";
import type { Theme } from "../../kit/terminal/theme.ts";

/** At most this many rows are shown: the first and the last. */
const MOST_ROWS = 10;

/** Every parameter's gradient norm beside its own norm. */
export function parameterTable(theme: Theme, { parameters }: GradientFlow): string[] {
  if (parameters.length === 0) return [];
  const table = parameterRows(parameters);
  const heads = table.heads.slice(2).map(theme.text);
  const cells = table.rows.map(([name, shape, ...texts]) => ({ name, shape, values: texts.map(theme.text) }));
  const values = heads.map((head, i) => 2 + Math.max(head.length, ...cells.map((cell) => cell.values[i].length)));
  const shapes = 2 + Math.max(...cells.map(({ shape }) => shape.length));
  const room = theme.width - shapes - values.reduce((sum, width) => sum + width, 0);
  const names = Math.min(room, Math.max(10, ...cells.map(({ name }) => name.length)));
  const line = (name: string, shape: string, texts: readonly string[]) =>
    `${padEnd(cut(theme, name, names), names)}${padEnd(`  ${shape}`, shapes)}${texts
      .map((text, i) => padStart(text, values[i]))
      .join("")}`.trimEnd();
  const rows = cells.map(({ name, shape, values: texts }) => line(name, shape, texts));
  const head = theme.paint(line("Gradients", "", heads), "dim");
  return [head, ...excerpt(theme, rows, MOST_ROWS, ": see --json")];
}
