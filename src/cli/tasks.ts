import { EvanesceError } from "../base/errors.ts";
import { findTask, type TaskInput } from "../tasks/index.ts";
import { readBytes } from "./files.ts";
import { isSpoken } from "./help.ts";
import type { OptionRow } from "./networks/rows.ts";
import { named } from "./values.ts";

/** Where a batch comes from, as a command line says it. */
export interface TaskFlags {
  /** `--task NAME:option=value,…`, parsed. */
  readonly task?: { readonly name: string; readonly [option: string]: unknown };
  readonly text?: string;
  readonly csv?: string;
  readonly images?: string;
  readonly labels?: string;
  readonly steps?: number;
}

/** The options that name a task and its files, for a command that takes either kind of network. */
export const TASK_ROWS: readonly OptionRow[] = [
  { flags: "--task <name>", description: "what to learn (default: adding or gaussian)", parse: named("--task") },
  { flags: "--text <file>", description: "predict the next byte of this file" },
  { flags: "--csv <file>", description: "a numeric table, as in `rnn` and `mlp`" },
  { flags: "--images <file>", description: "classify the images of this IDX file" },
  { flags: "--labels <file>", description: "their labels, an IDX file" },
];

/** Tasks whose data a file option brings: the first unless `--task` names another. */
const FILE_TASKS = {
  recurrent: { text: ["text"], csv: ["csv", "sequential_csv"], images: ["sequential_images"] },
  feedforward: { text: [], csv: ["csv_classes"], images: ["images"] },
} as const satisfies Record<string, Record<string, readonly string[]>>;
const FILES = ["text", "csv", "images"] as const;

/**
 * The task of these flags, files read; `fallback` without any.
 *
 * @throws EvanesceError for two sources at once, a file's option without the file, or a file that cannot be read
 */
export function taskInput(flags: TaskFlags, kind: "recurrent" | "feedforward", fallback: string): TaskInput {
  const given = FILES.filter((key) => flags[key] !== undefined);
  if (given.length > 1) {
    throw new EvanesceError(`--${given[1]}`, `not beside --${given[0]}`, flags[given[1]], "choose one of the two");
  }
  const [source] = given;
  const fed: readonly string[] = source === undefined ? [] : FILE_TASKS[kind][source];
  const name = flags.task?.name ?? fed[0] ?? source ?? fallback;
  const task = findTask(name, kind);
  if (source !== undefined && !fed.includes(task.name)) {
    throw new EvanesceError("--task", `not ${task.name} beside --${source}`, name, `leave out one of the two`);
  }
  if ((flags.labels === undefined) !== (flags.images === undefined)) {
    const [there, missing] = flags.labels === undefined ? ["images", "labels"] : ["labels", "images"];
    throw new EvanesceError(`--${missing}`, `a file, to go with --${there}`, undefined, `add --${missing} FILE`);
  }
  if (source === undefined && Object.hasOwn(HOW, task.name)) throw needsFile(task.name);
  for (const key of Object.keys(flags.task ?? {})) {
    if (Object.hasOwn(task.options, key) && !isSpoken(task.options[key])) throw needsFile(task.name);
  }
  const { name: _, ...options } = flags.task ?? { name };
  return { ...options, name, ...stepsOf(flags), ...filesOf(flags) };
}

const stepsOf = ({ steps }: TaskFlags) => (steps === undefined ? {} : { steps });

function filesOf({ text, csv, images, labels }: TaskFlags): Record<string, unknown> {
  const path = text ?? csv;
  if (path !== undefined) return { bytes: readBytes(path), file: path };
  if (images === undefined || labels === undefined) return {};
  return { images: readBytes(images), labels: readBytes(labels), imagesFile: images, labelsFile: labels };
}

const HOW: Readonly<Record<string, string>> = {
  text: "give it with --text FILE",
  csv: "give it with --csv FILE",
  csv_classes: "give it with --csv FILE",
  images: "give both with --images FILE --labels FILE",
  sequential_images: "give both with --images FILE --labels FILE",
  sequential_csv: "give it with --csv FILE",
  arrays: "use `evanesce propagate SPEC.json --input X.npy --target Y.npy`",
};

const needsFile = (task: string) =>
  new EvanesceError("--task", "a task that needs no file, or its file", task, HOW[task] ?? "leave the option out");

/** The kind a task is for, where the network's options say nothing. */
export function kindOfTask({ task, images, labels }: TaskFlags): "recurrent" | "feedforward" | undefined {
  if (task === undefined) return images !== undefined || labels !== undefined ? "feedforward" : undefined;
  const { kind } = findTask(task.name);
  return kind === "either" ? undefined : kind;
}
