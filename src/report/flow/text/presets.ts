import type { PresetReport } from "../../../diagnosis/index.ts";
import { significant } from "../../../words/numbers.ts";
import { row } from "../../kit/terminal/layout.ts";
import type { Theme } from "../../kit/terminal/theme.ts";

/**
 * What other tools' rules would have said: a row for each that found something, with its gravest finding; one row for
 * those that found nothing, one for those that could not judge.
 */
export function presetRows(theme: Theme, reports: readonly PresetReport[]): string[] {
  const found = reports.flatMap((report) => {
    const text = finding(report);
    return text === undefined ? [] : [`${report.system}: ${text}`];
  });
  const rest = reports.filter((report) => finding(report) === undefined);
  const names = (list: readonly PresetReport[]) => list.map(({ system }) => system).join(", ");
  const quiet = rest.filter(({ verdict }) => verdict === "nothing");
  const unable = rest.filter(({ verdict }) => verdict !== "nothing");
  const needs = [...new Set(unable.flatMap(({ notJudged }) => notJudged.map((rule) => rule.needs)))].join("; ");
  const texts = [
    ...found,
    ...(quiet.length === 0 ? [] : [`nothing from ${names(quiet)}`]),
    ...(unable.length === 0 ? [] : [`not judged by ${names(unable)}: needs ${needs}`]),
  ];
  return texts.flatMap((text, i) => row(theme, i === 0 ? "Other rules" : "", text));
}

/** The gravest finding with its number; undefined where there is none. */
function finding({ verdict, findings }: PresetReport): string | undefined {
  const gravest = findings.find(({ problem }) => problem === verdict);
  if (gravest === undefined) return undefined;
  const { quantity, threshold, where, value, places } = gravest;
  const more = places === 1 ? "" : ` and ${places - 1} more`;
  return `${verdict}: ${quantity} ${significant(value, 2)} (${threshold}) in ${where}${more}`;
}
