import { formatColumns } from "../table.ts";
import type { Fault } from "./plant.ts";
import type { Confusion, Rate, RowScore, Summary, ToolScore } from "./tally.ts";
import { wilson } from "./tally.ts";

/** All results of the study. */
export interface Study {
  readonly schema: "evanesce.calibration/1";
  /** Of each row. */
  readonly seeds: number;
  readonly parts: Readonly<Record<string, Summary>>;
  /** The title of the following confusions and scores. */
  readonly counted: string;
  readonly verdicts: Confusion;
  readonly causes: Confusion;
  readonly tools: readonly ToolScore[];
  readonly deepTools: readonly ToolScore[];
  readonly rows: readonly RowScore[];
}

/** "99.2 % (98.1 to 99.7)". */
export function percent({ hits, trials }: Rate): string {
  const interval = wilson({ hits, trials });
  if (interval === null) return "–";
  const of = (share: number) => (100 * share).toFixed(1);
  return `${of(hits / trials)} % (${of(interval[0])} to ${of(interval[1])})`;
}

const SUMMARY_ROWS: readonly (readonly [string, keyof Summary])[] = [
  ["verdict right", "verdict"],
  ["  of those far from the bound", "clearVerdict"],
  ["false alarms, healthy", "falseAlarms"],
  ["  converged, plateau, constant labels", "settledAlarms"],
  ["sick called healthy", "missed"],
  ["cause right, where it is known", "cause"],
  ["  true cause ambiguous", "ambiguous"],
  ["state of the loss right", "state"],
  ["layer of a one-layer fault right", "place"],
];

function summaryTable(parts: Readonly<Record<string, Summary>>): string {
  const names = Object.keys(parts);
  const head = ["", ...names.map((name) => `${name}, ${parts[name].cases.toLocaleString("en")}`)];
  return formatColumns(
    head,
    SUMMARY_ROWS.map(([label, key]) => [label, ...names.map((name) => percent(parts[name][key] as Rate))]),
    1,
  );
}

function confusionTable(counts: Confusion, what: string): string {
  const truths = Object.keys(counts).sort();
  const said = [...new Set([...truths, ...truths.flatMap((row) => Object.keys(counts[row]).sort())])];
  return formatColumns(
    [`true ${what} \\ ours`, ...said],
    truths.map((row) => [row, ...said.map((column) => String(counts[row][column] ?? "·"))]),
    1,
  );
}

const toolTable = (tools: readonly ToolScore[]): string =>
  formatColumns(
    ["", "alarm on sick", "false alarms, healthy", "of them settled", "right, of what it can say", "cannot say"],
    tools.map(({ tool, alarms, falseAlarms, settledAlarms, right, cannotSay }) => [
      tool,
      percent(alarms),
      percent(falseAlarms),
      percent(settledAlarms),
      percent(right),
      cannotSay.join(", "),
    ]),
    1,
  );

function rowTable(rows: readonly RowScore[], part: Fault["part"]): string {
  const part1 = rows.filter(({ fault }) => fault.part === part);
  return formatColumns(
    ["kind", "severity", "seeds", "true verdict", "right", "true cause", "right", "ambiguous"],
    part1.map(({ fault, seeds, truth, truthShare, verdict, trueCause, cause, ambiguous }) => [
      fault.kind,
      fault.severity,
      String(seeds),
      `${truth} ${(100 * truthShare).toFixed(0)} %`,
      `${((100 * verdict.hits) / verdict.trials).toFixed(1)} %`,
      trueCause,
      cause.trials === 0 ? "–" : `${((100 * cause.hits) / cause.trials).toFixed(1)} %`,
      ambiguous === 0 ? "" : String(ambiguous),
    ]),
  );
}

/** The study for people. */
export function formatStudy(study: Study): string {
  const { seeds, parts, verdicts, causes, tools, deepTools, rows } = study;
  return [
    `Planted faults and healthy controls, ${seeds} seeds of each row. The diagnosis was tuned on other seeds of the tuned kinds alone.`,
    "Truth: the gains of a float64 network, and the cause whose reversal restores them. 95 % intervals by Wilson.",
    "",
    summaryTable(parts),
    "",
    `${study.counted}:`,
    "",
    confusionTable(verdicts, "verdict"),
    "",
    confusionTable(causes, "cause"),
    "",
    "Other tools' rules on the same networks (alarms about gradients and units; NaN counts as exploding):",
    "",
    toolTable(tools),
    "",
    "The same on the feed-forward networks among them, for which those rules were made:",
    "",
    toolTable(deepTools),
    "",
    "Held-out kinds, row by row:",
    "",
    rowTable(rows, "held out"),
    "",
    "Realistic sizes, row by row:",
    "",
    rowTable(rows, "realistic"),
    "",
    "Tuned kinds, row by row:",
    "",
    rowTable(rows, "tuned"),
  ].join("\n");
}
