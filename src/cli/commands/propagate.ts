import { EvanesceError } from "../../base/errors.ts";
import { createNetwork, type MeasureOptions } from "../../network/create.ts";
import { requireRoomForPass } from "../../network/room.ts";
import { outlineOf } from "../../tasks/index.ts";
import { prepareInParts } from "../../measure/propagate.ts";
import type { Engine } from "../../wasm/engine.ts";
import { fileBatch, hasValues, requireNoTask } from "../array-files.ts";
import { command } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { requireWritable, writeWhole } from "../files.ts";
import { examples } from "../help.ts";
import { ARRAYS, type ArrayValues } from "../options/arrays.ts";
import { engineOf, PASS_ENGINE } from "../options/engine.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { MEASURE, plannedOptions, showFlow } from "../options/measure.ts";
import { group, nothingLeft, option, type ValuesOf } from "../options/option.ts";
import { STATISTICS, statisticsExtras } from "../options/statistics.ts";
import { LENGTHS, SAMPLES, TASK, taskInput, type TaskValues } from "../options/task.ts";
import { terminal } from "../options/terminal.ts";
import { drawnNote, drawnTask, isDrawn, withoutTargets } from "../drawn.ts";
import { ASSUMED, MODEL, type ModelValues } from "../options/model.ts";
import { type Made, withMade } from "../pass.ts";
import { whileReading } from "../reading.ts";
import { withLengthsFrom } from "../sequence-lengths.ts";
import { type NetworkFile, readNetworkFile } from "../spec.ts";
import { gradientFile, type LoadedWeights, readWeights, setWeights, weightsOfModel } from "../weights.ts";

/** `evanesce propagate`: measures the user's own network, with own weights and data. */
export const propagate = command({
  name: "propagate",
  summary: "Measure your own network, from a model file or from a spec with weights, on your own arrays.",
  argument: {
    name: "<SPEC.json|MODEL>",
    help: "a spec (`evanesce schema` prints every key), or a model of PyTorch, Keras, TensorFlow.js or ONNX",
  },
  options: {
    own: group("Your own data", [
      option("--weights <file>", "parameters of a spec, in a model file (default: initialized from the seed)"),
      option("--gradients <file>", "write every parameter's gradient as safetensors"),
    ]),
    model: MODEL,
    assumed: ASSUMED,
    arrays: ARRAYS,
    task: TASK,
    samples: SAMPLES,
    lengths: LENGTHS,
    measure: MEASURE,
    statistics: STATISTICS,
    engine: PASS_ENGINE,
    files: FILES,
    terminal: terminal("evanesce.flow/1"),
  },
  help: [
    examples(
      ["evanesce propagate model.pt", "a model file; `evanesce inspect model.pt` lists its contents"],
      ["evanesce propagate net.json", "a spec, initialized from the seed, on the default task"],
      [
        "evanesce propagate net.json --weights net.safetensors --input x.npy --target y.npy",
        "your own weights and data",
      ],
      [
        "evanesce propagate net.json --input x.npy",
        "without a loss: from the sum of the last state over H, averaged over B",
      ],
      ["evanesce propagate net.json --gradients grads.safetensors --json > flow.json", "output for a program"],
    ),
  ],
  run: async (
    { argument: path, own, model, assumed, arrays, task, lengths, files, terminal: output, ...experiment },
    context,
  ) => {
    const { weights, gradients, ...more } = own;
    nothingLeft(more);
    const choices = { ...model, ...assumed };
    const read = await readNetworkFile(path, choices, weights !== undefined);
    if (read.model !== undefined && weights !== undefined) {
      throw new EvanesceError(
        "--weights",
        "together with a spec",
        path,
        "leave it out: a model file has its own weights",
      );
    }
    await requireFiles(files);
    if (gradients !== undefined) requireWritable(gradients);
    const { samples, engine, statistics } = experiment;
    const { memoryLimit, build } = engine;
    const measured = plannedOptions(experiment.measure);
    const options = { ...samples, memoryLimit, engine: await engineOf(build), measured };
    const drawn: Made & { readonly drawn?: boolean } = hasValues(arrays)
      ? await fromArrays(read, path, arrays, { ...task, batch: samples.batch }, options)
      : await fromTask(read, weights !== undefined, task, options, output.quiet, context);
    const made = { ...drawn, batch: await withLengthsFrom(lengths.sequenceLengths, drawn.batch) };
    const loaded = await weightsFor(made, read, weights, choices);
    if (loaded !== undefined) setWeights(made.network, loaded);
    const running = { ...experiment, quiet: output.quiet };
    await withMade(made, running, context, async ({ network, batch, flow }) => {
      if (gradients !== undefined) writeWhole(gradients, gradientFile(network));
      const extras = await statisticsExtras(network, batch, flow, statistics, output.quiet, context);
      const notes = [
        ...(flow.notes ?? []),
        ...(loaded?.notes ?? []),
        ...(made.drawn === true ? [drawnNote(batch)] : []),
      ];
      const annotated = {
        ...flow,
        ...(loaded === undefined ? {} : { weights: loaded.file }),
        ...(notes.length === 0 ? {} : { notes }),
      };
      await showFlow(
        annotated,
        { learningRate: statistics.learningRate },
        { files, terminal: output },
        context,
        extras,
      );
    });
  },
});

