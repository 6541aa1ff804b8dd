import { closeSync, openSync, readSync, statSync } from "node:fs";
import { EvanesceError } from "../base/errors.ts";
import { isParquet, type ReadableFile, readParquet } from "../formats/index.ts";
import type { TaskInput } from "../tasks/index.ts";
import { readBytes, reasonOf } from "./files.ts";

/** Bytes read at once. */
const PIECE = 2 ** 20;

/**
 * A table's file as tasks take it. A text file becomes its pieces, which are read anew for every reading, so that a
 * large table is never whole in memory; a Parquet file becomes its rows. `-` stands for standard input, which is kept
 * in memory.
 *
 * @throws EvanesceError naming the file and why it cannot be read
 */
export async function tableFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = path === "-" || !isRegular(path) ? readBytes(path) : filePieces(path);
  if (!isParquet(bytes)) return { bytes, file: path };
  return { table: await readParquet(bytes instanceof Uint8Array ? bytes : partsOf(path), path), file: path };
}

/** False also for a file that does not exist: reading it throws the error. */
const isRegular = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** A file whose pieces are read anew for every reading. */
interface FilePieces extends Iterable<Uint8Array> {
  readonly size: number;
  /** Bytes read so far, by all readings together. */
  readonly read: number;
}

/** The large file that a task reads, which takes long; undefined for other data. */
export const fileOf = (task: TaskInput): FilePieces | undefined => {
  const { bytes } = task as { readonly bytes?: unknown };
  return typeof bytes === "object" && bytes !== null && "read" in bytes ? (bytes as FilePieces) : undefined;
};

function filePieces(path: string): FilePieces {
  let total = 0;
  return {
    size: statSync(path).size,
    get read() {
      return total;
    },
    *[Symbol.iterator]() {
      const file = opened(path);
      try {
        for (;;) {
          const piece = new Uint8Array(PIECE);
          const read = readSync(file, piece);
          if (read === 0) return;
          total += read;
          yield piece.subarray(0, read);
        }
      } finally {
        closeSync(file);
      }
    },
  };
}

function partsOf(path: string): ReadableFile {
  return {
    byteLength: statSync(path).size,
    slice(start, end = statSync(path).size) {
      const part = new Uint8Array(Math.max(0, end - start));
      const file = opened(path);
      try {
        readSync(file, part, 0, part.length, start);
      } finally {
        closeSync(file);
      }
      return part.buffer;
    },
  };
}

function opened(path: string): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw new EvanesceError(path, "a readable file", reasonOf(error), "check the path");
  }
}
