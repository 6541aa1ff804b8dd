import type { ComparedFlow, Comparison } from "./compare.ts";
import { count, nats, significant } from "../../words/numbers.ts";
import { cut, padEnd, padStart, paragraph } from "../kit/terminal/layout.ts";
import { plot } from "../kit/terminal/plot.ts";
import { createTheme, type Style, type TerminalOptions, type Theme } from "../kit/terminal/theme.ts";
import { TONES } from "../kit/verdict-tones.ts";

/** A comparison for a terminal: profiles over each other, and one table. */

export const TITLE = {
  loss: { step: "‖∂L/∂h_t‖", layer: "‖∂L/∂h_l‖" },
  probe: { step: "the probe's norm", layer: "the probe's norm" },
};

const heads = ({ axis }: Comparison) => ["verdict", `nats/${axis}`, "half-life", "total gain", "reach", "loss"];

/** A row of the table, as `heads` names them. */
export const cells = ({ verdict, perStation, halfLife, rSquared, totalGain, reach, loss }: ComparedFlow): string[] => [
  verdict,
  perStation === null ? "" : significant(perStation),
  halfLife === null || rSquared === null || rSquared < 0.9 ? "" : significant(halfLife),
  totalGain === null ? "" : nats(totalGain),
  count(reach),
  loss === null ? "" : significant(loss),
];

/** The one whose gradient keeps its size best; undefined where none comes through. */
export function best({ entries }: Comparison): ComparedFlow | undefined {
  const alive = entries.filter(({ verdict }) => verdict !== "dead" && verdict !== "nonfinite");
  return [...alive].sort((a, b) => a.severity - b.severity)[0];
}

/** Which of them keeps the gradient best, in a sentence. */
export function conclusion(comparison: Comparison): string {
  const winner = best(comparison);
  const { axis, entries } = comparison;
  if (winner === undefined) return "None of them brings a gradient back to the first station.";
  const gain =
    winner.totalGain === null
      ? ""
      : ` (${nats(winner.totalGain)} nats over ${count(winner.lnGradientNorm.length - 1)} ${axis}s)`;
  const healthy = entries.filter(({ verdict }) => verdict === "healthy").length;
  const rest = healthy === 0 ? "; none of them is healthy" : "";
  return `The gradient keeps its size best with ${winner.name}${gain}${rest}.`;
}

/** Profiles with their last stations at the right end, whatever their lengths; at most seven are drawn. */
const MOST_DRAWN = 7;
const STYLES: readonly Style[] = ["main", "second", "warn", "good", "bad", "bold", "dim"];

/** A comparison for a terminal: the conclusion, the profiles over each other, the table. */
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
    paragraph(theme, `${TITLE[of][axis]} on its way back`, "dim"),
    plot(theme, {
      main: series[lineAt],
      others: series.filter((_, i) => i !== lineAt),
      axis,
      end: "loss ▲",
    }),
    table(theme, comparison),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** As many columns as the terminal has room for, the first ones first. */
function table(theme: Theme, comparison: Comparison): string[] {
  const rows = comparison.entries.map((entry) => ({ entry, texts: cells(entry).map(theme.text) }));
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
      const style: Style = TONES[entry.verdict] === "plain" ? "dim" : (TONES[entry.verdict] as Style);
      return plain.slice(0, at) + theme.paint(entry.verdict, style) + plain.slice(at + entry.verdict.length);
    }),
  ];
}

/** A line each. */
export function comparisonToLines(comparison: Comparison, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  return comparison.entries
    .map(({ name, verdict }) => `${theme.text(name)}: ${theme.paint(verdict, TONES[verdict] as Style)}\n`)
    .join("");
}
