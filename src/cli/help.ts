import { wrap } from "../report/terminal/layout.ts";
import { TASKS } from "../tasks/index.ts";

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

const SPOKEN = /^(a whole number|a finite number|true or false|text or a whole number|one of )/;

/** Whether a command line can spell an option of a task; files and arrays come by options of their own. */
export const isSpoken = ({ type }: { readonly type: string }): boolean => SPOKEN.test(type);

/** Every task for a kind of network, with its options and their defaults, from the table that defines them. */
export function taskList(kind: "recurrent" | "feedforward"): string {
  const rows = TASKS.filter((task) => task.kind === kind).map(({ name, summary, options }) => {
    const spoken = Object.entries(options)
      .filter(([, field]) => isSpoken(field))
      .map(([key, field]) => (field.default === undefined ? key : `${key}=${field.default}`));
    return { name, summary, options: spoken.join(", ") };
  });
  const width = Math.max(...rows.map(({ name }) => name.length));
  const lines = rows.flatMap(({ name, summary, options }) => {
    const [first, ...rest] = wrap(summary, WIDTH - width - 4);
    const below = [...rest, ...wrap(options, WIDTH - width - 6).map((line) => `  ${line}`)];
    return [`  ${name.padEnd(width)}  ${first}`, ...below.map((line) => `${"".padEnd(width + 4)}${line}`)];
  });
  return `\nTasks (--task NAME or --task NAME:option=value,…):\n${lines.join("\n")}`;
}
