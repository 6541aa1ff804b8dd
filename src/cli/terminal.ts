import type { TerminalOptions } from "../report/index.ts";
import type { Host, Sink } from "./host.ts";
import type { MeasureFlags } from "./options.ts";

/** How a report may look here: the user's wishes first, then what the terminal can do. */
export function terminalOptions(
  { color, ascii, columns }: Pick<MeasureFlags, "color" | "ascii" | "columns">,
  { stdout, env }: Host,
): TerminalOptions {
  return {
    width: columns ?? (stdout.columns || Number(env.COLUMNS) || 80),
    color: color && mayColor(stdout, env),
    ascii: ascii ?? plainLocale(env),
  };
}

/** https://no-color.org: any value but an empty one. */
function mayColor({ isTTY }: Sink, env: Host["env"]): boolean {
  return isTTY && !env.NO_COLOR && env.TERM !== "dumb";
}

/** A locale that was set to plain C has no Unicode; one that was never set says nothing. */
function plainLocale({ LC_ALL, LC_CTYPE, LANG }: Host["env"]): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  return locale === "C" || locale === "POSIX";
}
