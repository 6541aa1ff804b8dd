import type { MonitoredRun } from "../../monitor/run/types.ts";
import { percent, power, significant } from "../../words/numbers.ts";
import { cut, excerpt, padEnd, padStart, paragraph, row } from "../kit/terminal/layout.ts";
import { plot } from "../kit/terminal/plot.ts";
import { createTheme, type TerminalOptions, type Theme } from "../kit/terminal/theme.ts";
import { describeRecord, headline, sinceText, summaryOf } from "./words.ts";

/** At most this many layers are shown: the first and the last. */
const MOST_ROWS = 16;
const LONGEST_NAME = 28;

/** A run for a terminal: its verdict, its phase, causes and advice, its loss, its layers, and findings. */
export function runToText(result: MonitoredRun, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const { causes, advice, run } = result;
  return joined([
    [headOf(theme, result), ...paragraph(theme, summaryOf(result))],
    causes.flatMap(({ share, sentence }, i) => row(theme, i === 0 ? "Causes" : "", `${percent(share)}: ${sentence}.`)),
    paragraph(theme, `→ ${advice}`, "bold"),
    paragraph(theme, `${run.name}: ${describeRecord(result)}`, "dim"),
    lossPlot(theme, result),
    layerRows(theme, result),
    findingRows(theme, result),
  ]);
}

/** A run in few lines, which are drawn again while it goes on. */
export function runToLiveText(result: MonitoredRun, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const { advice, run } = result;
  return joined([
    [headOf(theme, result), ...paragraph(theme, summaryOf(result))],
    paragraph(theme, `→ ${advice}`, "bold"),
    paragraph(theme, `${run.name}: ${describeRecord(result)}`, "dim"),
    lossPlot(theme, result, 8),
  ]);
}

/** The verdict and the phase of the run in one line. */
export function runToLine(result: MonitoredRun, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const { word, tone } = headline(result);
  return `${theme.paint(word, "bold", tone)}: ${theme.text(summaryOf(result))}\n`;
}

const joined = (sections: readonly (readonly string[])[]): string =>
  `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;

function headOf(theme: Theme, result: MonitoredRun): string {
  const { word, tone } = headline(result);
  const since = sinceText(result);
  const details = [...(since === "" ? [] : [since]), result.run.activity.replace("-", " ")].join("; ");
  return `${theme.paint(word.toUpperCase(), "bold", tone)}  ${theme.paint(theme.text(details), "dim")}`;
}

/** The loss over the run, on a logarithmic axis if it is positive. */
function lossPlot(theme: Theme, { run: { curves, loss } }: MonitoredRun, rows = 10): string[] {
  if (!curves.loss.some((value) => value > 0) || curves.loss.length < 2) return [];
  const level = loss.baseline === null || loss.baseline <= 0 ? [] : [Math.log(loss.baseline)];
  return plot(theme, {
    main: { name: "loss", values: curves.loss.map(Math.log), style: "main" },
    others: level.map((ln) => ({
      name: "best trivial answer",
      values: new Float64Array(curves.loss.length).fill(ln),
      style: "second" as const,
    })),
    axis: "update",
    end: "",
    rows,
    leastDecades: 0.3, // a factor of two
  });
}

function layerRows(theme: Theme, { layers, run }: MonitoredRun): string[] {
  if (run.axis === "step") return [];
  const steps = new Map(run.steps.map((step) => [step.name, step]));
  const names = Math.min(LONGEST_NAME, Math.max("layer".length, ...layers.map(({ name }) => name.length)));
  const columns = ["‖g‖", "to the last", "zero", "update/weight", "m/√v"].map(theme.text);
  const cells = layers.map(({ name, lnGradientNorm, gain, zeroShare, lnUpdateRatio }) => {
    const adam = steps.get(name)?.adam ?? null;
    return [
      power(lnGradientNorm),
      power(gain),
      zeroShare === 0 ? "" : percent(zeroShare),
      lnUpdateRatio === null ? "" : power(lnUpdateRatio),
      adam === null ? "" : significant(adam, 2),
    ].map(theme.text);
  });
  const used = columns.map((_, i) => cells.some((texts) => texts[i] !== ""));
  const widths = columns.map((title, i) => 2 + Math.max(title.length, ...cells.map((texts) => texts[i].length)));
  const line = (name: string, texts: readonly string[]) =>
    (
      padEnd(cut(theme, theme.text(name), names), names) +
      texts.map((text, i) => (used[i] ? padStart(text, widths[i]) : "")).join("")
    ).trimEnd();
  const rows = layers.map(({ name }, l) => line(name, cells[l]));
  return [theme.paint(line("layer", columns), "dim"), ...excerpt(theme, rows, MOST_ROWS)];
}

function findingRows(theme: Theme, { run: { findings, time } }: MonitoredRun): string[] {
  return [
    ...time.flatMap(({ sentence }, i) => row(theme, i === 0 ? "Along time" : "", sentence)),
    ...findings.flatMap(({ label, text }) => row(theme, label, text)),
  ];
}
