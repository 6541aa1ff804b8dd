import { activationFacts, cellActivation, saturationSlope } from "../catalogue/index.ts";
import { firstStack } from "../spec/decoder.ts";
import type { NetworkSpec } from "../spec/index.ts";
import type { Batch } from "../tasks/batch.ts";
import type { ColumnNumbers, EntranceFlow } from "./types/index.ts";

/** A matrix [rows, columns], row-major. */
interface Matrix {
  readonly data: ArrayLike<number>;
  readonly rows: number;
}

/** Multiplications that the first layer's products may take here. */
const MOST_PRODUCTS = 2 ** 20;
const MOST_ROWS = 64;

/**
 * How strongly the data reach the first layer, computed from the inputs and the weights alone:
 *
 *     drive of column k    ‖W[:, k]‖ · rms(x_k)/√rows of W    its part of a pre-activation
 *     heard                √(Σ_k ‖W[:, k]‖² var(x_k)/rows of W)    what x changes in a pre-activation from row to row
 *
 * @param weight  W of the first layer, all gates, [rows, X]
 * @param columns the data's columns: all of them, or the extreme ones of a wide table
 */
export function readDrive(
  weight: Matrix,
  columns: readonly ColumnNumbers[],
  X: number,
): Pick<EntranceFlow, "lnDrive" | "lnHeard"> {
  const { data, rows } = weight;
  const squares = new Float64Array(columns.length);
  columns.forEach(({ index }, c) => {
    for (let i = 0; i < rows; i++) squares[c] += data[i * X + index] ** 2 / rows;
  });
  const heard = columns.reduce((sum, { deviation }, c) => sum + squares[c] * deviation * deviation, 0);
  return {
    lnDrive: Float64Array.from(
      columns,
      ({ rootMeanSquare }, c) => 0.5 * Math.log(squares[c]) + Math.log(rootMeanSquare),
    ),
    // in a wide table, the kept columns stand for the others
    lnHeard: 0.5 * Math.log(heard * (X / Math.max(columns.length, 1))),
  };
}

/** ln ‖∂L/∂W[:, k]‖ of these columns. */
export function readColumnGradients(
  gradient: Matrix & { readonly exponent: number },
  columns: readonly ColumnNumbers[],
  X: number,
): Float64Array {
  const { data, rows, exponent } = gradient;
  return Float64Array.from(columns, ({ index }) => {
    let square = 0;
    for (let i = 0; i < rows; i++) square += data[i * X + index] ** 2;
    return 0.5 * Math.log(square) + exponent * Math.LN2;
  });
}

/**
 * The share of an Elman layer's derivatives below a hundredth of the largest, computed from the input alone. Null for
 * cells with several gates and for normed cells.
 */
export function readFlat(
  spec: NetworkSpec,
  { inputs, inputSize: X, batch: B, steps: T = 1 }: Batch,
  value: (name: string) => ArrayLike<number> | undefined,
): number | null {
  if (spec.kind !== "recurrent" || spec.norm !== "none") return null;
  const name = cellActivation(spec);
  const W = value(`${firstStack(spec)}.weight_ih_l0`);
  if (name === null || W === undefined) return null;
  const { slope } = activationFacts(name);
  const least = saturationSlope(name);
  const H = spec.hidden;
  const biases = ["bias_ih_l0", "bias_hh_l0"].map((name) => value(`${firstStack(spec)}.${name}`));
  const count = rowsLookedAt(T * B, H * X);
  let flat = 0;
  for (let r = 0; r < count; r++) {
    const row = Math.floor((r * T * B) / count) * X;
    for (let i = 0; i < H; i++) {
      let a = (biases[0]?.[i] ?? 0) + (biases[1]?.[i] ?? 0);
      for (let k = 0; k < X; k++) a += W[i * X + k] * inputs[row + k];
      if (Math.abs(slope(a)) < least) flat++;
    }
  }
  return flat / (count * H);
}

/** How many rows of a batch are read, each of so many products. */
export const rowsLookedAt = (rows: number, products: number): number =>
  Math.min(rows, MOST_ROWS, Math.max(4, Math.floor(MOST_PRODUCTS / Math.max(products, 1))));
