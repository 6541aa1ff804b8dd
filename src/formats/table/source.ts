import { isGzip, gunzipPieces } from "../gzip.ts";
import { type DecodedText, decodePieces } from "../text.ts";

/** A file's contents: whole, or in pieces that can be read again and again, so that it is never whole in memory. */
export type TableBytes = Uint8Array | string | Iterable<Uint8Array>;

/** The content of a cell: text that is not yet parsed, or a value with a type from the file's format. */
export type Cell = string | number | boolean | Date | null;

/** One row. `line` counts from 1: the line of the file, or in a format without lines the row. */
export interface Row {
  readonly line: number;
  readonly cells: readonly Cell[];
}

/** A table's rows, which can be read again and again. */
export interface RowSource {
  /** The file's name, for messages. */
  readonly name: string;
  /** A name for every column: the file's, else `column 1`, `column 2`, … */
  readonly columns: readonly string[];
  /** Whether the names are the file's. */
  readonly named: boolean;
  /** The unit of `Row.line`. */
  readonly unit: "line" | "row";
  /** The separator of the fields, in a text file. */
  readonly delimiter?: string;
  /** Assumptions made in reading the file; complete after all rows were read. */
  readonly notes: readonly string[];
  rows(): Iterable<Row>;
}

/** Bytes or characters handed on at once. */
const PIECE = 2 ** 20;

/** The text of a file in pieces, decompressed if it is gzip. */
export function textPieces(bytes: TableBytes, name: string): DecodedText {
  if (typeof bytes === "string") {
    return {
      encoding: "utf-8",
      *[Symbol.iterator]() {
        for (let from = 0; from < bytes.length; from += PIECE) {
          const piece = bytes.slice(from, from + PIECE);
          yield from === 0 ? piece.replace(/^\uFEFF/, "") : piece;
        }
      },
    };
  }
  const pieces = bytes instanceof Uint8Array ? inPieces(bytes) : bytes;
  return decodePieces(unzipped(pieces, name), name);
}

const inPieces = (bytes: Uint8Array): Iterable<Uint8Array> => ({
  *[Symbol.iterator]() {
    for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE);
  },
});

const unzipped = (pieces: Iterable<Uint8Array>, name: string): Iterable<Uint8Array> => ({
  *[Symbol.iterator]() {
    const iterator = pieces[Symbol.iterator]();
    const first = iterator.next();
    if (first.done) return;
    const all = {
      *[Symbol.iterator]() {
        yield first.value;
        for (let next = iterator.next(); !next.done; next = iterator.next()) yield next.value;
      },
    };
    yield* isGzip(first.value) ? gunzipPieces(all, name) : all;
  },
});

/** The first bytes of a file as it is stored, for its magic number. */
export function firstBytes(bytes: TableBytes): Uint8Array {
  if (typeof bytes === "string") return new Uint8Array(0);
  if (bytes instanceof Uint8Array) return bytes.subarray(0, 16);
  for (const piece of bytes) if (piece.length > 0) return piece.subarray(0, 16);
  return new Uint8Array(0);
}
