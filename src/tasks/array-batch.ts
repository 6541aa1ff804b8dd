import { EvanesceError } from "../base/errors.ts";
import { constantLoss } from "../catalogue/index.ts";
import { elementCount, isInteger, requireFinite, type ShapedData, toFloat32, toInt32 } from "../formats/index.ts";
import { targetsRemedy } from "./array-layout.ts";
import type { Batch } from "./batch.ts";
import { IGNORED } from "./lengths.ts";
import { type LossInput, parseLoss, withLoss } from "./loss.ts";
import { entropy } from "./statistics.ts";

/** The caller's arrays and their names in messages. */
export interface ArraysInput {
  /** `[T, B, X]` for a recurrent network, `[B, X]` for a feed-forward one. */
  readonly inputs: ShapedData;
  /**
   * Real values `[B, Y]`, or `[T, B, Y]` with a loss at every step; or whole numbers, class indices, `[B]` or `[T, B]`.
   * Without them the pass has no loss.
   */
  readonly targets?: ShapedData | undefined;
  /** The loss; by default squared error for real targets and cross-entropy for class indices. */
  readonly loss?: LossInput | undefined;
  /** Number of classes C; by default one more than the largest index. */
  readonly classes?: number | undefined;
  readonly inputsName?: string | undefined;
  readonly targetsName?: string | undefined;
}

/** A shape in a message: `[2, 3]`. */
export const list = (shape: readonly unknown[]) => `[${shape.join(", ")}]`;

/**
 * Makes a batch of the caller's arrays; float32 and int32 data are not copied.
 *
 * @throws EvanesceError that names the array, for a shape that fits no batch or not the other array, a value that is
 *   not finite, a class index out of range, or a loss that does not fit the targets
 */
export function arraysBatch(input: ArraysInput): Batch {
  const { inputsName = "inputs", targetsName = "targets", targets } = input;
  const loss = input.loss === undefined ? undefined : parseLoss(input.loss);
  const inputs = input.inputs;
  const { shape } = inputs;
  requireFilled(inputsName, inputs);
  if (shape.length !== 2 && shape.length !== 3) {
    const rule = "shape [T, B, X] for a recurrent or [B, X] for a feed-forward network";
    throw new EvanesceError(inputsName, rule, list(shape), "reshape the array");
  }
  if (shape.includes(0)) throw new EvanesceError(inputsName, "no axis of 0", list(shape), "give at least one sample");
  const [B, X] = shape.slice(-2);
  const T = shape.length === 3 ? shape[0] : undefined;
  requireFinite(inputsName, inputs.data, shape);
  const common = {
    name: "arrays",
    batch: B,
    ...(T === undefined ? {} : { steps: T }),
    inputSize: X,
    inputs: toFloat32(inputsName, inputs),
  };
  if (targets === undefined) {
    if (loss !== undefined && loss.name !== "none") {
      throw new EvanesceError("task.loss", "none, without targets", loss.name, "give targets");
    }
    return { ...common, loss: "none", lossAt: "last" };
  }
  requireFilled(targetsName, targets);
  const classes = isInteger(targets);
  const lossAt = lossPosition(targetsName, targets.shape, B, T, classes);
  const read = classes ? classTargets(targetsName, targets, input) : realTargets(targetsName, targets, input);
  const batch: Batch = { ...common, lossAt, ...read };
  return loss === undefined ? batch : withLoss(batch, loss, targetsName);
}

/** @throws EvanesceError if the data of an array do not fill its shape */
export function requireFilled(name: string, { shape, data }: ShapedData): void {
  const count = elementCount(name, shape);
  if (count !== data.length) {
    throw new EvanesceError(name, `${count} elements, for shape ${list(shape)}`, data.length, "match shape and data");
  }
}

/** The position of the loss, from the shape of the targets, which must fit B and T. */
function lossPosition(
  name: string,
  shape: readonly number[],
  B: number,
  T: number | undefined,
  classes: boolean,
): Batch["lossAt"] {
  const tail = classes ? [] : ["Y"];
  const fits = (wanted: readonly (number | string)[]) =>
    wanted.length === shape.length && wanted.every((axis, i) => (axis === "Y" ? shape[i] > 0 : axis === shape[i]));
  const last = [B, ...tail];
  const every = T === undefined ? undefined : [T, B, ...tail];
  if (fits(last)) return "last";
  if (every !== undefined && fits(every)) return "every";
  const rule = every === undefined ? `shape ${list(last)}` : `shape ${list(last)} or, at every step, ${list(every)}`;
  throw new EvanesceError(name, `${rule}, to fit the inputs`, list(shape), targetsRemedy(shape, B, classes));
}

function classTargets(name: string, targets: ShapedData, { classes }: ArraysInput) {
  const indices = toInt32(name, targets);
  const largest = indices.reduce((most, value) => Math.max(most, value), 0);
  const C = classes ?? largest + 1;
  requireClasses(name, indices, C, targets.shape, targets.shape.length === 2);
  const counts = new Map<number, number>(); // a map, because the largest index has no bound
  for (const index of indices) if (index !== IGNORED) counts.set(index, (counts.get(index) ?? 0) + 1);
  return { targets: indices, outputSize: C, loss: "cross_entropy", baseline: entropy([...counts.values()]) } as const;
}

/**
 * Refuses class indices outside 0 … C − 1. If `ignores` is true, IGNORED marks a step without a loss.
 *
 * @throws EvanesceError that names the position of the first such index on every axis of `shape`
 */
export function requireClasses(
  name: string,
  indices: Int32Array,
  C: number,
  shape: readonly number[],
  ignores: boolean,
): void {
  const at = indices.findIndex((value) => (value < 0 && !(ignores && value === IGNORED)) || value >= C);
  if (at < 0) return;
  const position = shape.length === 2 ? `${Math.floor(at / shape[1])}, ${at % shape[1]}` : at;
  const remedy = "number the classes from 0, or give the network more outputs";
  throw new EvanesceError(`${name}[${position}]`, `a class index from 0 to ${C - 1}`, indices[at], remedy);
}

function realTargets(name: string, targets: ShapedData, { classes }: ArraysInput) {
  if (classes !== undefined) {
    throw new EvanesceError("task.classes", "class indices as targets", classes, "store them as int32 or int64");
  }
  requireFinite(name, targets.data, targets.shape);
  const values = toFloat32(name, targets);
  const Y = targets.shape[targets.shape.length - 1];
  const baseline = constantLoss("mse", values, Y);
  return { targets: values, outputSize: Y, loss: "mse", ...(baseline === null ? {} : { baseline }) } as const;
}
