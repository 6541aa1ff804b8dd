import type { Claim, ClaimsReport, ClaimVerdict, Condition } from "../../experiments/index.ts";
import { criterionEntries } from "../../experiments/criterion.ts";
import { TOPICS } from "../../experiments/topics.ts";
import { keyNumber, measuredText } from "./numbers.ts";
import { padEnd, row, wrap } from "../kit/terminal/layout.ts";
import { createTheme, type Style, type TerminalOptions, type Theme } from "../kit/terminal/theme.ts";

const STYLES: Readonly<Record<ClaimVerdict, Style>> = {
  holds: "good",
  "holds partly": "warn",
  "does not hold": "bad",
  "not run": "dim",
};
const VERDICTS = Object.keys(STYLES) as ClaimVerdict[];
/** Columns of the longest verdict and two spaces. */
const INDENT = 15;

/** The heading of the claims of a topic. */
export const topicText = (topic: Claim["topic"], options: TerminalOptions = {}): string =>
  `${createTheme(options).paint(TOPICS[topic], "bold")}\n`;

/** A claim before its experiment: its id, the sentence, and the conditions by which it will be judged. */
export function claimToEntry(
  { id, sentence, conditions }: Pick<Claim, "id" | "sentence" | "conditions">,
  options: TerminalOptions = {},
): string {
  const theme = createTheme(options);
  const lines = [
    `  ${theme.paint(id, "bold")}`,
    ...wrap(theme.text(sentence), theme.width - 4).map((line) => `    ${line}`),
    ...conditionList(theme, conditions, 4),
  ];
  return `${lines.join("\n")}\n`;
}

/** The conditions of a criterion as a list, from column `indent`. */
const conditionList = (theme: Theme, conditions: readonly Condition[], indent: number): string[] =>
  criterionEntries(conditions).flatMap((entry) =>
    wrap(theme.text(entry), theme.width - indent - 2).map(
      (line, i) => `${" ".repeat(indent)}${theme.paint(`${i === 0 ? "-" : " "} ${line}`, "dim")}`,
    ),
  );

/** One claim in one line: verdict, id, key number. */
export function claimToLine(claim: Claim, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const key = keyNumber(claim);
  const text = key === undefined ? (claim.where ?? "") : `${key.name} ${measuredText(key)}`;
  return `${head(theme, claim)}  ${theme.text(text)}\n`;
}

/**
 * One claim as rows of the table: verdict and id, the sentence, the conditions that are not met, the key number, the
 * criterion.
 */
export function claimToText(claim: Claim, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const key = keyNumber(claim);
  const lines = [
    head(theme, claim),
    ...indented(theme, claim.sentence),
    ...(claim.where === null ? [] : indented(theme, claim.where, STYLES[claim.verdict])),
    ...(key === undefined ? [] : indented(theme, `${key.name}: ${measuredText(key)}`)),
    ...conditionList(theme, claim.conditions, INDENT),
  ];
  return `${lines.join("\n")}\n\n`;
}

/** One claim with every number it measured. */
export function claimToDetails(claim: Claim, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const width = Math.max(0, ...claim.numbers.map(({ name }) => theme.text(name).length));
  const lines = [
    head(theme, claim),
    "",
    ...row(theme, "Claim", claim.sentence),
    ...row(theme, "Criterion", "each whole 95 % interval lies on this side of its bound:"),
    ...conditionList(theme, claim.conditions, 13),
    ...(claim.published === null ? [] : row(theme, "Published", claim.published)),
    ...(claim.where === null ? [] : row(theme, "Where", claim.where, STYLES[claim.verdict])),
    "",
    ...claim.numbers.map((number) => {
      const text = `${padEnd(theme.text(number.name), width)}  ${theme.text(measuredText(number))}`;
      return `${text}  ${theme.paint(`n = ${number.n}`, "dim")}`;
    }),
  ];
  return `${lines.join("\n")}\n\n`;
}

/** If a report has at most this many claims, every number is shown. */
const FEW = 5;

/** All claims under their headings, then the number of claims with each verdict. */
export function claimsToText(report: ClaimsReport, options: TerminalOptions = {}): string {
  const parts = report.claims.map((claim, i) => {
    const heads = claim.topic === report.claims[i - 1]?.topic ? "" : `${topicText(claim.topic, options)}\n`;
    return heads + (report.claims.length <= FEW ? claimToDetails : claimToText)(claim, options);
  });
  return parts.join("") + summaryOfSome(report, options);
}

/** One line for each claim. */
export const claimsToLines = (report: ClaimsReport, options: TerminalOptions = {}): string =>
  report.claims.map((claim) => claimToLine(claim, options)).join("") + summaryOfSome(report, options);

const summaryOfSome = (report: ClaimsReport, options: TerminalOptions) =>
  report.claims.length === 0 ? "" : claimsSummary(report, options);

/** The number of claims with each verdict, in one line. */
export function claimsSummary({ claims, outcome, seed, size }: ClaimsReport, options: TerminalOptions = {}): string {
  const theme = createTheme(options);
  const counts = VERDICTS.flatMap((verdict) => {
    const count = claims.filter((claim) => claim.verdict === verdict).length;
    return count === 0 ? [] : [theme.paint(`${count} ${count === 1 ? verdict : plural(verdict)}`, STYLES[verdict])];
  });
  const stopped = outcome === "stopped" ? "; stopped before the others" : "";
  return `${counts.join(", ")} (seed ${seed}, ${size} size${stopped})\n`;
}

const plural = (verdict: ClaimVerdict) => verdict.replace("holds", "hold").replace("does", "do");

function head(theme: Theme, { verdict, id }: Claim): string {
  return `${theme.paint(padEnd(verdict, INDENT), "bold", STYLES[verdict])}${id}`;
}

function indented(theme: Theme, text: string, ...styles: readonly Style[]): string[] {
  return wrap(theme.text(text), theme.width - INDENT).map((line) => " ".repeat(INDENT) + theme.paint(line, ...styles));
}
