import type { MonitoredRun } from "../../monitor/run/types.ts";
import { count, percent } from "../../words/numbers.ts";
import { capitalized, list as listed } from "../../words/phrases.ts";
import { type Figure, lineMark } from "../kit/figure/figure.ts";
import type { Report } from "../kit/html/report.ts";
import { list, oneOf, record, type Shape } from "../kit/read/shapes.ts";
import { cut, padEnd, padStart, paragraph } from "../kit/terminal/layout.ts";
import { createTheme, type TerminalOptions } from "../kit/terminal/theme.ts";
import { readRun } from "./read.ts";
import { runToLine } from "./text.ts";
import { headline, keyNumbers, summaryOf } from "./words.ts";

/** Several runs, each judged by itself. */
export interface MonitoredRuns {
  readonly schema: "evanesce.runs/1";
  readonly runs: readonly MonitoredRun[];
}

/** Most curves in one figure; more could not be told apart. */
const MOST_CURVES = 6;
const LONGEST_NAME = 24;
const HEADS = ["verdict", "the run is", "loss", "first layer", "clipped"];

/** @throws EvanesceError that names the field that is missing or wrong */
export const readRuns: Shape<MonitoredRuns> = (value, where) =>
  record({ schema: oneOf("evanesce.runs/1"), runs: list(readRun) })(value, where);

/** Names of the runs: without folders if they are still different. */
function namesOf(runs: readonly MonitoredRun[]): string[] {
  const whole = runs.map(({ run }) => run.name);
  const bare = whole.map((name) => name.replace(/^.*[/\\](?=.)/, ""));
  return new Set(bare).size === bare.length ? bare : whole;
}

/** The cells of a run in the table. */
function cellsOf(result: MonitoredRun): string[] {
  const { loss, gain } = keyNumbers(result);
  const { clipping, activity } = result.run;
  return [
    headline(result).word,
    activity.replace("-", " "),
    loss,
    gain,
    clipping === null ? "–" : percent(clipping.engaged / clipping.updates),
  ];
}

/** The first cause in words; empty if nothing is wrong. */
const causeOf = ({ causes }: MonitoredRun): string =>
  causes.length === 0 ? "" : `${percent(causes[0].share)}: ${causes[0].sentence}.`;

/** A table of runs for a terminal, with the phase of each. */
export function runsToText({ runs }: MonitoredRuns, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const called = namesOf(runs);
  const names = Math.min(LONGEST_NAME, Math.max("run".length, ...called.map(({ length }) => length)));
  const cells = runs.map((run) => cellsOf(run).map(theme.text));
  const widths = HEADS.map((head, i) => 2 + Math.max(head.length, ...cells.map((texts) => texts[i].length)));
  const line = (name: string, texts: readonly string[]) =>
    padEnd(cut(theme, theme.text(name), names), names) + texts.map((text, i) => padStart(text, widths[i])).join("");
  const table = [theme.paint(line("run", HEADS), "dim"), ...called.map((name, i) => line(name, cells[i]))];
  const said = runs.flatMap((run, i) => [
    "",
    ...paragraph(theme, called[i], "bold"),
    ...paragraph(theme, summaryOf(run)),
    ...paragraph(theme, causeOf(run)),
    ...paragraph(theme, `→ ${run.advice}`),
  ]);
  return `${[...table, ...said].join("\n")}\n`;
}

/** One line for each run. */
export const runsToLines = ({ runs }: MonitoredRuns, options: TerminalOptions = {}): string =>
  runs.map((run, i) => `${createTheme(options).text(namesOf(runs)[i])}: ${runToLine(run, options)}`).join("");

/** Figures of the losses and of the gradients of up to six runs. */
export function runsFigures({ runs }: MonitoredRuns): Figure[] {
  const some = runs.slice(0, MOST_CURVES);
  const called = namesOf(runs);
  const of = some.length < runs.length ? ` of the first ${some.length} runs` : "";
  const logarithmic = some.every(({ run }) => run.curves.loss.every((loss) => !(loss <= 0)));
  const update = { label: "update", scale: "linear", whole: true } as const;
  const figures: Figure[] = [];
  if (some.some(({ run }) => run.curves.loss.some(Number.isFinite))) {
    figures.push({
      id: "losses",
      title: "Losses",
      caption: `The loss over the updates${of}.`,
      x: update,
      y: { label: "loss", scale: logarithmic ? "decades" : "linear" },
      marks: some.map(({ run }, slot) =>
        lineMark(called[slot], logarithmic ? run.curves.loss.map(Math.log) : run.curves.loss, slot, run.curves.update),
      ),
    });
  }
  figures.push({
    id: "gradients",
    title: "Gradient of all parameters",
    caption: `‖∂L/∂w‖ of all parameters together over the updates${of}.`,
    x: update,
    y: { label: "‖∂L/∂w‖", scale: "decades" },
    marks: some.map(({ run }, slot) => lineMark(called[slot], run.curves.lnTotal, slot, run.curves.update)),
  });
  return figures;
}

/** Several runs on one page. */
export function runsReport(result: MonitoredRuns, command?: string): Report {
  const { runs } = result;
  const called = namesOf(runs);
  const words = [...new Set(runs.map((run) => headline(run).word))];
  return {
    title: `${count(runs.length)} runs: ${listed(words)}`,
    summary: runs
      .map((run, i) => `${called[i]}: ${headline(run).word}, ${run.run.activity.replace("-", " ")}.`)
      .join(" "),
    subject: runs.map(({ run }) => run.name),
    facts: [],
    sections: [
      ...runsFigures(result).map((figure) => ({ heading: figure.title, figure })),
      {
        heading: "Runs",
        table: {
          heads: ["Run", ...HEADS.map(capitalized), "Cause", "What to do"],
          rows: runs.map((run, i) => [called[i], ...cellsOf(run), causeOf(run), run.advice]),
          text: [0, 1, 2, HEADS.length + 1, HEADS.length + 2],
          sentences: [HEADS.length + 1, HEADS.length + 2],
        },
      },
    ],
    reproduce: { command, notes: [] },
  };
}