interface NetworkChoices extends ValuesOf<typeof SAMPLES> {
  readonly memoryLimit: number | undefined;
  readonly engine: Engine;
  readonly measured: MeasureOptions;
}

async function fromTask(
  { spec, model }: NetworkFile,
  weighted: boolean,
  values: TaskValues,
  choices: NetworkChoices,
  quiet: boolean | undefined,
  context: CommandContext,
): Promise<Made & { readonly drawn?: boolean }> {
  const drawn = isDrawn(values, spec, model !== undefined ? "model" : weighted ? "weights" : undefined);
  const task = drawn ? drawnTask(spec, values.steps) : await taskInput(values, spec.kind);
  const { measured, ...others } = choices;
  const made = await whileReading(
    prepareInParts({ network: spec, task, ...others, ...measured }),
    task,
    quiet,
    context,
  );
  if (!drawn) return made;
  if (spec.outputs !== undefined) return { ...made, drawn };
  made.network.dispose();
  const { seed, memoryLimit, engine } = choices;
  const network = createNetwork(spec, { seed, memoryLimit, engine, outputs: null });
  return { network, batch: withoutTargets(made.batch), drawn };
}

/** The parameters that are not drawn: those of the model, or those in the file of `--weights`. */
async function weightsFor(
  { network }: Made,
  { spec, model }: NetworkFile,
  weights: string | undefined,
  choices: ModelValues,
): Promise<LoadedWeights | undefined> {
  if (model !== undefined) return weightsOfModel(model);
  if (weights === undefined) return undefined;
  const { names, shape } = network.parameters;
  try {
    return await readWeights(
      weights,
      spec,
      names.map((name) => ({ name, shape: shape(name) })),
      choices,
    );
  } catch (error) {
    network.dispose();
    throw error;
  }
}

/** The batch from the user's own arrays instead of a task. */
async function fromArrays(
  { spec, model }: NetworkFile,
  path: string,
  arrays: ArrayValues,
  { loss, ...ofTasks }: TaskValues & { readonly batch?: number | undefined },
  { seed, memoryLimit, engine, measured }: NetworkChoices,
): Promise<Made> {
  requireNoTask(arrays, ofTasks);
  const { batch, inputs } = await fileBatch(spec, { ...arrays, loss, mask: model?.mask }, path);
  requireRoomForPass({ ...spec, inputs }, outlineOf(batch), measured, { memoryLimit, engine, outputs: null });
  return { network: createNetwork(spec, { seed, memoryLimit, engine, inputs, outputs: null }), batch };
}
