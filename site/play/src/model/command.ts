import { parseSpec } from "../../../../src/spec/index.ts";
import type { NetworkSpec } from "../../../../src/spec/index.ts";
import { TASKS_OF } from "./first.ts";
import type { Edits, Experiment } from "./experiment.ts";

/** Options of `rnn` and of `mlp`, by the key of the spec that they set. */
const OPTIONS: Readonly<Record<NetworkSpec["kind"], Readonly<Record<string, string>>>> = {
  recurrent: {
    cell: "--cell",
    hidden: "--hidden",
    layers: "--layers",
    norm: "--norm",
    constraint: "--constraint",
    "init.recurrent": "--init",
    "init.input": "--input-init",
    "init.readout": "--readout-init",
    "init.gain": "--gain",
    "init.inputGain": "--input-gain",
    "init.biasStd": "--bias-std",
    "init.forgetBias": "--forget-bias",
    "init.chrono": "--chrono",
  },
  feedforward: {
    depth: "--depth",
    width: "--width",
    activation: "--activation",
    norm: "--norm",
    normPosition: "--norm-position",
    residual: "--residual",
    blockLayers: "--block-layers",
    activationPosition: "--activation-position",
    "init.weight": "--init",
    "init.readout": "--readout-init",
    "init.gain": "--gain",
    "init.biasStd": "--bias-std",
    "init.sigmaW": "--sigma-w",
    "init.sigmaB": "--sigma-b",
  },
};

/** Keys of a spec with their values, `init.gain` and the like. */
function leaves(value: object, at = ""): [key: string, value: unknown][] {
  return Object.entries(value).flatMap(([key, each]): [string, unknown][] => {
    const path = at === "" ? key : `${at}.${key}`;
    return typeof each === "object" && each !== null && !Array.isArray(each) ? leaves(each, path) : [[path, each]];
  });
}

/** The command that measures an experiment; null if no options express it. */
export function asCommand(experiment: Experiment): string | null {
  const { task, batch, seed, edits } = experiment;
  const network = parseSpec(experiment.network);
  const options = optionsOf(network);
  if (isFaulty(edits) || options === null || !TASKS_OF[network.kind].some(([name]) => name === task.name)) return null;
  const { name, steps, ...others } = task;
  if (Object.keys(others).length > 0) return null;
  const program = network.kind === "recurrent" ? "rnn" : "mlp";
  const words = ["evanesce", program, ...options, "--task", name];
  if (steps !== undefined) words.push("--steps", String(steps));
  return [...words, "--batch", batch, "--seed", seed].join(" ");
}

/**
 * The command that writes an experiment's network into a file and measures it; null where no command does: where a fault
 * is planted, or where a part of the weights is the file's and the readout is drawn.
 *
 * @param weights the file that the weights came from; null where they are drawn from the seed
 */
export function asFileCommand(
  { network, task, batch, seed, edits }: Experiment,
  weights: string | null,
): string | null {
  if (isFaulty(edits) || (weights !== null && network.outputs === undefined)) return null;
  const { name, steps, file, ...others } = task;
  const settings = Object.entries(others).map(([key, value]) => `${key}=${value}`);
  return [
    `echo '${JSON.stringify(network)}' > net.json && evanesce propagate net.json`,
    ...(weights === null ? [] : ["--weights", quoted(weights)]),
    ...(file === undefined ? [] : ["--csv", quoted(String(file))]),
    ...["--task", settings.length === 0 ? name : `${name}:${settings.join(",")}`],
    ...(steps === undefined ? [] : ["--steps", steps]),
    ...["--batch", batch, "--seed", seed],
  ].join(" ");
}

const isFaulty = ({ inputScale = 1, labels, firstBias }: Edits): boolean =>
  inputScale !== 1 || labels === "same" || firstBias !== undefined;

/** A file's name as one word of a shell. */
const quoted = (file: string): string => (/^[\w.-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`);

/** The settings that differ from the defaults, as options; null if one of them has no option. */
function optionsOf(network: NetworkSpec): string[] | null {
  const names = OPTIONS[network.kind];
  const defaults = new Map(leaves(parseSpec({ kind: network.kind })));
  const words: string[] = [];
  for (const [key, value] of leaves(network)) {
    if (value === undefined || Object.is(defaults.get(key), value)) continue;
    const option = names[key];
    if (option === undefined || Array.isArray(value)) return null;
    words.push(option, String(value));
  }
  return words;
}

/**
 * A program that measures an experiment, its planted faults included.
 *
 * @param weights the file that the weights came from; null where they are drawn from the seed
 */
export function asCode({ network, task, batch, seed, edits }: Experiment, weights: string | null = null): string {
  const { inputScale = 1, labels = "given", firstBias } = edits;
  const json = (value: unknown) => JSON.stringify(value, null, 2);
  const reads = weights === null && task.file === undefined ? [] : ['import { readFileSync } from "node:fs";'];
  const taskText =
    task.file === undefined ? json(task) : `{ ...${json(task)}, bytes: readFileSync(${json(task.file)}) }`;
  if (!isFaulty(edits) && weights === null) {
    return [
      ...reads,
      'import { diagnose, propagate } from "evanesce";',
      "",
      `const network = ${json(network)};`,
      `const task = ${taskText};`,
      `const flow = propagate({ network, task, batch: ${batch}, seed: ${seed} });`,
      "console.log(diagnose(flow).summary);",
      "",
    ].join("\n");
  }
  return [
    ...reads,
    `import { createNetwork, diagnose, ${weights === null ? "" : "readModel, "}taskBatch } from "evanesce";`,
    "",
    `const spec = ${json(network)};`,
    `const batch = taskBatch({ task: ${taskText}, batch: ${batch}, seed: ${seed}, kind: spec.kind });`,
    ...(inputScale === 1
      ? []
      : [`for (let i = 0; i < batch.inputs.length; i += batch.inputSize) batch.inputs[i] *= ${inputScale};`]),
    ...(labels === "given"
      ? []
      : ["batch.targets.fill(batch.targets[0]); // every sample has one label", "batch.baseline = 0;"]),
    `const network = createNetwork(spec, { seed: ${seed}, inputs: batch.inputSize, outputs: batch.outputSize });`,
    ...(weights === null
      ? []
      : [
          `const { parameters } = await readModel(readFileSync(${json(weights)}), { name: ${json(weights)} });`,
          "for (const [name, values] of Object.entries(parameters)) network.parameters.set(name, values);",
        ]),
    ...(firstBias === undefined
      ? []
      : [
          'const [units] = network.parameters.shape("layers.0.bias");',
          `network.parameters.set("layers.0.bias", new Float32Array(units).fill(${firstBias}));`,
        ]),
    "console.log(diagnose(network.propagate(batch)).summary);",
    "network.dispose();",
    "",
  ].join("\n");
}
