import { Command } from "commander";
import { EvanesceError } from "../../base/errors.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { parameterTable } from "../../spec/parameters.ts";
import { resolveTask, type TaskInput } from "../../tasks/index.ts";
import {
  OPTIMIZERS,
  packWeights,
  SCHEDULES,
  type TrainingEvent,
  type TrainingTrace,
  type TrainOptions,
  train,
} from "../../training/index.ts";
import { commandLine } from "../command-line.ts";
import { requireWritable, writeWhole } from "../files.ts";
import { examples, NAMES_ELSEWHERE, rowList } from "../help.ts";
import { type Host, Interrupted } from "../host.ts";
import { addNetworkOptions, NETWORK_NAMES, type NetworkFlags, networkOf } from "../networks/index.ts";
import { addRows } from "../networks/rows.ts";
import { addEngineOptions, addOutputOptions, engineOf, type MeasureFlags } from "../options.ts";
import { addFileOptions, type FileFlags, requireFiles } from "../outputs.ts";
import { createProgress } from "../progress.ts";
import { inOptionNames } from "../reword.ts";
import { kindOfTask, TASK_ROWS, type TaskFlags, taskInput } from "../tasks.ts";
import { showResult } from "../show.ts";
import { readCheckpoint, type Remembered } from "../training/checkpoints.ts";
import {
  requireFrozen,
  requireTrainingEffect,
  TRAINING_NAMES,
  TRAINING_ROWS,
  type TrainingFlags,
  trainOptions,
} from "../training/options.ts";
import { checkpointSink, type EventSink, logSink, tensorboardSink } from "../training/sinks.ts";
import { whole } from "../values.ts";
import { readParameters } from "../weights.ts";

interface TrainFlags
  extends NetworkFlags,
    TaskFlags,
    TrainingFlags,
    FileFlags,
    Pick<MeasureFlags, "build" | "memoryLimit" | "json" | "quiet" | "color" | "ascii" | "columns"> {
  readonly seed?: number;
  readonly weights?: string;
  readonly log?: string;
  readonly tensorboard?: string;
  readonly checkpoint?: string;
  readonly resume?: string;
  readonly save?: string;
}

/** `evanesce train`: a network learns, and its gradient is watched. */
export function trainCommand(host: Host): Command {
  const command = new Command("train")
    .description("Train a network, watch its gradient, and say what the run is doing.")
    .argument("[SPEC.json]", "the network; without it the options below describe one, as in `rnn` and `mlp`");
  addNetworkOptions(command);
  addRows(command, TASK_ROWS).option("--steps <T>", "length of a sequence (default: the task's)", whole("--steps"));
  addRows(command, TRAINING_ROWS)
    .option("--seed <n>", "of initialization, split and batches (default: 0)", whole("--seed"))
    .option("--weights <file>", "start from these parameters, safetensors")
    .option("--save <file>", "write the parameters at the end, safetensors")
    .option("--log <file>", "append every event as a line of JSON")
    .option("--tensorboard <folder>", "write an event file for TensorBoard")
    .option("--checkpoint <path>", "write PATH.json and, beside it, weights and state as safetensors")
    .option("--resume <file>", "go on from a checkpoint's .json, with what the run was given, and keep it up to date");
  addEngineOptions(command);
  addFileOptions(command);
  return addOutputOptions(command, "evanesce.trace/1")
    .addHelpText("after", rowList("Optimizers (--optimizer NAME or NAME:option=value,…)", OPTIMIZERS))
    .addHelpText(
      "after",
      rowList("Schedules of the learning rate η (--schedule NAME or NAME:option=value,…)", SCHEDULES),
    )
    .addHelpText("after", NAMES_ELSEWHERE)
    .addHelpText(
      "after",
      examples(
        ["evanesce train --cell lstm --steps 50 --updates 2000", "an LSTM learns the adding problem"],
        ["evanesce train --depth 50 --activation sigmoid --task spirals", "a run that looks alive and learns nothing"],
        ["evanesce train --depth 3 --width 64 --csv digits.csv --patience 5", "your own table, held-out rows watched"],
        [
          "evanesce train net.json --task teacher --optimizer sgd --lr 0.1 --schedule cosine",
          "one choice beside another",
        ],
        ["evanesce train --cell gru --checkpoint run --checkpoint-every 500", "stop it when you like …"],
        ["evanesce train --resume run.json", "… and go on, bit for bit"],
      ),
    )
    .action((path: string | undefined, flags: TrainFlags) =>
      inOptionNames({ ...NETWORK_NAMES, ...TRAINING_NAMES }, () => execute(path, flags, host)),
    );
}

