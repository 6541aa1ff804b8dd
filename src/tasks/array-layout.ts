import { EvanesceError } from "../base/errors.ts";
import { isInteger, type NumericData, type ShapedData } from "../formats/index.ts";
import { isClassLoss } from "../catalogue/index.ts";
import { type LossInput, parseLoss } from "./loss.ts";

/** Facts about the network and the arrays from the caller. */
export interface ArrayLayout {
  /** The kind of the network; by default it follows from the axes of the inputs. */
  readonly kind?: "recurrent" | "feedforward" | undefined;
  /** Whether sequences are `[B, T, …]`, as with `batch_first=True`. */
  readonly batchFirst?: boolean | undefined;
  /** X of the network, if its spec has it. */
  readonly inputSize?: number | undefined;
  /** Y of the network, if its spec has it. */
  readonly outputs?: number | undefined;
  readonly loss?: LossInput | undefined;
}

/** Arrays in the order of a batch, and the assumptions. */
export interface LaidOut {
  /** `[T, B, X]` or `[B, X]`. */
  readonly inputs: ShapedData;
  /** `[B, Y]`, `[T, B, Y]`, or class indices `[B]`, `[T, B]`. */
  readonly targets: ShapedData | undefined;
  readonly loss: LossInput | undefined;
  readonly notes: readonly string[];
}

interface Names {
  readonly inputs: string;
  readonly targets: string;
}

const list = (shape: readonly unknown[]) => `[${shape.join(", ")}]`;

/**
 * Puts the caller's arrays into the order of a batch. The axes of sequences `[B, T, X]` are exchanged, `[B]` numbers
 * are one output for each sample, and whole numbers or truth values for one output become the targets of a binary
 * cross-entropy.
 *
 * @throws EvanesceError for a shape that does not fit the network or the other array. If it would fit with two axes
 *   exchanged, the message names them
 */
export function layOut(array: ShapedData, targets: ShapedData | undefined, layout: ArrayLayout, names: Names): LaidOut {
  const { batchFirst = false, kind, inputSize } = layout;
  const notes: string[] = [];
  requireAxes(array, layout, names.inputs);
  const sequences = array.shape.length === 3;
  if (batchFirst && !sequences) {
    const rule = "sequences [B, T, X], for --batch-first";
    throw new EvanesceError(names.inputs, rule, list(array.shape), "leave --batch-first out");
  }
  const inputs = batchFirst ? exchanged(array) : array;
  requireWidth(inputs, inputSize, names.inputs);
  const [B] = inputs.shape.slice(-2);
  const T = sequences ? inputs.shape[0] : undefined;
  if (targets === undefined) {
    if (!batchFirst && T !== undefined && T < B && kind !== "feedforward")
      notes.push(axesTaken(names.inputs, array, T, B));
    return { inputs, targets, loss: layout.loss, notes };
  }
  const turned = batchFirst && isPerStep(targets, B, T as number, layout) ? exchanged(targets) : targets;
  const placed = placeTargets(turned, B, T, layout);
  if (placed === undefined) throw misfit(names, array, targets, B, T, batchFirst, layout);
  const swapped = T === undefined ? undefined : placeTargets(turned, T, B, layout);
  if (!batchFirst && T !== undefined && T < B && swapped !== undefined)
    notes.push(axesTaken(names.inputs, array, T, B));
  return { inputs, ...answered(placed, layout, names.targets, notes), notes };
}

function requireAxes({ shape }: ShapedData, { kind }: ArrayLayout, name: string): void {
  if (shape.length === (kind === "feedforward" ? 2 : 3) || (kind === undefined && shape.length === 2)) return;
  if (kind === undefined) {
    const rule = "shape [T, B, X] for a recurrent or [B, X] for a feed-forward network";
    throw new EvanesceError(name, rule, list(shape), "reshape the array");
  }
  const axes = kind === "feedforward" ? "[B, X], for a feedforward network" : "[T, B, X], for a recurrent network";
  const one = kind !== "feedforward" && shape.length === 2;
  const remedy = one
    ? `reshape it: one sequence of ${shape[0]} steps is [${shape[0]}, 1, ${shape[1]}], ${shape[0]} sequences of numbers are [${shape[1]}, ${shape[0]}, 1]`
    : "reshape the array, or change the spec's kind";
  throw new EvanesceError(name, `shape ${axes}`, shape, remedy);
}

/** X must be that of the network. If another axis has this size, the message says so. */
function requireWidth({ shape }: ShapedData, inputSize: number | undefined, name: string): void {
  const X = shape[shape.length - 1];
  if (inputSize === undefined || X === inputSize) return;
  const at = shape.indexOf(inputSize);
  const order = shape.map((_, i) => i);
  if (at >= 0) [order[at], order[shape.length - 1]] = [order[shape.length - 1], order[at]];
  const remedy =
    at < 0
      ? "change the spec's inputs, or the array"
      : `its axis ${at} is ${inputSize}: it fits only if axes ${at} and ${shape.length - 1} are exchanged, for example with .transpose(${order.join(", ")})`;
  throw new EvanesceError(name, `X = ${inputSize} on its last axis, like the network`, shape, remedy);
}

const axesTaken = (name: string, { shape }: ShapedData, T: number, B: number) =>
  `${name} ${list(shape)}: the first axis, ${T}, is read as time and the second, ${B}, as the batch; --batch-first exchanges them.`;

