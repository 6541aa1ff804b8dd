import type { ParameterTrace, TrainingTrace } from "../../training/index.ts";
import { describeNetwork } from "../kit/describe.ts";
import { counted, power } from "../../words/numbers.ts";
import { adviceRows } from "../kit/terminal/advice.ts";
import { cut, padEnd, padStart, paragraph, row, sectionsText } from "../kit/terminal/layout.ts";
import { plot } from "../kit/terminal/plot.ts";
import { createTheme, type TerminalOptions, type Theme } from "../kit/terminal/theme.ts";
import { traceAdvice, traceCauses } from "./advice.ts";
import { describeTraining, PHASE_TONES, phaseName, traceFindings } from "./findings.ts";

/**
 * A trace for a terminal: first the phase of the run, then its loss, its evaluations, and the gradient and update of
 * each parameter.
 */
export function traceToText(trace: TrainingTrace, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const { phase } = trace;
  const sections = [
    [theme.paint(phaseName(phase).toUpperCase(), "bold", PHASE_TONES[phase.name]), ...paragraph(theme, trace.summary)],
    traceCauses(trace).flatMap(({ sentence }, i) => row(theme, i === 0 ? "Causes" : "", sentence)),
    adviceRows(theme, traceAdvice(trace)),
    [...paragraph(theme, describeNetwork(trace), "dim"), ...paragraph(theme, describeTraining(trace), "dim")],
    lossPlot(theme, trace),
    traceFindings(trace).flatMap(({ label, text }) => row(theme, label, text)),
    parameterRows(theme, trace),
  ];
  return sectionsText(sections);
}

/** The phase of the run in one line. */
export function traceToLine({ phase, summary }: TrainingTrace, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  return `${theme.paint(phaseName(phase), "bold", PHASE_TONES[phase.name])}: ${theme.text(summary)}\n`;
}

/** The loss of every update on a logarithmic axis. A loss that is zero or negative is left out. */
function lossPlot(theme: Theme, { losses, baseline }: TrainingTrace): string[] {
  const values = losses.map((loss) => Math.log(loss));
  const level = baseline === null || baseline.value <= 0 ? [] : [Math.log(baseline.value)];
  return plot(theme, {
    main: { name: "loss", values, style: "main" },
    others: level.map((ln) => ({
      name: "best trivial answer",
      values: new Float64Array(losses.length).fill(ln),
      style: "second" as const,
    })),
    axis: "update",
    end: "",
    leastDecades: 0.3, // a factor of two
  });
}

/** At most this many parameters are listed: the first and the last. */
const MOST = 12;
/** Least width of a column of numbers. */
const COLUMN = 12;
const HEADS = ["‖g‖ first", "‖g‖ last", "‖Δθ‖/‖θ‖", "‖θ−θ₀‖/‖θ‖"];

/** A ratio of norms as text; a dash if a norm is zero, because then it has no ratio. */
const known = (ln: number): string => (Number.isNaN(ln) ? "–" : power(ln));

/**
 * First and last traced gradient, the last update relative to the weights, and the distance that each parameter has
 * moved.
 */
function parameterRows(theme: Theme, { parameters }: TrainingTrace): string[] {
  if (parameters.length === 0 || parameters[0].lnNorm.length === 0) return [];
  const half = MOST / 2;
  const listed = parameters.length <= MOST ? parameters : [...parameters.slice(0, half), ...parameters.slice(-half)];
  const longest = Math.max(...listed.map(({ name }) => name.length), "Parameters".length) + 2;
  const width = Math.min(longest, theme.width - 2 * COLUMN);
  const heads = HEADS.map(theme.text);
  const wide = heads.map((head) => Math.max(COLUMN, head.length + 2));
  let [columns, room] = [0, theme.width - width]; // columns that fit, the first ones first
  while (columns < heads.length && wide[columns] <= room) room -= wide[columns++];
  const cells = ({ lnGradientNorm, lnUpdateRatio, lnDistance, lnNorm }: ParameterTrace) => [
    power(lnGradientNorm[0]),
    power(lnGradientNorm.at(-1) as number),
    known(lnUpdateRatio.at(-1) as number),
    known((lnDistance.at(-1) as number) - (lnNorm.at(-1) as number)),
  ];
  const line = (head: string, values: readonly string[]) =>
    padEnd(cut(theme, theme.text(head), width), width) +
    values
      .slice(0, columns)
      .map((value, i) => padStart(theme.text(value), wide[i]))
      .join("");
  const lines = [
    theme.paint(line("Parameters", heads), "dim"),
    ...listed.map((one) => line(`  ${one.name}`, cells(one))),
  ];
  if (listed.length < parameters.length) {
    lines.splice(half + 1, 0, theme.paint(`  ${counted(parameters.length - MOST, "more parameter")}`, "dim"));
  }
  return lines;
}
