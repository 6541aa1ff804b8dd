import { Command } from "commander";
import { EvanesceError } from "../../base/errors.ts";
import { type NdArray, readNpy } from "../../formats/index.ts";
import { createNetwork, type Network } from "../../network/create.ts";
import { prepare } from "../../measure/propagate.ts";
import type { NetworkSpec } from "../../spec/index.ts";
import { arraysBatch, type Batch } from "../../tasks/index.ts";
import type { Engine } from "../../wasm/engine.ts";
import { readBytes, requireWritable, writeWhole } from "../files.ts";
import { examples } from "../help.ts";
import type { Host } from "../host.ts";
import { measure, requireEveryStep, show } from "../measure.ts";
import {
  addMeasureOptions,
  addOutputOptions,
  addThreadsOption,
  engineOf,
  type MeasureFlags,
  requireSplit,
} from "../options.ts";
import { addFileOptions, type FileFlags, requireFiles } from "../outputs.ts";
import { inOptionNames } from "../reword.ts";
import { readSpec } from "../spec.ts";
import { requireStatistics, statisticsExtras } from "../statistics.ts";
import { type TaskFlags, taskInput } from "../tasks.ts";
import { named, whole } from "../values.ts";
import { gradientFile, loadWeights } from "../weights.ts";

interface PropagateFlags extends MeasureFlags, FileFlags, TaskFlags {
  readonly weights?: string;
  readonly input?: string;
  readonly target?: string;
  readonly gradients?: string;
  readonly batch?: number;
  readonly lastStep?: boolean;
  readonly contributions: boolean;
}

/** `evanesce propagate`: a spec of one's own, with weights and data of one's own. */
export function propagateCommand(host: Host): Command {
  const command = new Command("propagate")
    .description("Measure a network of your own: a spec, PyTorch's weights, your arrays.")
    .argument("<SPEC.json>", "the network; `evanesce schema` prints every key")
    .option(
      "--weights <file>",
      "its parameters, safetensors under PyTorch's names (default: initialized from the seed)",
    )
    .option("--input <file>", "float32 .npy, [T, B, X] for a recurrent network, [B, X] for a feed-forward one")
    .option(
      "--target <file>",
      "float32 .npy [B, Y], or int64 classes [B]; [T, B, Y] or [T, B] for a loss at every step",
    )
    .option("--gradients <file>", "write every parameter's gradient as safetensors")
    .option("--task <name>", "without --input: what to learn (default: adding or gaussian)", named("--task"))
    .option("--text <file>", "without --input: predict the next byte of this file")
    .option("--csv <file>", "without --input: a numeric table, as in `rnn` and `mlp`")
    .option("--images <file>", "without --input: an IDX file of images")
    .option("--labels <file>", "the labels' IDX file, to go with --images")
    .option("--steps <T>", "without --input: length of a sequence (default: the task's)", whole("--steps"))
    .option("--batch <B>", "without --input: samples in the batch (default: 32)", whole("--batch"))
    .option("--last-step", "where every step has a loss: also the profile of the last step's alone");
  addThreadsOption(addMeasureOptions(command)).option(
    "--no-contributions",
    "leave out each step's own share of the weights' gradient",
  );
  return addOutputOptions(addFileOptions(command))
    .addHelpText(
      "after",
      examples(
        ["evanesce propagate net.json", "initialized from the seed, on the default task"],
        ["evanesce propagate net.json --weights net.safetensors --input x.npy --target y.npy", "all your own"],
        ["evanesce propagate net.json --input x.npy", "no loss: the sum of the last state over H, averaged over B"],
        ["evanesce propagate net.json --gradients grads.safetensors --json > flow.json", "for a program"],
      ),
    )
    .action((path: string, flags: PropagateFlags) => inOptionNames({}, () => propagateSpec(path, flags, host)));
}

