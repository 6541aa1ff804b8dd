/** What a record says, whatever file it comes from: a header, then updates. Plain data. */

/** One parameter of the model. */
export interface RecordTensor {
  readonly name: string;
  /** The layer it belongs to. */
  readonly layer: string;
  /** Sizes, where the record gives them. */
  readonly shape?: readonly number[] | undefined;
  /** Other names of the same tensor. */
  readonly tied?: readonly string[] | undefined;
  readonly frozen?: boolean | undefined;
  /** No optimizer updates it. */
  readonly unoptimized?: boolean | undefined;
  /** Which of the optimizer's parameter groups it is in. */
  readonly group?: number | undefined;
}

/** How the order of the tensors was found. */
export type RecordOrder = "forward" | "layers" | "registered" | "given" | "unknown";

export interface RecordHeader {
  /** Nearest the input first. */
  readonly tensors: readonly RecordTensor[];
  readonly order: RecordOrder;
  readonly axis: "layer" | "step";
  readonly framework?: string | undefined;
  readonly model?: string | undefined;
  readonly loss?: string | undefined;
  readonly baseline?: number | undefined;
  readonly optimizer?: string | undefined;
  readonly frozen?: readonly string[] | undefined;
  /** For every layer the layers whose outputs it reads, nearest only; absent where the layers are one chain. */
  readonly after?: Readonly<Record<string, readonly string[]>> | undefined;
  /** What to know about the numbers, a sentence each. */
  readonly notes?: readonly string[] | undefined;
}

/** A number a tensor, in the header's order; null where the tensor has none. Non-finite numbers may be strings. */
export type RecordColumn = readonly (number | string | null)[];

/** One profile along time. */
export interface RecordStations {
  readonly name: string;
  readonly of: string;
  /** ‖∂L/∂h_t‖ `[T]`, the first step first. */
  readonly norm: Float64Array;
  /** Where a fused module was run again: how far the loop's output was from the module's, relative. */
  readonly replayed?: number | undefined;
}

/** One update. Columns are as the file has them: `columnNumber` reads an entry. */
export interface RecordUpdate {
  readonly update: number;
  readonly loss?: number | undefined;
  readonly norm?: RecordColumn | undefined;
  readonly weightNorm?: RecordColumn | undefined;
  readonly updateNorm?: RecordColumn | undefined;
  readonly meanAbs?: RecordColumn | undefined;
  readonly zeros?: RecordColumn | undefined;
  readonly nonfinite?: RecordColumn | undefined;
  readonly underflow?: RecordColumn | undefined;
  readonly adam?: RecordColumn | undefined;
  /** By parameter group. */
  readonly rate?: readonly number[] | undefined;
  readonly clip?: number | undefined;
  readonly scale?: number | undefined;
  readonly skipped?: boolean | undefined;
  readonly stations?: readonly RecordStations[] | undefined;
  /** A safetensors file beside the record. */
  readonly arrays?: string | undefined;
}

export type RecordEvent =
  | { readonly kind: "header"; readonly header: RecordHeader }
  | { readonly kind: "update"; readonly update: RecordUpdate }
  /** A line, or a part of the file, that is not whole. */
  | { readonly kind: "torn"; readonly line: number };

/** Text or bytes in pieces, in order. */
export type Pieces = AsyncIterable<Uint8Array>;

/**
 * One entry of a column as a number: NaN where it is no number, ±∞ from their names.
 *
 * @returns undefined for null: the tensor has no such number
 */
export function columnNumber(value: number | string | null | undefined): number | undefined {
  if (typeof value === "number") return value;
  if (value === null || value === undefined) return undefined;
  return value === "Infinity"
    ? Number.POSITIVE_INFINITY
    : value === "-Infinity"
      ? Number.NEGATIVE_INFINITY
      : Number.NaN;
}
