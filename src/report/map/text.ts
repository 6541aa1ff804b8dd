import type { MapPanel, PhaseMap } from "../../sweeps/phase-map.ts";
import { count, significant } from "../../words/numbers.ts";
import { padEnd, padStart, paragraph } from "../kit/terminal/layout.ts";
import { createTheme, type TerminalOptions, type Theme } from "../kit/terminal/theme.ts";
import { panelName } from "./figures.ts";
import { settingText } from "./names.ts";
import { summaryOf } from "./page.ts";

/** Shades from the least value to the largest. */
const SHADES = [" ", "░", "▒", "▓", "█"];
const ASCII_SHADES = [" ", ".", "-", "=", "+", "*", "#", "@"];
/** Most columns of the terminal for one column of the map. */
const WIDEST_CELL = 6;

/** A map for a terminal: a heat map in shades for each panel, then its range in words. */
export function mapToText(map: PhaseMap, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const lines = [...drawnLines(map, theme), ...paragraph(theme, summaryOf(map))];
  if (map.failed > 0)
    lines.push(...paragraph(theme, `${count(map.failed)} networks have no result; --retry runs them again.`));
  return `${lines.join("\n")}\n`;
}

/** The drawing alone, for a map that is not complete. Places without a result are dots. */
export const mapToDrawing = (map: PhaseMap, options: TerminalOptions = {}): readonly string[] =>
  drawnLines(map, createTheme(options));

function drawnLines(map: PhaseMap, theme: Theme): string[] {
  const values = map.panels.flatMap(({ places }) => places.flat().map((place) => place?.value ?? Number.NaN));
  const finite = values.filter(Number.isFinite);
  const [low, high] = finite.length === 0 ? [0, 1] : [Math.min(...finite), Math.max(...finite)];
  const lines: string[] = [];
  for (const panel of map.panels) {
    const name = panelName(map, panel);
    const head = `${map.value.name} over ${map.x.key}${map.y === null ? "" : ` (across) and ${map.y.key} (up)`}`;
    lines.push(
      theme.paint(theme.text(name === "" ? head : `${head}, ${name}`), "bold"),
      ...panelLines(map, panel, low, high, theme),
      "",
    );
  }
  lines.push(...legend(map, low, high, theme));
  return lines;
}

function panelLines(
  { x, y }: PhaseMap,
  { places, theory }: MapPanel,
  low: number,
  high: number,
  theme: Theme,
): string[] {
  const names = (y?.values ?? [""]).map((value) => theme.text(settingText(value)));
  const label = Math.max(...names.map((name) => name.length), 1);
  const wide = Math.max(1, Math.min(WIDEST_CELL, Math.floor((theme.width - label - 3) / x.values.length)));
  const shades = theme.ascii ? ASCII_SHADES : SHADES;
  const pending = theme.ascii ? "." : "·";
  const onLine = new Set(theory.map(([x0, y0, x1, y1]) => `${Math.round((x0 + x1) / 2)}/${Math.round((y0 + y1) / 2)}`));
  const rows = places.map((row, r) => {
    const cells = row.map((place, c) => {
      const value = place?.value ?? Number.NaN;
      const shade = Number.isFinite(value)
        ? shades[Math.min(shades.length - 1, Math.floor(((value - low) / (high - low || 1)) * shades.length))]
        : place === null
          ? " "
          : place.count + place.failed === 0
            ? pending
            : "?";
      const text = shade.repeat(wide);
      if (!onLine.has(`${c}/${r}`)) return text;
      const middle = Math.floor(wide / 2);
      return text.slice(0, middle) + (theme.ascii ? "o" : "●") + text.slice(middle + 1);
    });
    return `${padStart(names[r], label)} ${theme.ascii ? "|" : "│"}${cells.join("")}`;
  });
  rows.reverse();
  const every = Math.ceil(5 / wide) + 1;
  const ticks = x.values
    .map((value, i) =>
      i % every === 0 ? padEnd(theme.text(settingText(value)).slice(0, every * wide - 1), every * wide) : "",
    )
    .join("");
  return [...rows, `${" ".repeat(label + 2)}${ticks.slice(0, x.values.length * wide + 4).trimEnd()}`];
}

function legend(map: PhaseMap, low: number, high: number, theme: Theme): string[] {
  const shades = (theme.ascii ? ASCII_SHADES : SHADES).join("");
  const scale = `${significant(low)} ${theme.ascii ? "|" : "│"}${shades}${theme.ascii ? "|" : "│"} ${significant(high)}`;
  const line = map.theory === null ? "" : `   ${theme.ascii ? "o" : "●"} ${map.theory}`;
  return [theme.paint(theme.text(`${scale}${line}`), "dim"), ""];
}

/** The map in one line. */
export const mapToLine = (map: PhaseMap, options: TerminalOptions = {}): string =>
  `${createTheme(options).text(summaryOf(map))}\n`;
