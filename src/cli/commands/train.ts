import { inTurns } from "../../base/cooperative-work.ts";
import { EvanesceError } from "../../base/errors.ts";
import { readTaskAhead } from "../../tasks/index.ts";
import {
  OPTIMIZERS,
  SCHEDULES,
  splitAhead,
  type TrainingEvent,
  type TrainingTrace,
  type TrainOptions,
  train as runTraining,
} from "../../training/index.ts";
import { arraysToLearn, hasValues, requireArraysFor } from "../array-files.ts";
import { type CommandLine, command } from "../command.ts";
import { commandLine } from "../command-line.ts";
import { DRAWN_DATA, drawnTask, isDrawn } from "../drawn.ts";
import { type CommandContext, Unfinished } from "../context.ts";
import { examples, NAMES_ELSEWHERE, rowList } from "../help.ts";
import { NETWORK, networkOf } from "../networks/index.ts";
import { ARRAYS } from "../options/arrays.ts";
import { engineOf, PASS_ENGINE, requireSplit } from "../options/engine.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { group, keyOf, longName, nothingLeft, type Option, option } from "../options/option.ts";
import { whole } from "../options/parsers.ts";
import { MODEL, SPEC_OR_MODEL } from "../options/model.ts";
import { kindOfTask, LENGTHS, TASK, taskInput } from "../options/task.ts";
import { terminal } from "../options/terminal.ts";
import { requireFrozen, requireTrainingEffect, TRAINING, trainOptions } from "../options/training.ts";
import { createProgress } from "../progress.ts";
import { whileReading } from "../reading.ts";
import { showResult } from "../show-result.ts";
import { originOf, originToKeep, readCheckpoint } from "../training/checkpoints.ts";
import { checkpointFile, type EventFile, logFile, parametersFile, tensorboardFile } from "../training/outputs.ts";
import { significant } from "../../words/numbers.ts";
import { loadWeights, notesOf, parametersOn } from "../weights.ts";

const KEPT = group("Training", [
  option("--log <file>", "append every event to this file as a line of JSON"),
  option("--tensorboard <folder>", "write an event file for TensorBoard"),
  option("--checkpoint <path>", "write PATH.json, and the weights and the state as safetensors"),
  option(
    "--resume <file>",
    "continue from the .json of a checkpoint with the options of its run, and update the checkpoint",
  ),
  option("--save <file>", "write the final parameters as safetensors"),
]);
const TERMINAL = terminal("evanesce.trace/1");

/** Options that say where results go. A checkpoint does not store them. */
const NOT_KEPT: readonly Option[] = [...KEPT.options, ...FILES.options, ...TERMINAL.options];

