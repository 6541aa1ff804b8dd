/** The events of a record from any file: a header, then updates. Plain data. */

/** One parameter of the model. */
export interface RecordTensor {
  readonly name: string;
  /** The layer of the tensor. */
  readonly layer: string;
  /** Its shape, if the record gives it. */
  readonly shape?: readonly number[] | undefined;
  /** Other names of the same tensor. */
  readonly tied?: readonly string[] | undefined;
  readonly frozen?: boolean | undefined;
  /** Whether no optimizer updates it. */
  readonly unoptimized?: boolean | undefined;
  /** Index of its parameter group in the optimizer. */
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
  /** For every layer, the nearest layers whose outputs it reads; absent if the layers are a chain. */
  readonly after?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Notes about the numbers; each is a sentence. */
  readonly notes?: readonly string[] | undefined;
}

/** One number for each tensor in the order of the header; null if it has none. Non-finite numbers may be strings. */
export type RecordColumn = readonly (number | string | null)[];

/** One profile along time. */
export interface RecordStations {
  readonly name: string;
  readonly of: string;
  /** ‖∂L/∂h_t‖ `[T]`, the first step first. */
  readonly norm: Float64Array;
  /** If a fused module was run again as a loop: the relative difference between the outputs of loop and module. */
  readonly replayed?: number | undefined;
}

/** One update. Columns have the form of the file; `columnNumber` reads an entry. */
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
  /** For each parameter group. */
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
  /** A line, or a part of the file, that is incomplete. */
  | { readonly kind: "torn"; readonly line: number };

/** Text or bytes in pieces, in order. */
export type Pieces = AsyncIterable<Uint8Array>;

/**
 * One entry of a column as a number: NaN if it is not a number, ±∞ from their names.
 *
 * @returns undefined for null, which means that the tensor has no such number
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
