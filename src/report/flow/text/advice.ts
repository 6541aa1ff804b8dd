import type { Diagnosis } from "../../../diagnosis/index.ts";
import { paragraph } from "../../kit/terminal/layout.ts";
import type { Theme } from "../../kit/terminal/theme.ts";

/** What to do, an arrow before each, with the options that do it. */
export function adviceLines(theme: Theme, { advice }: Pick<Diagnosis, "advice">): string[] {
  return advice.flatMap(({ sentence, options }) => [
    ...(options.length === 0 ? [] : paragraph(theme, `try: ${options.join(" ")}   (prescribe tries more remedies)`)),
    ...paragraph(theme, `→ ${sentence}`, "bold"),
  ]);
}