/** `evanesce train`: trains a network and measures its gradient. */
export const train = command({
  name: "train",
  summary: "Train a network, measure its gradient during the run, and judge the run.",
  argument: SPEC_OR_MODEL,
  options: {
    network: NETWORK,
    model: MODEL,
    task: TASK,
    arrays: ARRAYS,
    lengths: LENGTHS,
    training: TRAINING,
    start: group("Training", [
      option("--seed <n>", "seed of initialization, split and batches (default: 0)", { parse: whole(), fills: "seed" }),
      option("--weights <file>", "start from these parameters, in a model file"),
    ]),
    kept: KEPT,
    engine: PASS_ENGINE,
    files: FILES,
    terminal: TERMINAL,
  },
  help: [
    rowList("Optimizers (--optimizer NAME or NAME:option=value,…)", OPTIMIZERS),
    rowList("Schedules of the learning rate η (--schedule NAME or NAME:option=value,…)", SCHEDULES),
    NAMES_ELSEWHERE,
    examples(
      ["evanesce train --cell lstm --steps 50 --updates 2000", "an LSTM learns the adding problem"],
      ["evanesce train --depth 50 --activation sigmoid --task spirals", "a network that learns nothing"],
      [
        "evanesce train --depth 3 --width 64 --csv digits.csv --patience 5",
        "your own table, with validation on held-out rows",
      ],
      ["evanesce train net.json --task teacher --optimizer sgd --lr 0.1 --schedule cosine", "other choices"],
      ["evanesce train --cell lstm --text book.txt --stateful", "carries the state from batch to batch"],
      ["evanesce train --cell gru --checkpoint run --checkpoint-every 500", "a run that you can stop at any time"],
      ["evanesce train --resume run.json", "continues it with the same bits"],
    ),
  ],
  run: async (asked, context, line) => {
    const { argument, kept, files, terminal: output } = asked;
    const { log, tensorboard, checkpoint, resume, save, ...more } = kept;
    nothingLeft(more);
    const remembered = resume === undefined ? undefined : readCheckpoint(resume);
    if (remembered !== undefined) requireOnlyLength(argument, line);
    // values that the checkpoint stores
    const values = without(
      { ...rememberedValues(remembered?.flags, line.options, resume), ...line.explicit },
      NOT_KEPT,
    );
    const { network: described, model, task: named, arrays, lengths, training, start, engine } = line.with(values);
    const { seed, weights, ...moreStart } = start;
    const { build, memoryLimit, threads, ...moreEngine } = engine;
    for (const rest of [moreStart, moreEngine]) nothingLeft(rest);

    const opened =
      remembered === undefined
        ? await networkOf(argument, described, model, { kind: kindOfTask(named), weighted: weights !== undefined })
        : { spec: remembered.state.spec, model: undefined };
    const { sequenceLengths, ...moreLengths } = lengths;
    nothingLeft(moreLengths);
    requireArraysFor(sequenceLengths, arrays);
    const origin = originOf(remembered?.flags);
    const ofModel = opened.model !== undefined && isDrawn(named, opened.spec, "model");
    const drawn = !hasValues(arrays) && (ofModel || origin.drawn === true);
    const mask = opened.model?.mask ?? origin.mask;
    const { network, task } = hasValues(arrays)
      ? await arraysToLearn(opened.spec, arrays, named, { sequenceLengths, mask })
      : {
          network: opened.spec,
          task: drawn ? drawnTask(opened.spec, named.steps) : await taskInput(named, opened.spec.kind),
        };
    if (named.csv !== undefined) {
      await whileReading(readTaskAhead(task, network.kind), task, output.quiet, context);
    }
    const loaded =
      remembered === undefined
        ? await loadWeights(opened, weights, () => parametersOn(network, task), model)
        : origin.weights;
    if (remembered === undefined) requireTrainingEffect(training, { checkpoint, save }, network);
    if (training.freeze !== undefined)
      requireFrozen(
        training.freeze,
        parametersOn(network, task).map(({ name }) => name),
      );
    const options = {
      ...trainOptions(network, task, training),
      seed: seed ?? 0,
      threads,
      memoryLimit,
      engine: await engineOf(build),
      ...(loaded?.values === undefined ? {} : { weights: loaded.values }),
      ...(remembered === undefined ? {} : { resume: remembered.state }),
    };
    requireSplit(threads, { batch: options.batch ?? 32 });
    await requireFiles(files);
    const state = checkpoint ?? resume?.replace(/\.json$/, ""); // a resumed run updates its checkpoint
    const written: EventFile[] = [];
    try {
      if (log !== undefined) written.push(logFile(log, remembered !== undefined));
      if (tensorboard !== undefined) written.push(tensorboardFile(tensorboard));
      if (state !== undefined)
        written.push(checkpointFile(state, { ...values, ...originToKeep({ weights: loaded, drawn, mask }) }));
      if (save !== undefined) written.push(parametersFile(save));
      const failed = new Map<EventFile, EvanesceError>();
      const ran = await follow(options, written, failed, output.quiet, context);
      const told = drawn ? { ...ran, notes: [...(ran.notes ?? []), DRAWN_DATA] } : ran;
      const trace = loaded === undefined ? told : { ...told, weights: loaded.file, ...notesOf(loaded, told) };
      const read = { schema: "evanesce.trace/1", result: trace, command: commandLine(context) } as const;
      await showResult(read, { files, terminal: output }, context);
      if (trace.outcome === "interrupted") context.signal.throwIfAborted();
      const [failure] = failed.values();
      if (failure !== undefined) throw new Unfinished(failure.message);
    } finally {
      for (const file of written) file.close();
    }
  },
});

