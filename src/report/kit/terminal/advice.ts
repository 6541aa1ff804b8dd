import { type Advice, adviceLines } from "../advice.ts";
import { paragraph } from "./layout.ts";
import type { Theme } from "./theme.ts";

/** What to do, an arrow before each piece of advice, and under it the options that do it. */
export function adviceRows(theme: Theme, advice: Advice | readonly Advice[]): string[] {
  return adviceLines(advice).flatMap(({ sentence, options }) => [
    ...paragraph(theme, `→ ${sentence}`, "bold"),
    ...(options === undefined ? [] : paragraph(theme, `  As options: ${options}`)),
  ]);
}
