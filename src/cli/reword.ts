import { EvanesceError } from "../base/errors.ts";

/** Options of every measuring command by the path that messages know them by. */
const COMMON: Readonly<Record<string, string>> = {
  batch: "--batch",
  seed: "--seed",
  memory: "--memory-limit",
  "task.name": "--task",
  "task.steps": "--steps",
  truncate: "--truncate",
  "truncate.k1": "--truncate",
  "truncate.k2": "--truncate",
  credit: "--credit",
  "clip.norm": "--clip-norm",
  "clip.value": "--clip-value",
  "clip.unit": "--clip-unit",
  window: "--spectrum",
  "task.label": "--task csv:label=…",
};

/**
 * Runs `work`; a message about a field that an option set names the option: `--cell: one of …`, not `network.cell: …`.
 *
 * @param options the command's own fields, by path
 */
export async function inOptionNames<Result>(
  options: Readonly<Record<string, string>>,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof EvanesceError) {
      const option = options[error.where] ?? COMMON[error.where] ?? namedOption(error.where);
      if (option !== undefined) error.message = option + error.message.slice(error.where.length);
    }
    throw error;
  }
}

/** What is written as NAME:option=value, by the beginning of its path. */
const NAMED: Readonly<Record<string, string>> = {
  "task.": "--task",
  "optimizer.": "--optimizer",
  "schedule.": "--schedule",
  "network.cellOptions.": "--cell",
};

function namedOption(where: string): string | undefined {
  const start = Object.keys(NAMED).find((each) => where.startsWith(each));
  return start === undefined ? undefined : `${NAMED[start]} …:${where.slice(start.length)}`;
}
