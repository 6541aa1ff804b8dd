import { wrap } from "../report/kit/terminal/layout.ts";
import { TASKS } from "../tasks/index.ts";
import type { Fields } from "../base/option-fields.ts";

/** Width of the help; every terminal is at least so wide. */
const WIDTH = 80;

/** The end of a command's help: command lines with their effects, beside them if there is room, otherwise below. */
export function examples(...lines: readonly (readonly [command: string, effect: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const fits = lines.every(([, effect]) => width + effect.length + 4 <= WIDTH);
  const rows = lines.map(([command, effect]) =>
    fits ? `  ${command.padEnd(width)}  ${effect}` : `  ${command}\n      ${effect}`,
  );
  return `\nExamples:\n${rows.join("\n")}`;
}

/** A list of names under a heading. */
export const nameList = (heading: string, names: readonly string[]): string =>
  `\n${heading}:\n${wrap(names.join(", "), WIDTH - 2)
    .map((line) => `  ${line}`)
    .join("\n")}`;

const SPOKEN =
  /^(a whole number|a finite number|true or false|text or a whole number|one of |names of columns|the name of a column|a tag|texts or numbers|point or comma|dmy)/;

/** Whether a command line can give this option of a task. Files and arrays have options of their own. */
export const isSpoken = ({ type }: { readonly type: string }): boolean => SPOKEN.test(type);

/** A row of a list in the help: a name, its meaning, and its options. */
interface HelpRow {
  readonly summary: string;
  readonly options: Fields;
}

/**
 * Names under a heading, each with its meaning and, below it, its options with their defaults.
 */
function described(heading: string, rows: readonly (readonly [name: string, row: HelpRow])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.flatMap(([name, { summary, options }]) => {
    const spoken = Object.entries(options)
      .filter(([, field]) => isSpoken(field))
      .map(([key, field]) => (field.default === undefined ? key : `${key}=${shortest(field.default)}`));
    const [first, ...rest] = wrap(summary, WIDTH - width - 4);
    const below = [...rest, ...wrap(spoken.join(", "), WIDTH - width - 6).map((line) => `  ${line}`)];
    return [`  ${name.padEnd(width)}  ${first}`, ...below.map((line) => `${"".padEnd(width + 4)}${line}`)];
  });
  return `\n${heading}:\n${lines.join("\n")}`;
}

/** A default as a user types it: 1/3 as `0.333`, 0.000001 as `1e-6`. */
function shortest(value: unknown): string {
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) < 1e-3 ? rounded.toExponential() : String(rounded);
}

/** Every task for a kind of network, with its options and their defaults. */
export const taskList = (kind: "recurrent" | "feedforward"): string =>
  described(
    "Tasks (--task NAME or --task NAME:option=value,…)",
    TASKS.filter((task) => task.kind === kind).map((task) => [task.name, task]),
  );

/** The rows of a table of formulas, each with its source. */
export const rowList = (
  heading: string,
  table: Readonly<Record<string, { readonly source: string; readonly options: Fields }>>,
): string =>
  described(
    heading,
    Object.entries(table).map(([name, { source, options }]) => [name, { summary: source, options }]),
  );

/** The note of commands that take both kinds of networks: where the help lists the names. */
export const NAMES_ELSEWHERE = nameList("Activations, cells, initializations, tasks", [
  "see `evanesce help mlp` and `evanesce help rnn`",
]);
