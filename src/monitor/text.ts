import { power, significant } from "../words/numbers.ts";
import { cut, excerpt, padEnd, padStart, paragraph, row, sectionsText } from "../report/kit/terminal/layout.ts";
import { presetRows } from "../report/flow/text/presets.ts";
import { createTheme, type TerminalOptions } from "../report/kit/terminal/theme.ts";
import { VERDICT_TONES } from "../report/kit/verdict-tones.ts";
import type { MonitorDiagnosis, MonitorLayer } from "./types.ts";

/** At most this many layers are shown: the first and the last. */
const MOST_ROWS = 16;

/**
 * The diagnosis of a monitor for a terminal: the verdict, the layers, the causes, the rules of other tools, and one
 * line of advice.
 */
export function monitorToText(diagnosis: MonitorDiagnosis, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const { verdict, state, summary, layers, causes, presets, advice, steps, lastStep } = diagnosis;
  const head = theme.paint(verdict.toUpperCase(), "bold", VERDICT_TONES[verdict]);
  const when = theme.paint(
    `${state}; ${steps === 1 ? "1 step" : `${steps} steps`} recorded, the last one is step ${lastStep}`,
    "dim",
  );
  const names = Math.min(28, Math.max("layer".length, ...layers.map(({ name }) => name.length)));
  const columns = ["‖g‖", "to the last", "zero", "update/weight"].map(theme.text);
  const cells = layers.map((layer) => cellsOf(layer).map(theme.text));
  const widths = columns.map((title, i) => 2 + Math.max(title.length, ...cells.map((texts) => texts[i].length)));
  const line = (name: string, texts: readonly string[]) =>
    (padEnd(cut(theme, name, names), names) + texts.map((text, i) => padStart(text, widths[i])).join("")).trimEnd();
  const rows = layers.map(({ name }, l) => line(name, cells[l]));
  const sections = [
    [`${head}  ${when}`, ...paragraph(theme, summary)],
    [theme.paint(line("layer", columns), "dim"), ...excerpt(theme, rows, MOST_ROWS)],
    causes.flatMap(({ share, sentence }, i) =>
      row(theme, i === 0 ? "Causes" : "", `${significant(100 * share, 2)} %: ${sentence}.`),
    ),
    presetRows(theme, presets),
    paragraph(theme, `→ ${advice}`, "bold"),
  ];
  return sectionsText(sections);
}

function cellsOf({ lnGradientNorm, gain, zeroShare, lnUpdateRatio }: MonitorLayer): string[] {
  return [
    power(lnGradientNorm),
    power(gain),
    zeroShare === 0 ? "" : `${significant(100 * zeroShare, 2)} %`,
    lnUpdateRatio === null ? "" : power(lnUpdateRatio),
  ];
}