/** What only says where results go, and is not remembered. */
const OUTPUTS = [
  "json",
  "quiet",
  "color",
  "ascii",
  "columns",
  "log",
  "tensorboard",
  "checkpoint",
  "resume",
  "save",
  "html",
  "svg",
  "png",
  "figureData",
  "figure",
] as const;

async function execute(path: string | undefined, given: TrainFlags, host: Host): Promise<void> {
  const remembered = given.resume === undefined ? undefined : readCheckpoint(given.resume);
  if (remembered !== undefined) requireOnlyLength(path, given);
  const flags: TrainFlags = { ...(remembered?.flags as TrainFlags | undefined), ...given };
  const options = await optionsOf(path, flags, remembered);
  const { log, tensorboard, save } = given;
  const checkpoint = given.checkpoint ?? given.resume?.replace(/\.json$/, ""); // a run that goes on can be gone on with again
  await requireFiles(given);
  for (const file of [save, log]) if (file !== undefined) requireWritable(file);
  const kept = Object.fromEntries(
    Object.entries(flags).filter(([key]) => !(OUTPUTS as readonly string[]).includes(key)),
  );
  const sinks: EventSink[] = [
    ...(log === undefined ? [] : [logSink(log, remembered !== undefined)]),
    ...(tensorboard === undefined ? [] : [tensorboardSink(tensorboard)]),
    ...(checkpoint === undefined ? [] : [checkpointSink(checkpoint, kept)]),
    ...(save === undefined ? [] : [(event: TrainingEvent) => saveLast(event, save)]),
  ];
  const trace = await follow(options, sinks, flags, host);
  await showResult({ schema: "evanesce.trace/1", result: trace, command: commandLine(host) }, flags, host);
  if (trace.outcome === "interrupted") throw new Interrupted();
}

async function optionsOf(
  path: string | undefined,
  flags: TrainFlags,
  remembered: Remembered | undefined,
): Promise<TrainOptions> {
  const network = remembered?.state.spec ?? networkOf(path, flags, kindOfTask(flags));
  const task = taskInput(flags, network.kind, network.kind === "recurrent" ? "adding" : "gaussian");
  const { seed, memoryLimit, weights, freeze } = flags;
  if (remembered === undefined) requireTrainingEffect(flags, network);
  if (freeze !== undefined) requireFrozen(freeze, parameterNames(network, task));
  return {
    ...trainOptions(network, task, flags),
    seed: seed ?? 0,
    memoryLimit,
    engine: await engineOf(flags),
    ...(weights === undefined ? {} : { weights: readParameters(weights) }),
    ...(remembered === undefined ? {} : { resume: remembered.state }),
  };
}

/** The names a network has on a task. */
function parameterNames(spec: NetworkSpec, task: TaskInput): string[] {
  const { inputSize, outputSize } = resolveTask(task, { batch: 1, seed: 0, kind: spec.kind });
  const sizes = { inputs: spec.inputs ?? inputSize, outputs: spec.outputs ?? outputSize ?? null };
  return parameterTable(spec, sizes).map(({ name }) => name);
}

/** Beside `--resume` stands only how far the run goes and where its results go: all else would make it another run. */
function requireOnlyLength(path: string | undefined, flags: TrainFlags): void {
  const free = [...OUTPUTS, "updates", "build", "memoryLimit"] as readonly string[];
  const other = path === undefined ? Object.keys(flags).find((key) => !free.includes(key)) : "SPEC.json";
  if (other === undefined) return;
  const option = path === undefined ? `--${other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}` : path;
  throw new EvanesceError(option, "not beside --resume, which remembers it", option, "leave it out, or start anew");
}

/** Drives the run: every event to its sinks, the share done to the terminal. */
async function follow(
  options: TrainOptions,
  sinks: readonly EventSink[],
  { quiet }: TrainFlags,
  host: Host,
): Promise<TrainingTrace> {
  const total = options.steps ?? 1000;
  const progress = createProgress(host.stderr, { total, noun: "updates", quiet: quiet === true });
  const from = options.resume?.updates ?? 0;
  const run = train({ ...options, signal: host.signal });
  try {
    for await (const event of run) {
      for (const sink of sinks) sink(event);
      if (event.kind === "step") await progress.update((event.record.update - from) / Math.max(1, total - from));
    }
  } finally {
    await progress.clear();
  }
  return run.result;
}

/** The last checkpoint's parameters, as PyTorch would save them. */
function saveLast(event: TrainingEvent, file: string): void {
  if (event.kind === "checkpoint") writeWhole(file, packWeights(event.state));
}
