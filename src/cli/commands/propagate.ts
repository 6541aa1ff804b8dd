import { inTurns } from "../../base/cooperative-work.ts";
import { EvanesceError } from "../../base/errors.ts";
import { createNetwork } from "../../network/create.ts";
import { prepareInParts } from "../../measure/propagate.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import type { Engine } from "../../wasm/engine.ts";
import { fileBatch } from "../array-files.ts";
import { command } from "../command.ts";
import type { CommandContext } from "../context.ts";
import { readBytes, requireWritable, writeWhole } from "../files.ts";
import { examples } from "../help.ts";
import { engineOf, PASS_ENGINE } from "../options/engine.ts";
import { FILES, requireFiles } from "../options/files.ts";
import { MEASURE, showFlow } from "../options/measure.ts";
import { group, nothingLeft, option, type ValuesOf } from "../options/option.ts";
import { STATISTICS, statisticsExtras } from "../options/statistics.ts";
import { LENGTHS, SAMPLES, TASK, taskInput, type TaskValues } from "../options/task.ts";
import { terminal } from "../options/terminal.ts";
import { type Made, withMade } from "../pass.ts";
import { withLengthsFrom } from "../sequence-lengths.ts";
import { readSpec } from "../spec.ts";
import { gradientFile, loadWeights } from "../weights.ts";

/** `evanesce propagate`: a spec of one's own, with weights and data of one's own. */
export const propagate = command({
  name: "propagate",
  summary: "Measure a network of your own: a spec, PyTorch's weights, your arrays.",
  argument: { name: "<SPEC.json>", help: "the network; `evanesce schema` prints every key" },
  options: {
    own: group("Your own data", [
      option(
        "--weights <file>",
        "its parameters, safetensors under PyTorch's names (default: initialized from the seed)",
      ),
      option("--input <file>", "float32 .npy, [T, B, X] for a recurrent network, [B, X] for a feed-forward one"),
      option(
        "--target <file>",
        "float32 .npy [B, Y], or int64 classes [B]; [T, B, Y] or [T, B] for a loss at every step",
      ),
      option("--gradients <file>", "write every parameter's gradient as safetensors"),
    ]),
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
      ["evanesce propagate net.json", "initialized from the seed, on the default task"],
      ["evanesce propagate net.json --weights net.safetensors --input x.npy --target y.npy", "all your own"],
      ["evanesce propagate net.json --input x.npy", "no loss: the sum of the last state over H, averaged over B"],
      ["evanesce propagate net.json --gradients grads.safetensors --json > flow.json", "for a program"],
    ),
  ],
  run: async ({ argument: path, own, task, lengths, files, terminal: output, ...experiment }, context) => {
    const { weights, input, target, gradients, ...more } = own;
    nothingLeft(more);
    const spec = readSpec(path);
    await requireFiles(files);
    if (gradients !== undefined) requireWritable(gradients);
    const { samples, engine, statistics } = experiment;
    const { memoryLimit, build } = engine;
    const options = { ...samples, memoryLimit, engine: await engineOf(build) };
    const drawn =
      input === undefined
        ? await fromTask(spec, task, target, options, context)
        : fromArrays(spec, { path, input, target }, { ...task, batch: samples.batch }, options);
    const made = { ...drawn, batch: withLengthsFrom(lengths.sequenceLengths, drawn.batch) };
    if (weights !== undefined) loadWeights(made.network, readBytes(weights), weights);
    const running = { ...experiment, quiet: output.quiet };
    await withMade(made, running, context, async ({ network, batch, flow }) => {
      if (gradients !== undefined) writeWhole(gradients, gradientFile(network));
      const extras = await statisticsExtras(network, batch, flow, statistics, output.quiet, context);
      await showFlow(flow, statistics.learningRate, { files, terminal: output }, context, extras);
    });
  },
});

interface NetworkChoices extends ValuesOf<typeof SAMPLES> {
  readonly memoryLimit: number | undefined;
  readonly engine: Engine;
}

async function fromTask(
  spec: NetworkSpec,
  values: TaskValues,
  target: string | undefined,
  choices: NetworkChoices,
  context: CommandContext,
): Promise<Made> {
  if (target !== undefined) {
    throw new EvanesceError("--target", "together with --input", target, "add --input X.npy");
  }
  return inTurns(prepareInParts({ network: spec, task: await taskInput(values, spec.kind), ...choices }), context);
}

/** The user's own arrays in place of a task. */
function fromArrays(
  spec: NetworkSpec,
  files: { readonly path: string; readonly input: string; readonly target: string | undefined },
  ofTasks: Readonly<Record<string, unknown>>,
  { seed, memoryLimit, engine }: NetworkChoices,
): Made {
  const unused = Object.keys(ofTasks).find((key) => ofTasks[key] !== undefined);
  if (unused !== undefined) {
    throw new EvanesceError(`--${unused}`, "not beside --input", files.input, `leave out --${unused} or --input`);
  }
  const { batch, inputs } = fileBatch(spec, files);
  return { network: createNetwork(spec, { seed, memoryLimit, engine, inputs, outputs: null }), batch };
}
