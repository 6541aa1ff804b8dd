import { columnNumber, type RecordColumn, type RecordTensor, type RecordUpdate } from "./types.ts";

/** The place of the first NaN or infinity. */
export interface RunOrigin {
  readonly step: number;
  readonly name: string;
  readonly what: "gradient" | "weight" | "loss";
}

/**
 * The place of the first NaN or infinity in an update; null if there is none. A NaN spreads from the loss toward the
 * input, so it began in the gradient nearest the loss. If weights are not finite, it began in them. A step that a loss
 * scaler skips does not end a run.
 *
 * @param norm gradient norms by tensor
 * @param weightNorm the last weight norms by tensor
 * @param order every tensor, nearest the input first
 */
export function originOf(
  { update, loss, skipped, scale }: RecordUpdate,
  norm: RecordColumn,
  weightNorm: Float64Array,
  order: readonly number[],
  tensors: readonly RecordTensor[],
): RunOrigin | null {
  const bad = (value: number) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY;
  if (skipped) return null;
  const weight = weightNorm.findIndex(bad);
  if (weight >= 0) return { step: update, name: tensors[weight].name, what: "weight" };
  if (loss !== undefined && !Number.isFinite(loss)) return { step: update, name: "loss", what: "loss" };
  if (scale !== undefined) return null;
  const gradient = order.findLast((i) => {
    const value = columnNumber(norm[i]);
    return value !== undefined && bad(value);
  });
  return gradient === undefined ? null : { step: update, name: tensors[gradient].name, what: "gradient" };
}
