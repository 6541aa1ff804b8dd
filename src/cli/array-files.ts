import { EvanesceError } from "../base/errors.ts";
import type { NdArray } from "../formats/index.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { recurrentFeatures } from "../spec/parameters.ts";
import { type Batch, type LossInput, prepareTask, type TaskInput } from "../tasks/index.ts";
import { membersOf, readArray } from "./read-array.ts";
import { readLengths } from "./sequence-lengths.ts";
import type { ArrayValues } from "./options/arrays.ts";
import type { TaskValues } from "./options/task.ts";

/** The values of the options for arrays, and the requested loss. */
export interface ArrayChoices extends ArrayValues {
  readonly loss?: LossInput | undefined;
  /** A file of the steps of each sample. */
  readonly sequenceLengths?: string | undefined;
  /** The number that marks a step as padding, where the model masks it. */
  readonly mask?: number | undefined;
}

interface FileBatch {
  readonly batch: Batch;
  /** X, the width of the inputs. */
  readonly inputs: number;
}

/** Whether the command line has an option for arrays. */
export const hasValues = (values: ArrayValues): boolean => Object.values(values).some((value) => value !== undefined);

/** Refuses lengths of sequences without arrays. @throws EvanesceError */
export function requireArraysFor(sequenceLengths: string | undefined, arrays: ArrayValues): void {
  if (sequenceLengths === undefined || hasValues(arrays)) return;
  const rule = "together with --input";
  throw new EvanesceError("--sequence-lengths", rule, sequenceLengths, "add --input X.npy");
}

/** Refuses options of a task together with arrays. @throws EvanesceError that names the first of them */
export function requireNoTask({ input }: ArrayValues, ofTasks: Readonly<Record<string, unknown>>): void {
  const unused = Object.keys(ofTasks).find((key) => ofTasks[key] !== undefined);
  if (unused === undefined || input === undefined) return;
  throw new EvanesceError(`--${unused}`, "not together with --input", input, `leave out --${unused} or --input`);
}

/**
 * The task of the user's own arrays. Their shapes are checked against the spec.
 *
 * @param width Y, if it is known: the outputs of the spec, or the width of the last layer if there is no readout
 * @throws EvanesceError naming the file
 */
export async function arrayTask(
  spec: NetworkSpec,
  values: ArrayChoices,
  width?: number,
): Promise<Exclude<TaskInput, string>> {
  const { input, target, batchFirst, loss, sequenceLengths, mask } = values;
  if (input === undefined) {
    const [name, value] = target === undefined ? ["batch-first", batchFirst] : ["target", target];
    throw new EvanesceError(`--${name}`, "together with --input", value, "add --input X.npy");
  }
  const inputs = await readArray(input);
  const tokens = spec.kind === "recurrent" && spec.embedding !== undefined ? spec.inputs : undefined;
  if (tokens === undefined && !inputs.dtype.startsWith("float") && inputs.dtype !== "bfloat16") {
    const remedy = "convert the array with .astype(numpy.float32)";
    throw new EvanesceError(input, "float32 inputs, or float16 or float64", inputs.dtype, remedy);
  }
  const targets = target === undefined ? undefined : await readArray(target);
  const classes = targets !== undefined && /int/.test(targets.dtype) && width !== undefined && width > 1;
  return {
    name: "arrays",
    kind: spec.kind,
    inputs,
    inputsFile: input,
    ...(targets === undefined ? {} : { targets, targetsFile: target }),
    ...((await lengthsOf(input, sequenceLengths)) ?? maskOf(inputs, input, mask, batchFirst, tokens !== undefined)),
    ...(tokens === undefined ? {} : { tokens }),
    ...(batchFirst === undefined ? {} : { batchFirst }),
    ...(loss === undefined ? {} : { loss }),
    ...(spec.inputs === undefined ? {} : { inputSize: spec.inputs }),
    ...(width === undefined ? {} : { outputs: width }),
    ...(classes ? { classes: width } : {}),
  };
}

/**
 * The task of the user's own arrays, and the network with a readout. A network that learns needs one, so a readout as
 * wide as the targets is added if it has none.
 *
 * @throws EvanesceError naming the file
 */
export async function arraysToLearn(
  spec: NetworkSpec,
  values: ArrayValues,
  { loss, ...ofTasks }: TaskValues,
  steps: Pick<ArrayChoices, "sequenceLengths" | "mask"> = {},
): Promise<{ readonly task: TaskInput; readonly network: NetworkSpec }> {
  requireNoTask(values, ofTasks);
  const task = await arrayTask(spec, { ...values, loss, ...steps }, spec.outputs);
  if (spec.outputs !== undefined) return { task, network: spec };
  const { outputSize } = prepareTask(task, spec.kind)({ batch: 1, seed: 0 });
  return { task, network: outputSize === undefined ? spec : { ...spec, outputs: outputSize } };
}

/**
 * A batch of the user's own arrays for one pass, with all samples of the file.
 * @throws EvanesceError
 */
export async function fileBatch(spec: NetworkSpec, values: ArrayChoices, path: string): Promise<FileBatch> {
  const width = spec.outputs ?? lastWidth(spec);
  const task = await arrayTask(spec, values, width);
  const batch = prepareTask(task, spec.kind)({ batch: 1, seed: 0 });
  if (batch.outputSize !== undefined && batch.outputSize !== width) {
    const whose =
      spec.outputs === undefined ? "the width of the last layer, because there is no readout" : `as ${path} says`;
    const remedy = spec.outputs === undefined ? `set "outputs": ${batch.outputSize} in the spec` : "change outputs";
    const { shape } = task.targets as NdArray;
    throw new EvanesceError(values.target as string, `Y = ${width} on its last axis, ${whose}`, shape, remedy);
  }
  return { batch, inputs: batch.inputSize };
}

const lastWidth = (spec: NetworkSpec): number =>
  spec.kind === "recurrent"
    ? recurrentFeatures(spec)
    : typeof spec.width === "number"
      ? spec.width
      : (spec.width.at(-1) as number);

/** The steps of each sample, from a file or from the member `lengths` of the archive of the inputs. */
async function lengthsOf(input: string, path: string | undefined) {
  if (path !== undefined) return { lengths: await readLengths(path), lengthsFile: path };
  const archive = /^(.+\.npz):.+$/i.exec(input)?.[1];
  if (archive === undefined || !(await membersOf(archive)).includes("lengths")) return undefined;
  return { lengths: await readArray(`${archive}:lengths`), lengthsFile: `${archive}:lengths` };
}

/** The steps that a model does not mask, [T, B]: steps with some input different from the number that it masks. */
function maskOf(inputs: NdArray, name: string, value: number | undefined, batchFirst = false, tokens = false) {
  const { shape, data } = inputs;
  if (value === undefined || shape.length < 2) return {};
  const [rows, columns] = shape;
  const width = tokens || shape.length === 2 ? 1 : shape[2];
  const mask = new Int32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = (row * columns + column) * width;
      const to = batchFirst ? column * rows + row : row * columns + column;
      mask[to] = data.subarray(from, from + width).some((each) => each !== value) ? 1 : 0;
    }
  }
  if (mask.every((counts) => counts === 1)) return {};
  const lengths = { shape: batchFirst ? [columns, rows] : [rows, columns], data: mask, dtype: "int32" };
  return { lengths, lengthsFile: `${name}, of which the model masks steps of ${value}` };
}
