import type { TerminalOptions } from "../../report/index.ts";
import { NARROWEST, WIDEST } from "../../report/kit/terminal/theme.ts";
import type { CommandContext, Sink } from "../context.ts";
import { group, option, type ValuesOf } from "./option.ts";
import { whole } from "./parsers.ts";

/**
 * Options for printing a result.
 * @param schema the schema of the JSON that `--json` prints
 */
export const terminal = (schema: string) =>
  group("Output", [
    option("--json", `print one JSON object, ${schema}`),
    option("-q, --quiet", "print the verdict alone, and no progress"),
    option("--no-color", "print without colors, as if NO_COLOR were set; FORCE_COLOR=1 colors a pipe"),
    option("--ascii", "print ASCII characters only"),
    option("--columns <n>", `width of the report, ${NARROWEST} to ${WIDEST} (default: that of the terminal, or 80)`, {
      parse: whole(NARROWEST, WIDEST, 80),
    }),
  ]);

export type TerminalValues = ValuesOf<ReturnType<typeof terminal>>;

/** The options of text for this terminal: the user's options come before the abilities of the terminal. */
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

/**
 * Whether text may have colors. FORCE_COLOR decides if it is set (0, false: no), then NO_COLOR (https://no-color.org).
 */
function mayColor({ isTTY }: Sink, env: CommandContext["env"]): boolean {
  if (env.FORCE_COLOR) return !["0", "false"].includes(env.FORCE_COLOR);
  return isTTY && !env.NO_COLOR && env.TERM !== "dumb";
}

/** Whether the locale is set to plain C, which has no Unicode. A locale that is not set does not count. */
function plainLocale({ LC_ALL, LC_CTYPE, LANG }: CommandContext["env"]): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale === "C" || locale === "POSIX";
}