/** The first two axes exchanged. */
function exchanged({ shape, data, dtype }: ShapedData): ShapedData {
  const [A, B, ...rest] = shape;
  const width = rest.reduce((product, axis) => product * axis, 1);
  const result = data.slice() as NumericData;
  for (let a = 0; a < A; a++) {
    for (let b = 0; b < B; b++) {
      for (let x = 0; x < width; x++) result[(b * A + a) * width + x] = data[(a * B + b) * width + x];
    }
  }
  return { shape: [B, A, ...rest], data: result, ...(dtype === undefined ? {} : { dtype }) };
}

const isClasses = (targets: ShapedData): boolean => isInteger(targets) || targets.dtype === "bool";

/** Whether targets of sequences `[B, T, …]` have a loss at every step. */
function isPerStep({ shape }: ShapedData, B: number, T: number, { outputs }: ArrayLayout): boolean {
  if (shape.length < 2 || shape[0] !== B || shape[1] !== T) return false;
  // [B, T] with Y = T may also be outputs of the last step; the width of the network decides.
  return shape.length === 3 || outputs !== T || outputs === 1;
}

/** Targets with missing axes added and extra axes removed, if they fit B samples of T steps; otherwise undefined. */
function placeTargets(
  targets: ShapedData,
  B: number,
  T: number | undefined,
  { outputs }: ArrayLayout,
): ShapedData | undefined {
  const { shape } = targets;
  const is = (...wanted: (number | undefined)[]) =>
    shape.length === wanted.length && wanted.every((axis, i) => axis !== undefined && axis === shape[i]);
  const reshaped = (to: readonly number[]): ShapedData => ({ ...targets, shape: to });
  if (isClasses(targets)) {
    if (is(B) || (T !== undefined && is(T, B))) return targets;
    if (is(B, 1)) return reshaped([B]);
    return T !== undefined && is(T, B, 1) ? reshaped([T, B]) : undefined;
  }
  const Y = shape[shape.length - 1];
  if (is(B)) return outputs === undefined || outputs === 1 ? reshaped([B, 1]) : undefined;
  const perStep = T !== undefined && is(T, B) && (outputs ?? 1) === 1;
  if (perStep && !(B === T && outputs === undefined)) return reshaped([T, B, 1]);
  if (is(B, Y) && Y > 0) return targets;
  if (perStep) return reshaped([T as number, B, 1]);
  return T !== undefined && is(T, B, Y) && Y > 0 ? targets : undefined;
}

/** What to do about targets that fit no inputs: their number of samples is wrong, or their kind. */
export function targetsRemedy(shape: readonly number[], B: number, classes: boolean): string {
  if (!shape.includes(B)) return `give the targets of all ${B} samples, and of no others`;
  return classes
    ? "whole numbers are class indices: store real targets as float32"
    : "real numbers are regression targets: store class indices as int32 or int64";
}

function misfit(
  names: Names,
  inputs: ShapedData,
  targets: ShapedData,
  B: number,
  T: number | undefined,
  batchFirst: boolean,
  layout: ArrayLayout,
): EvanesceError {
  const classes = isClasses(targets);
  const tail = classes ? [] : ["Y"];
  const last = list([B, ...tail]);
  const rule = T === undefined ? `shape ${last}` : `shape ${last} or, at every step, ${list([T, B, ...tail])}`;
  const where = `${rule}, to fit ${names.inputs} ${list(inputs.shape)}`;
  if (T !== undefined && placeTargets(targets, T, B, layout) !== undefined) {
    const order = batchFirst ? "[T, B, X]: leave --batch-first out" : "[B, T, X]: add --batch-first";
    const remedy = `it fits only if the first two axes of ${names.inputs} are exchanged, to ${order}`;
    return new EvanesceError(names.targets, where, list(targets.shape), remedy);
  }
  if (!classes && targets.shape.length === 1 && targets.shape[0] === B) {
    const remedy = `real numbers on one axis are regression targets for one output, but the network has ${layout.outputs}; store class indices as int64`;
    return new EvanesceError(names.targets, where, list(targets.shape), remedy);
  }
  return new EvanesceError(names.targets, where, list(targets.shape), targetsRemedy(targets.shape, B, classes));
}

/** The targets in the form of their loss: for one output, whole numbers are the 0 and 1 of a binary cross-entropy. */
function answered(
  targets: ShapedData,
  { outputs, loss }: ArrayLayout,
  name: string,
  notes: string[],
): Pick<LaidOut, "targets" | "loss"> {
  if (!isClasses(targets)) return { targets, loss };
  const asked = loss === undefined ? undefined : parseLoss(loss).name;
  const binary = outputs === 1 && (asked === undefined || asked === "binary_cross_entropy");
  if (binary) {
    const at = targets.data.findIndex((value) => value !== 0 && value !== 1);
    if (at >= 0) {
      const remedy = "give the network one output for each class, or store real targets as float32";
      throw new EvanesceError(`${name}[${at}]`, "0 or 1, for a network of one output", targets.data[at], remedy);
    }
    notes.push(`${name} holds 0 and 1 for one output, so the loss is the binary cross-entropy of its logit.`);
    return { targets: asReal(targets), loss: loss ?? "binary_cross_entropy" };
  }
  // The loss itself converts two classes to a binary cross-entropy.
  if (asked !== undefined && asked !== "binary_cross_entropy" && asked !== "none" && !isClassLoss(asked)) {
    return { targets: asReal(targets), loss };
  }
  if (targets.dtype !== "bool") return { targets, loss };
  return { targets: { shape: targets.shape, data: Int32Array.from(targets.data), dtype: "int32" }, loss };
}

/** Whole numbers as real numbers of one output. */
const asReal = ({ shape, data }: ShapedData): ShapedData => ({
  shape: [...shape, 1],
  data: Float32Array.from(data),
  dtype: "float32",
});
