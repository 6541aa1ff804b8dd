import { EvanesceError } from "../../base/errors.ts";
import { LOSSES } from "../../catalogue/index.ts";
import { findTask, TASKS, type TaskInput } from "../../tasks/index.ts";
import { readBytes } from "../files.ts";
import { isSpoken } from "../help.ts";
import { tableFile } from "../table-file.ts";
import { group, nothingLeft, option, optionWithDefault, type ValuesOf } from "./option.ts";
import { loss, named, whole, wholeOrText } from "./parsers.ts";

const TABLE = "a table: CSV, TSV, JSON lines or Parquet";
const TASK_FIELDS = { fills: "task.name", parse: named };
const STEPS = option("--steps <T>", "length of a sequence (default: the task's)", {
  parse: wholeOrText, // the task knows the smallest number
  fills: "task.steps",
});
const LOSS = option(
  "--loss <name>",
  "another loss on the targets: huber:delta=0.5, bce:posWeight=3, cross_entropy:labelSmoothing=0.1 or classWeights=1,2",
  { parse: loss, names: LOSSES.filter((name) => name !== "none"), fills: "task.loss" },
);
const taskNames = (kind: "recurrent" | "feedforward") =>
  TASKS.filter((task) => task.kind === kind || task.kind === "either").map(({ name }) => name);

/** The source of the batch of a recurrent network. */
export const RECURRENT_TASK = group("Task", [
  option("--task <name>", "the task, from the list below (default: adding)", {
    ...TASK_FIELDS,
    names: taskNames("recurrent"),
  }),
  LOSS,
  STEPS,
  option("--text <file>", "predict the next byte of this file; or give --task lines or --task tagging"),
  option("--csv <file>", `${TABLE}; the task is to predict the next row, or one column with --task csv:target=NAME`),
  option("--images <file>", "classify the images of this IDX file, which are read pixel by pixel"),
  option("--labels <file>", "the labels of --images, an IDX file"),
]);

/** The source of the batch of a deep network. */
export const FEEDFORWARD_TASK = group("Task", [
  option("--task <name>", "the task, from the list below (default: gaussian)", {
    ...TASK_FIELDS,
    names: taskNames("feedforward"),
  }),
  LOSS,
  option(
    "--csv <file>",
    `${TABLE}; the task is to predict its last column, or another one with --task csv:target=NAME`,
  ),
  option("--images <file>", "classify the images of this IDX file"),
  option("--labels <file>", "the labels of --images, an IDX file"),
]);

/** The source of the batch of both kinds of networks. */
export const TASK = group("Task", [
  option("--task <name>", "the task (default: adding or gaussian)", {
    ...TASK_FIELDS,
    names: TASKS.map(({ name }) => name),
  }),
  LOSS,
  STEPS,
  option(
    "--text <file>",
    "predict the next byte of this file; with --task lines or --task tagging, its lines are labeled",
  ),
  option("--csv <file>", `${TABLE}, as in \`rnn\` and \`mlp\``),
  option("--images <file>", "classify the images of this IDX file"),
  option("--labels <file>", "the labels of --images, an IDX file"),
]);

/** The values of any of the groups above. */
export type TaskValues = Partial<
  ValuesOf<typeof RECURRENT_TASK> & ValuesOf<typeof FEEDFORWARD_TASK> & ValuesOf<typeof TASK>
>;

/** Sequences of different lengths. */
export const LENGTHS = group("Task", [
  option(
    "--sequence-lengths <file>",
    "number of steps of each sample: one number on each line, .npy [B] or FILE.npz:NAME; or a mask [T, B]",
  ),
]);

/** The number of samples, and their seed. */
export const SAMPLES = group("Task", [
  option("--batch <B>", "samples in the batch (default: 32)", {
    parse: whole(),
    fills: "batch",
    also: ["--batch-size"],
  }),
  optionWithDefault("--seed <n>", "seed of initialization, batch and probe", 0, { parse: whole(), fills: "seed" }),
]);

