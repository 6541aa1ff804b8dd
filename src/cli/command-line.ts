import { withoutCredentials } from "../base/addresses.ts";
import type { CommandContext } from "./context.ts";
import { FILES } from "./options/files.ts";
import type { Option } from "./options/option.ts";
import { terminal } from "./options/terminal.ts";

/** Options of how and where a result is printed. They change no number. */
const SHOWING: readonly Option[] = [...terminal("").options, ...FILES.options];

const showingOption = (name: string) => SHOWING.find(({ flags }) => flags.split(/[ ,]+/).includes(name));

/**
 * The command line that measures the same, quoted for a shell; undefined if there was none. The address of a queue has
 * no password in it.
 */
export function commandLine({ argv }: Pick<CommandContext, "argv">): string | undefined {
  if (argv === undefined || argv.length === 0) return undefined;
  const kept: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].split("=", 1)[0];
    const showing = showingOption(name);
    if (showing === undefined) kept.push(argv[i]);
    else if (showing.flags.includes("<") && !argv[i].includes("=")) i++;
  }
  return ["evanesce", ...kept].map(withoutCredentials).map(quoted).join(" ");
}

const quoted = (word: string) => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
