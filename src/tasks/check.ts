import { isClassLoss } from "../catalogue/index.ts";
import { EvanesceError } from "../base/errors.ts";
import { requireClasses } from "./array-batch.ts";
import type { Batch } from "./batch.ts";
import { withLengths } from "./lengths.ts";

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;

/**
 * Refuses a batch whose parts do not fit each other or the network's outputs, because the core would read or write
 * outside of them. Values are not checked: a NaN in the inputs makes a run diverge, but is not a mistake of the caller.
 *
 * @param outputs Y of the network
 * @throws EvanesceError that names the field
 */
export function requireSound(batch: Batch, outputs: number): void {
  const { batch: B, steps: T, inputSize: X, inputs, targets, loss, lossAt } = batch;
  for (const [name, value] of [
    ["batch", B],
    ["inputSize", X],
    ["steps", T ?? 1],
  ] as const) {
    if (!isCount(value))
      throw new EvanesceError(`batch.${name}`, "a whole number ≥ 1", value, "count samples, steps and inputs from 1");
  }
  const shape = T === undefined ? [B, X] : [T, B, X];
  if (batch.tokens !== undefined) requireTokens(batch.tokens, X, [T ?? 1, B]);
  if (batch.tokens === undefined || inputs.length > 0) requireLength("batch.inputs", inputs, Float32Array, shape);
  if (batch.lengths !== undefined) withLengths(batch, batch.lengths);
  if (targets === undefined) return;
  if (loss === "none")
    throw new EvanesceError(
      "batch.loss",
      "a loss, because there are targets",
      loss,
      "leave out the targets, or name a loss",
    );
  const rows = T !== undefined && lossAt === "every" ? [T, B] : [B];
  if (isClassLoss(loss)) {
    requireLength("batch.targets", targets, Int32Array, rows);
    requireClasses("batch.targets", targets as Int32Array, outputs, rows, rows.length === 2);
  } else {
    requireLength("batch.targets", targets, Float32Array, [...rows, outputs]);
  }
}

/** Whole numbers below X, `[T, B]`. */
function requireTokens(tokens: Int32Array, X: number, shape: readonly number[]): void {
  requireLength("batch.tokens", tokens, Int32Array, shape);
  const at = tokens.findIndex((token) => token < 0 || token >= X);
  if (at < 0) return;
  const place = `batch.tokens[${Math.floor(at / shape[1])}, ${at % shape[1]}]`;
  throw new EvanesceError(place, `a token from 0 to ${X - 1}`, tokens[at], "raise the network's inputs, or renumber");
}

function requireLength(
  name: string,
  values: unknown,
  Type: Float32ArrayConstructor | Int32ArrayConstructor,
  shape: readonly number[],
): void {
  const list = `[${shape.join(", ")}]`;
  if (!(values instanceof Type)) throw new EvanesceError(name, `a ${Type.name} ${list}`, values, "convert the values");
  const count = shape.reduce((product, axis) => product * axis, 1);
  if (values.length !== count)
    throw new EvanesceError(name, `${count} values, ${list} row-major`, values.length, "give every value");
}
