import type { Host } from "./host.ts";

/** Options that decide how and where a result is shown, and whether a value follows them: they change no number. */
const SHOWING: Readonly<Record<string, boolean>> = {
  "--json": false,
  "--quiet": false,
  "-q": false,
  "--no-color": false,
  "--ascii": false,
  "--columns": true,
  "--html": true,
  "--svg": true,
  "--png": true,
  "--figure": true,
  "--figure-data": true,
};

/** The command line that measures the same, as a shell takes it; undefined where there was none. */
export function commandLine({ argv }: Pick<Host, "argv">): string | undefined {
  if (argv === undefined || argv.length === 0) return undefined;
  const kept: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].split("=", 1)[0];
    if (!Object.hasOwn(SHOWING, name)) kept.push(argv[i]);
    else if (SHOWING[name] && !argv[i].includes("=")) i++;
  }
  return ["evanesce", ...kept].map(quoted).join(" ");
}

const quoted = (word: string) => (/^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
