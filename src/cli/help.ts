import { wrap } from "../report/kit/terminal/layout.ts";
import { TASKS } from "../tasks/index.ts";
import type { Fields } from "../base/option-fields.ts";

/** Columns that help stays within: any terminal has them. */
const WIDTH = 80;

/** The end of a command's help: command lines, each with what it does, beside it where all have room, else below. */
export function examples(...lines: readonly (readonly [command: string, effect: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  const beside = lines.every(([, effect]) => width + effect.length + 4 <= WIDTH);
  const rows = lines.map(([command, effect]) =>
    beside ? `  ${command.padEnd(width)}  ${effect}` : `  ${command}\n      ${effect}`,
  );
  return `\nExamples:\n${rows.join("\n")}`;
}

/** A list of names under a heading, from the table that defines them. */
export const nameList = (heading: string, names: readonly string[]): string =>
  `\n${heading}:\n${wrap(names.join(", "), WIDTH - 2)
    .map((line) => `  ${line}`)
    .join("\n")}`;

const SPOKEN =
  /^(a whole number|a finite number|true or false|text or a whole number|one of |names of columns|texts or numbers|point or comma|dmy)/;

/** Whether a command line can spell an option of a task; files and arrays come by options of their own. */
export const isSpoken = ({ type }: { readonly type: string }): boolean => SPOKEN.test(type);

/** One name of a list in help: what it is, and the options it takes. */
interface HelpRow {
  readonly summary: string;
  readonly options: Fields;
}

/**
 * Names under a heading, each with what it is and below it the options a command line can spell, with their defaults.
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

/** A default as it is typed: 1/3 as `0.333`, 0.000001 as `1e-6`. */
function shortest(value: unknown): string {
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  const rounded = Number(value.toPrecision(3));
  return Math.abs(rounded) < 1e-3 ? rounded.toExponential() : String(rounded);
}

/** Every task for a kind of network, with its options and their defaults, from the table that defines them. */
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

/** What a command that takes either kind of network says of the names their own commands list. */
export const NAMES_ELSEWHERE = nameList("Activations, cells, initializations, tasks", [
  "as in `evanesce help mlp` and `help rnn`",
]);
