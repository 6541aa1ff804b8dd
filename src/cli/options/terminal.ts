import type { TerminalOptions } from "../../report/index.ts";
import { NARROWEST, WIDEST } from "../../report/kit/terminal/theme.ts";
import type { CommandContext, Sink } from "../context.ts";
import { group, option, type ValuesOf } from "./option.ts";
import { whole } from "./parsers.ts";

/**
 * Whether and how a result is printed.
 * @param schema of the JSON that `--json` prints
 */
export const terminal = (schema: string) =>
  group("Output", [
    option("--json", `print one JSON object, ${schema}`),
    option("-q, --quiet", "print the verdict alone, and no progress"),
    option("--no-color", "no color, as with NO_COLOR set; FORCE_COLOR=1 colors a pipe"),
    option("--ascii", "ASCII characters only"),
    option("--columns <n>", `width of the report, ${NARROWEST} to ${WIDEST} (default: the terminal's, else 80)`, {
      parse: whole(NARROWEST, WIDEST, 80),
    }),
  ]);

export type TerminalValues = ValuesOf<ReturnType<typeof terminal>>;

/** How a report may look: the user's wishes first, then the terminal's abilities. */
export function terminalOptions(
  { color, ascii, columns }: Pick<TerminalValues, "color" | "ascii" | "columns">,
  { stdout, env }: CommandContext,
): TerminalOptions {
  return {
    width: columns ?? (stdout.columns || Number(env.COLUMNS) || 80),
    color: color && mayColor(stdout, env),
    ascii: ascii ?? plainLocale(env),
  };
}

/** FORCE_COLOR decides where it is set, 0 and false for no; then https://no-color.org: any value but an empty one. */
function mayColor({ isTTY }: Sink, env: CommandContext["env"]): boolean {
  if (env.FORCE_COLOR) return !["0", "false"].includes(env.FORCE_COLOR);
  return isTTY && !env.NO_COLOR && env.TERM !== "dumb";
}

/** Whether the locale was set to plain C, which has no Unicode. A locale that was never set says nothing. */
function plainLocale({ LC_ALL, LC_CTYPE, LANG }: CommandContext["env"]): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale === "C" || locale === "POSIX";
}
