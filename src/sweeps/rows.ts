import type { MapCell } from "./map-cell.ts";
import type { Setting } from "./types.ts";

/** One cell as a row of a table. A column holds a number, a word or nothing. */
export type Row = Readonly<Record<string, number | string | boolean | null>>;

/** The measured columns of a row, with their meanings. */
export const MEASURED = {
  outcome: "finite, or nonfinite if the pass left the range of float32",
  verdict: "verdict of the diagnosis",
  cause: "main cause of the diagnosis",
  loss: "loss of the pass at the start",
  gain: "ln ‖δ_first‖ − ln ‖δ_last‖ of the path in nats; negative if the gradient shrinks",
  perStation: "nats that the gradient loses at each station",
  halfLife: "stations in which the gradient halves",
  rSquared: "R² of a straight line through the profile",
  lnFirstWeightGradient: "ln ‖∂L/∂W‖ of the path's first matrix",
  lnLastWeightGradient: "ln ‖∂L/∂W‖ of the path's last matrix",
  lyapunov: "largest Lyapunov exponent, nats a step",
  lnHidden: "ln of the size √(mean h²) of the last hidden layer's activations, at the start",
  lnOutput: "ln of the size √(mean y²) of the outputs, at the start",
  lnHiddenChange: "ln of the size of the change of the last hidden layer's activations by training",
  lnOutputChange: "ln of the size of the change of the outputs by training",
  trainedOutcome: "finite, or nonfinite if training diverged",
  trainedLoss: "loss on unseen data after training",
  trivialLoss: "loss of the best constant answer to these data",
  learned: "1 − trainedLoss/trivialLoss, at least 0",
} as const;

export type MeasuredName = keyof typeof MEASURED;

/** The row of a cell: its place, then the measured numbers or the reason why there are none. */
export function rowOf({ cell, end }: MapCell): Row {
  const { id, seed, settings, planName, taskName, replicate } = cell;
  const { result, failed } = end;
  const { start, trained } = result ?? {};
  const measured: Readonly<Record<MeasuredName, Row[string]>> = {
    outcome: start?.outcome ?? null,
    verdict: start?.verdict ?? null,
    cause: result?.cause ?? null,
    loss: start?.loss ?? null,
    gain: start?.decay?.totalGain ?? null,
    perStation: start?.decay?.perStation ?? null,
    halfLife: start?.decay?.halfLife ?? null,
    rSquared: start?.decay?.rSquared ?? null,
    lnFirstWeightGradient: result?.lnFirstWeightGradient ?? null,
    lnLastWeightGradient: result?.lnLastWeightGradient ?? null,
    lyapunov: result?.lyapunov ?? null,
    lnHidden: result?.coordinates?.lnHidden ?? null,
    lnOutput: result?.coordinates?.lnOutput ?? null,
    lnHiddenChange: result?.coordinates?.lnHiddenChange ?? null,
    lnOutputChange: result?.coordinates?.lnOutputChange ?? null,
    trainedOutcome: trained?.outcome ?? null,
    trainedLoss: trained?.loss ?? null,
    trivialLoss: trained?.trivial ?? null,
    learned: trained?.learned ?? null,
  };
  return {
    id,
    ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [columnOf(key), plain(value)])),
    task: taskName,
    plan: planName,
    replicate,
    seed,
    ...measured,
    failed: failed ?? null,
  };
}

/** The column of a setting: its key, changed if every row already has a column of this name. */
const columnOf = (key: string) =>
  ["id", "task", "plan", "replicate", "seed", "failed"].includes(key) || Object.hasOwn(MEASURED, key)
    ? `network.${key}`
    : key;

const plain = (value: Setting): Row[string] => (Array.isArray(value) ? JSON.stringify(value) : (value as Row[string]));

/** Every column of the rows, in the order of first appearance. */
export const columnsOf = (rows: readonly Row[]): string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))];

/**
 * Rows as CSV (RFC 4180): a header, then one line for each. A field that a spreadsheet would run as a formula becomes
 * plain text.
 */
export function rowsToCsv(rows: readonly Row[]): string {
  const columns = columnsOf(rows);
  const lines = [columns.map(field).join(",")];
  for (const row of rows) lines.push(columns.map((column) => field(row[column] ?? null)).join(","));
  return `${lines.join("\r\n")}\r\n`;
}

function field(value: Row[string]): string {
  if (value === null) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
