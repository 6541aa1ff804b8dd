import type { PresetReport } from "../../../diagnosis/index.ts";
import { significant } from "../../../words/numbers.ts";
import { row } from "../../kit/terminal/layout.ts";
import type { Theme } from "../../kit/terminal/theme.ts";

/** What other tools' rules would have said, a line each: the gravest finding with its number. */
export function presetRows(theme: Theme, reports: readonly PresetReport[]): string[] {
  return reports.flatMap((report, i) => row(theme, i === 0 ? "Other rules" : "", `${report.system}: ${said(report)}`));
}

function said({ verdict, findings, notJudged }: PresetReport): string {
  const finding = findings.find(({ problem }) => problem === verdict);
  if (finding === undefined) {
    return verdict === "nothing" ? "nothing" : `not judged: needs ${[...new Set(notJudged.map(needs))].join("; ")}`;
  }
  const { quantity, threshold, where, value, places } = finding;
  const more = places === 1 ? "" : ` and ${places - 1} more`;
  return `${verdict}: ${quantity} ${significant(value, 2)} (${threshold}) in ${where}${more}`;
}

const needs = (rule: PresetReport["notJudged"][number]): string => rule.needs;
