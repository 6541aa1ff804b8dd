import { TASKS } from "../tasks/index.ts";

/** The end of a command's help: command lines, each with what it does. */
export function examples(...lines: readonly (readonly [command: string, effect: string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length));
  return `\nExamples:\n${lines.map(([command, effect]) => `  ${command.padEnd(width)}  ${effect}`).join("\n")}`;
}

/** A list of names under a heading, from the table that defines them, in lines of at most 92 columns. */
export function nameList(heading: string, names: readonly string[]): string {
  const lines: string[] = [];
  for (const name of names) {
    const joined = `${lines.at(-1) ?? ""}, ${name}`;
    if (lines.length === 0 || joined.length > 90) {
      if (lines.length > 0) lines[lines.length - 1] += ",";
      lines.push(name);
    } else lines[lines.length - 1] = joined;
  }
  return `\n${heading}:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

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
  const lines = rows.map(({ name, summary, options }) => {
    const below = options === "" ? "" : `\n  ${"".padEnd(width)}    ${options}`;
    return `  ${name.padEnd(width)}  ${summary}${below}`;
  });
  return `\nTasks (--task NAME or --task NAME:option=value,…):\n${lines.join("\n")}`;
}