/** Tasks that read the file of an option: the first one unless `--task` names another. */
const FILE_TASKS = {
  recurrent: {
    text: ["text", "lines", "tagging"],
    csv: ["csv", "forecast", "sequences", "sequential_csv"],
    images: ["sequential_images"],
  },
  feedforward: { text: [], csv: ["csv_classes"], images: ["images"] },
} as const satisfies Record<string, Record<string, readonly string[]>>;
const FILES = ["text", "csv", "images"] as const;

/**
 * The task that these options name, with its files read, or `fallback` if they name none.
 *
 * @throws EvanesceError for two sources at once, a task without its file, or a file that cannot be read
 */
export async function taskInput(
  values: TaskValues,
  kind: "recurrent" | "feedforward",
  fallback = kind === "recurrent" ? "adding" : "gaussian",
): Promise<TaskInput> {
  const { task: named, loss: asked, steps, text, csv, images, labels, ...rest } = values;
  nothingLeft(rest);
  const files = FILES.filter((key) => values[key] !== undefined);
  if (files.length > 1) {
    throw new EvanesceError(
      `--${files[1]}`,
      `not together with --${files[0]}`,
      values[files[1]],
      "choose one of the two",
    );
  }
  const [source] = files;
  const fed: readonly string[] = source === undefined ? [] : FILE_TASKS[kind][source];
  const name = named?.name ?? fed[0] ?? source ?? fallback;
  const task = findTask(name, kind);
  if (source !== undefined && !fed.includes(task.name)) {
    throw new EvanesceError("--task", `not ${task.name} together with --${source}`, name, `leave out one of the two`);
  }
  if ((labels === undefined) !== (images === undefined)) {
    const [other, missing] = labels === undefined ? ["images", "labels"] : ["labels", "images"];
    throw new EvanesceError(`--${missing}`, `a file, together with --${other}`, undefined, `add --${missing} FILE`);
  }
  if (source === undefined && Object.hasOwn(HOW, task.name)) throw needsFile(task.name);
  for (const key of Object.keys(named ?? {})) {
    if (Object.hasOwn(task.options, key) && !isSpoken(task.options[key])) throw needsFile(task.name);
  }
  const contents = csv === undefined ? fileContents(text, images, labels) : await tableFile(csv);
  const chosenLoss = asked === undefined ? {} : { loss: asked };
  return { ...named, name, ...chosenLoss, ...(steps === undefined ? {} : { steps }), ...contents };
}

function fileContents(text?: string, images?: string, labels?: string): Record<string, unknown> {
  if (text !== undefined) return { bytes: readBytes(text), file: text };
  if (images === undefined || labels === undefined) return {};
  return { images: readBytes(images), labels: readBytes(labels), imagesFile: images, labelsFile: labels };
}

const HOW: Readonly<Record<string, string>> = {
  text: "give it with --text FILE",
  lines: "give it with --text FILE",
  tagging: "give it with --text FILE",
  csv: "give it with --csv FILE",
  forecast: "give it with --csv FILE",
  sequences: "give it with --csv FILE",
  csv_classes: "give it with --csv FILE",
  images: "give both with --images FILE --labels FILE",
  sequential_images: "give both with --images FILE --labels FILE",
  sequential_csv: "give it with --csv FILE",
  arrays: "use `evanesce propagate SPEC.json --input X.npy --target Y.npy`",
};

const needsFile = (task: string) =>
  new EvanesceError("--task", "a task that needs no file, or its file", task, HOW[task] ?? "leave the option out");

/** The kind of network of a task, if the options of the network do not decide it. */
export function kindOfTask({ task, images, labels }: TaskValues): "recurrent" | "feedforward" | undefined {
  if (task === undefined) return images !== undefined || labels !== undefined ? "feedforward" : undefined;
  const { kind } = findTask(task.name);
  return kind === "either" ? undefined : kind;
}
