import type { ParameterTrace, TrainingTrace } from "../../training/index.ts";
import { describeNetwork } from "../kit/describe.ts";
import type { Finding } from "../flow/findings.ts";
import { accuracy as right, counted, percent, power, significant } from "../../words/numbers.ts";
import { cut, padEnd, padStart, paragraph, row } from "../kit/terminal/layout.ts";
import { plot } from "../kit/terminal/plot.ts";
import { createTheme, type Style, type TerminalOptions, type Theme } from "../kit/terminal/theme.ts";

const PHASE_STYLES: Readonly<Record<TrainingTrace["phase"]["name"], Style>> = {
  "too-early": "warn",
  learning: "good",
  converged: "good",
  plateau: "warn",
  "trivial-baseline": "warn",
  vanishing: "bad",
  exploding: "bad",
  dead: "bad",
  nonfinite: "bad",
};

/**
 * A trace for a terminal: what became of the run first, then its loss, its evaluations, and what each parameter's
 * gradient and update were.
 */
export function traceToText(trace: TrainingTrace, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const { phase } = trace;
  const sections = [
    [
      theme.paint(phase.name.replace("-", " ").toUpperCase(), "bold", PHASE_STYLES[phase.name]),
      ...paragraph(theme, trace.summary),
    ],
    [...paragraph(theme, describeNetwork(trace), "dim"), ...paragraph(theme, describeRun(trace), "dim")],
    lossPlot(theme, trace),
    traceFindings(trace).flatMap(({ label, text }) => row(theme, label, text)),
    parameterRows(theme, trace),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

/** What was run, in a line: task, batch, optimizer, updates, seed. */
export function describeRun({ task, steps, updates, optimizer, schedule, seed }: TrainingTrace): string {
  const rate = significant(Number(optimizer.learningRate));
  return [
    task.name,
    ...(task.steps === undefined ? [] : [counted(task.steps, "step")]),
    `batch ${task.batch}`,
    `${optimizer.name} at ${rate}${schedule.name === "constant" ? "" : `, ${schedule.name}`}`,
    updates === steps ? counted(updates, "update") : `${updates} of ${counted(steps, "update")}`,
    `seed ${seed}`,
  ].join(", ");
}

/** What became of the run in one line. */
export function traceToLine({ phase, summary }: TrainingTrace, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const name = phase.name.replace("-", " ");
  return `${theme.paint(name, "bold", PHASE_STYLES[phase.name])}: ${theme.text(summary)}\n`;
}

/**
 * The loss of every update on a log axis; a loss that is zero or negative, as one without targets may be, is left out.
 */
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

/** What a run says in words. */
export function traceFindings(trace: TrainingTrace): Finding[] {
  const { final, baseline, evaluations, diagnoses, gsnr, clips } = trace;
  const rows: Finding[] = [];
  const withAccuracy = (loss: number, accuracy: number | null) =>
    `${significant(loss)}${accuracy === null ? "" : `, ${right(accuracy)} right`}`;
  if (final !== null) {
    const beside = baseline === null ? "" : `; the best trivial answer has ${significant(baseline.value)}`;
    rows.push({ label: "Loss", text: `${withAccuracy(final.loss, final.accuracy)} over its last updates${beside}` });
  }
  for (const set of ["validation", "test"] as const) {
    const last = evaluations.findLast((evaluation) => evaluation.set === set);
    if (last === undefined) continue;
    rows.push({
      label: set === "test" ? "Test" : "Validation",
      text: `${withAccuracy(last.loss, last.accuracy)} after ${counted(last.update, "update")}`,
    });
  }
  const [first] = diagnoses;
  const last = diagnoses.at(-1);
  if (first !== undefined) rows.push({ label: "At first", text: `${first.verdict}: ${first.summary}` });
  if (last !== undefined && last !== first) rows.push({ label: "At last", text: `${last.verdict}: ${last.summary}` });
  for (const { method, limit, engaged } of clips) {
    rows.push({ label: "Clipping", text: `by ${method}, ${limit}: in ${percent(engaged)} of the traced updates` });
  }
  const noise = gsnr.at(-1)?.parameters[0];
  if (noise !== undefined && noise.gsnrMedian !== null) {
    rows.push({ label: "GSNR", text: `${significant(noise.gsnrMedian)} of ${noise.name}, at the last look` });
  }
  return rows;
}

/** Most parameters that are listed; of more, the first and the last. */
const MOST = 12;
/** Width of a column of numbers at least. */
const COLUMN = 12;
const HEADS = ["‖g‖ first", "‖g‖ last", "‖Δθ‖/‖θ‖", "‖θ−θ₀‖/‖θ‖"];

/** First and last traced gradient, the last update against the weights, and how far each parameter has come. */
function parameterRows(theme: Theme, { parameters }: TrainingTrace): string[] {
  if (parameters.length === 0 || parameters[0].lnNorm.length === 0) return [];
  const half = MOST / 2;
  const listed = parameters.length <= MOST ? parameters : [...parameters.slice(0, half), ...parameters.slice(-half)];
  const longest = Math.max(...listed.map(({ name }) => name.length), "Parameters".length) + 2;
  const width = Math.min(longest, theme.width - 2 * COLUMN);
  const heads = HEADS.map(theme.text);
  const wide = heads.map((head) => Math.max(COLUMN, head.length + 2));
  let [shown, room] = [0, theme.width - width]; // of the columns, the first ones first
  while (shown < heads.length && wide[shown] <= room) room -= wide[shown++];
  const cells = ({ lnGradientNorm, lnUpdateRatio, lnDistance, lnNorm }: ParameterTrace) => [
    power(lnGradientNorm[0]),
    power(lnGradientNorm.at(-1) as number),
    power(lnUpdateRatio.at(-1) as number),
    power((lnDistance.at(-1) as number) - (lnNorm.at(-1) as number)),
  ];
  const line = (head: string, values: readonly string[]) =>
    padEnd(cut(theme, theme.text(head), width), width) +
    values
      .slice(0, shown)
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
