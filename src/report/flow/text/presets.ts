import type { PresetReport } from "../../../diagnosis/index.ts";
import { significant } from "../../../words/numbers.ts";
import { list } from "../../../words/phrases.ts";
import { row } from "../../kit/terminal/layout.ts";
import type { Theme } from "../../kit/terminal/theme.ts";

/**
 * The findings of other tools' rules: a row for each tool that found something, with its most serious finding; one row
 * for the tools that found nothing, and one for those that could not be applied.
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
  const needs = list([...new Set(unable.flatMap(({ notJudged }) => notJudged.map((rule) => rule.needs)))]);
  const texts = [
    ...found,
    ...(quiet.length === 0 ? [] : [`${names(quiet)}: no problem found`]),
    ...(unable.length === 0 ? [] : [`${names(unable)}: not applied (needs ${needs})`]),
  ];
  return texts.flatMap((text, i) => row(theme, i === 0 ? "Other rules" : "", text));
}

/** The most serious finding with its number; undefined if there is none. */
function finding({ verdict, findings }: PresetReport): string | undefined {
  const worst = findings.find(({ problem }) => problem === verdict);
  if (worst === undefined) return undefined;
  const { quantity, threshold, where, value, places } = worst;
  const more = places === 1 ? "" : ` and ${places - 1} more`;
  const word = verdict.replace("isation", "ization"); // results keep the older spelling
  return `${word}: ${quantity} ${significant(value, 2)} (${threshold}) in ${where}${more}`;
}