/**
 * The options that a checkpoint stores. The file may come from a stranger, so it may only have options of this command,
 * and every value must be a text.
 */
function rememberedValues(flags: object = {}, options: readonly Option[], file = ""): Record<string, unknown> {
  const entries = Object.entries(flags).flatMap(([key, value]) => {
    const declared = options.find((each) => keyOf(each) === key);
    if (declared === undefined) return [];
    const isText = declared.parse === undefined && declared.flags.includes("<");
    const texts = declared.flags.endsWith("...>") ? value : [value];
    if (!isText || (Array.isArray(texts) && texts.every((text) => typeof text === "string"))) return [[key, value]];
    throw new EvanesceError(`${file}: about.${key}`, "text", value, "resume from a checkpoint as it was written");
  });
  return Object.fromEntries(entries);
}

/** The values of all options but these. */
function without(values: Readonly<Record<string, unknown>>, options: readonly Option[]): Record<string, unknown> {
  const left = new Set(options.map(keyOf));
  return Object.fromEntries(Object.entries(values).filter(([key]) => !left.has(key)));
}

/** Refuses options that would change a resumed run. @throws EvanesceError */
function requireOnlyLength(path: string | undefined, { explicit, options }: CommandLine<unknown>): void {
  const allowed = new Set(["updates", ...[...NOT_KEPT, ...PASS_ENGINE.options].map(keyOf)]);
  const other = options.find((each) => explicit[keyOf(each)] !== undefined && !allowed.has(keyOf(each)));
  const name = path ?? (other === undefined ? undefined : longName(other));
  if (name === undefined) return;
  const where = path === undefined ? name : "SPEC.json";
  throw new EvanesceError(
    where,
    "not together with --resume, which stores it",
    name,
    "leave it out, or start a new run",
  );
}

/** Follows the run: writes every event to its files, and shows the progress and the loss. */
async function follow(
  options: TrainOptions,
  files: readonly EventFile[],
  failed: Map<EventFile, EvanesceError>,
  quiet: true | undefined,
  { stderr, signal }: CommandContext,
): Promise<TrainingTrace> {
  const total = options.steps ?? 1000;
  const progress = createProgress(stderr, { total, noun: "updates", quiet });
  const from = options.resume?.updates ?? 0;
  await inTurns(splitAhead(options), { signal });
  const run = runTraining({ ...options, signal });
  try {
    for await (const event of run) {
      for (const file of files) {
        const failure = writeEvent(file, event, failed);
        if (failure === undefined) continue;
        await progress.clear();
        await stderr.write(`evanesce: ${failure.message}; the run goes on\n`);
      }
      if (event.kind !== "step") continue;
      const { update, loss } = event.record;
      await progress.update((update - from) / Math.max(1, total - from), `loss ${significant(loss)}`);
    }
  } finally {
    await progress.clear();
  }
  return run.result;
}

/**
 * Writes an event to a file. If a file cannot be written, the failure is stored and the run goes on; a checkpoint is
 * tried again at its next event. Returns the failure if it is new.
 */
function writeEvent(file: EventFile, event: TrainingEvent, failed: Map<EventFile, EvanesceError>) {
  if (failed.has(file) && !file.mayRecover) return undefined;
  try {
    if (file.write(event)) failed.delete(file);
    return undefined;
  } catch (error) {
    if (!(error instanceof EvanesceError)) throw error;
    const isNew = !failed.has(file);
    failed.set(file, error);
    return isNew ? error : undefined;
  }
}
