import type { ComparedFlow, Comparison } from "./compare.ts";
import { comparisonCells, conclusion, PROFILE_SYMBOLS } from "./findings.ts";
import { adviceRows } from "../kit/terminal/advice.ts";
import { cut, padEnd, padStart, paragraph, sectionsText } from "../kit/terminal/layout.ts";
import { plot } from "../kit/terminal/plot.ts";
import { createTheme, type Style, type TerminalOptions, type Theme } from "../kit/terminal/theme.ts";
import { VERDICT_TONES } from "../kit/verdict-tones.ts";

const heads = ({ axis }: Comparison) => ["verdict", `nats/${axis}`, "half-life", "total gain", "reach", "loss"];

/** At most this many profiles are drawn. Their last stations are at the right end, whatever their lengths are. */
const MOST_DRAWN = 7;
const STYLES: readonly Style[] = ["main", "second", "warn", "good", "bad", "bold", "dim"];

/** A comparison for a terminal: the conclusion, the profiles in one plot, the table. */
export function comparisonToText(comparison: Comparison, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const { axis, entries, of } = comparison;
  const longest = Math.max(...entries.map(({ lnGradientNorm }) => lnGradientNorm.length));
  const series = entries.slice(0, MOST_DRAWN).map(({ name, lnGradientNorm }, i) => {
    const values = new Float64Array(longest).fill(Number.NaN);
    values.set(lnGradientNorm, longest - lnGradientNorm.length);
    return { name: cut(theme, name, 24), values, style: STYLES[i], length: lnGradientNorm.length };
  });
  const lineAt = Math.max(
    0,
    series.findIndex(({ length }) => length === longest),
  );
  const sections = [
    [theme.paint(`COMPARISON of ${entries.length}`, "bold"), ...paragraph(theme, conclusion(comparison))],
    paragraph(theme, `${PROFILE_SYMBOLS[of][axis]} on its way back`, "dim"),
    plot(theme, {
      main: series[lineAt],
      others: series.filter((_, i) => i !== lineAt),
      axis,
      end: "loss ▲",
    }),
    table(theme, comparison),
    ...entries.map((entry) => toDo(theme, entry)),
    entries.flatMap(({ name, notes = [] }) => notes.flatMap((note) => paragraph(theme, `${name}: ${note}`, "dim"))),
  ];
  return sectionsText(sections);
}

/** The fault of one result and the advice; empty for a healthy one. */
function toDo(theme: Theme, { name, cause, advice }: ComparedFlow): string[] {
  if (advice === undefined) return [];
  return [...paragraph(theme, cause === null ? name : `${name}: ${cause}`), ...adviceRows(theme, advice)];
}

/** The table, with as many of the first columns as fit the terminal. */
function table(theme: Theme, comparison: Comparison): string[] {
  const rows = comparison.entries.map((entry) => ({ entry, texts: comparisonCells(entry).map(theme.text) }));
  const widths = heads(comparison).map(
    (head, i) => 2 + Math.max(head.length, ...rows.map(({ texts }) => texts[i].length)),
  );
  const least = 12;
  let [columns, used] = [0, least];
  while (columns < widths.length && used + widths[columns] <= theme.width) used += widths[columns++];
  const room = Math.min(
    theme.width - used + least,
    Math.max(least, ...rows.map(({ entry }) => [...entry.name].length)),
  );
  const line = (name: string, texts: readonly string[]) =>
    padEnd(cut(theme, theme.text(name), room), room) +
    texts
      .slice(0, columns)
      .map((text, i) => padStart(text, widths[i]))
      .join("");
  return [
    theme.paint(line("", heads(comparison)), "dim"),
    ...rows.map(({ entry, texts }) => {
      const plain = line(entry.name, texts);
      const at = plain.indexOf(entry.verdict, room);
      const style = VERDICT_TONES[entry.verdict];
      return plain.slice(0, at) + theme.paint(entry.verdict, style) + plain.slice(at + entry.verdict.length);
    }),
  ];
}

/** One line for each result. */
export function comparisonToLines(comparison: Comparison, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  return comparison.entries
    .map(({ name, verdict }) => `${theme.text(name)}: ${theme.paint(verdict, VERDICT_TONES[verdict])}\n`)
    .join("");
}
