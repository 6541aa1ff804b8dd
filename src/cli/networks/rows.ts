import type { Command } from "commander";

/** One option of a command line: as commander reads it, what it does, and how its text becomes a value. */
export interface OptionRow {
  readonly flags: string;
  readonly description: string;
  readonly parse?: (text: string) => unknown;
}

/** Adds options to a command, in their order. */
export function addRows(command: Command, rows: readonly OptionRow[]): Command {
  for (const { flags, description, parse } of rows) {
    if (parse === undefined) command.option(flags, description);
    else command.option(flags, description, parse);
  }
  return command;
}

/** The long name of a row's option: `--input-init`. */
export const longName = ({ flags }: OptionRow): string => /--[\w-]+/.exec(flags)?.[0] ?? flags;

/** The key commander keeps its value under: `inputInit`. */
export const keyOf = (row: OptionRow): string =>
  longName(row)
    .slice(2)
    .replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
