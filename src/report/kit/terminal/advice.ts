import { type Advice, adviceLines, PRESCRIBE } from "../advice.ts";
import { paragraph } from "./layout.ts";
import type { Theme } from "./theme.ts";

/** Each piece of advice after an arrow, with the options to try below. */
export function adviceRows(theme: Theme, advice: Advice | readonly Advice[]): string[] {
  return adviceLines(advice).flatMap(({ sentence, options, isRule }) => [
    ...paragraph(theme, `→ ${sentence}`, "bold"),
    ...(options === undefined ? [] : paragraph(theme, `Try: ${options}`)),
    ...(isRule ? paragraph(theme, `${PRESCRIBE.label} ${PRESCRIBE.command}`) : []),
  ]);
}
