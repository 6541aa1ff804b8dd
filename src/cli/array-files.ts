import { EvanesceError } from "../base/errors.ts";
import { type NdArray, readNpy } from "../formats/index.ts";
import type { NetworkSpec } from "../spec/index.ts";
import { arraysBatch, type Batch, type LossInput } from "../tasks/index.ts";
import { readBytes } from "./files.ts";

/** The files of `--input` and `--target`, and of the spec they belong to. */
interface ArrayFiles {
  readonly path: string;
  readonly input: string;
  readonly target: string | undefined;
  /** Another loss than squared error or cross-entropy on its targets. */
  readonly loss?: LossInput | undefined;
}

interface FileBatch {
  readonly batch: Batch;
  /** X, the width of the inputs. */
  readonly inputs: number;
}

/**
 * A batch of the user's own arrays, checked against the spec first, so that messages name their files.
 * @throws EvanesceError
 */
export function fileBatch(spec: NetworkSpec, { path, input, target, loss }: ArrayFiles): FileBatch {
  const inputs = readFloats(input, spec);
  const targets = target === undefined ? undefined : readNpy(readBytes(target), target);
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
    ...(targets === undefined ? {} : { targetsName: target }),
    ...(targets?.dtype.includes("int") ? { classes: Math.max(width, 2) } : {}),
    // classes 0 and 1 of one output are judged on the logit
    loss: loss ?? (targets?.dtype.includes("int") && width === 1 ? "binary_cross_entropy" : undefined),
  });
  if (batch.outputSize !== undefined && batch.outputSize !== width) {
    const whose = spec.outputs === undefined ? "the last layer's width, as there is no readout" : `as ${path} says`;
    const remedy = spec.outputs === undefined ? `set "outputs": ${batch.outputSize} in the spec` : "change outputs";
    throw new EvanesceError(target as string, `Y = ${width} on its last axis, ${whose}`, targets?.shape, remedy);
  }
  return { batch, inputs: X };
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
