import { type Advice, adviceLines } from "../advice.ts";
import { paragraph } from "./layout.ts";
import type { Theme } from "./theme.ts";

/** Each piece of advice after an arrow, with its options below. */
export function adviceRows(theme: Theme, advice: Advice | readonly Advice[]): string[] {
  return adviceLines(advice).flatMap(({ sentence, options }) => [
    ...paragraph(theme, `→ ${sentence}`, "bold"),
    ...(options === undefined ? [] : paragraph(theme, `  As options: ${options}`)),
  ]);
}