async function propagateSpec(path: string, flags: PropagateFlags, host: Host): Promise<void> {
  const spec = readSpec(path);
  await requireFiles(flags);
  if (flags.gradients !== undefined) requireWritable(flags.gradients);
  const engine = await engineOf(flags);
  const { network, batch } =
    flags.input === undefined ? fromTask(spec, flags, engine) : fromArrays(spec, flags, path, engine);
  try {
    requireEveryStep(flags, batch);
    requireSplit(flags, network.spec, batch);
    requireStatistics(flags, network);
    if (flags.weights !== undefined) loadWeights(network, readBytes(flags.weights), flags.weights);
    const flow = await measure(network, batch, flags, flags, host);
    if (flags.gradients !== undefined) writeWhole(flags.gradients, gradientFile(network));
    await show(flow, flags, host, await statisticsExtras(network, batch, flow, flags, host));
  } finally {
    network.dispose();
  }
}

interface Prepared {
  readonly network: Network;
  readonly batch: Batch;
}

function fromTask(spec: NetworkSpec, flags: PropagateFlags, engine: Engine): Prepared {
  if (flags.target !== undefined) {
    throw new EvanesceError("--target", "together with --input", flags.target, "add --input X.npy");
  }
  return prepare({
    network: spec,
    task: taskInput(flags, spec.kind, spec.kind === "recurrent" ? "adding" : "gaussian"),
    batch: flags.batch,
    seed: flags.seed,
    memoryLimit: flags.memoryLimit,
    engine,
  });
}

const OF_TASKS = ["task", "text", "csv", "images", "labels", "steps", "batch"] as const;

/** The caller's arrays, checked against the spec before anything else so that messages name their files. */
function fromArrays(spec: NetworkSpec, flags: PropagateFlags, path: string, engine: Engine): Prepared {
  const idle = OF_TASKS.find((key) => flags[key] !== undefined);
  const input = flags.input as string;
  if (idle !== undefined) {
    throw new EvanesceError(`--${idle}`, "not beside --input", input, `leave out --${idle} or --input`);
  }
  const inputs = readFloats(input, spec);
  const targets = flags.target === undefined ? undefined : readNpy(readBytes(flags.target), flags.target);
  const X = inputs.shape.at(-1) as number;
  if (spec.inputs !== undefined && spec.inputs !== X) {
    const rule = `X = ${spec.inputs} on its last axis, as ${path} says`;
    throw new EvanesceError(input, rule, inputs.shape, "change the spec's inputs, or the array");
  }
  const width = spec.outputs ?? lastWidth(spec);
  const batch = arraysBatch({
    inputs,
    inputsName: input,
    targets,
    ...(targets === undefined ? {} : { targetsName: flags.target }),
    ...(targets?.dtype.includes("int") ? { classes: width } : {}),
  });
  if (batch.outputSize !== undefined && batch.outputSize !== width) {
    const whose = spec.outputs === undefined ? "the last layer's width, as there is no readout" : `as ${path} says`;
    const remedy = spec.outputs === undefined ? `set "outputs": ${batch.outputSize} in the spec` : "change outputs";
    throw new EvanesceError(flags.target as string, `Y = ${width} on its last axis, ${whose}`, targets?.shape, remedy);
  }
  const { seed, memoryLimit } = flags;
  return { network: createNetwork(spec, { seed, memoryLimit, engine, inputs: X, outputs: null }), batch };
}

const lastWidth = (spec: NetworkSpec): number =>
  spec.kind === "recurrent" ? spec.hidden : typeof spec.width === "number" ? spec.width : (spec.width.at(-1) as number);

/** `--input`: floats, with as many axes as the kind of network wants. */
function readFloats(path: string, { kind }: NetworkSpec): NdArray {
  const array = readNpy(readBytes(path), path);
  if (!array.dtype.startsWith("float")) {
    throw new EvanesceError(path, "float32 inputs", array.dtype, "convert the array with .astype(numpy.float32)");
  }
  const axes = kind === "recurrent" ? ["T", "B", "X"] : ["B", "X"];
  if (array.shape.length !== axes.length) {
    const rule = `shape [${axes.join(", ")}], for a ${kind} network`;
    throw new EvanesceError(path, rule, array.shape, "reshape the array, or change the spec's kind");
  }
  return array;
}
