import { EvanesceError } from "../base/errors.ts";
import { decodeText, readNpy, type ShapedData } from "../formats/index.ts";
import { type Batch, withLengths, withMask } from "../tasks/index.ts";
import { readBytes } from "./files.ts";
import { readArray } from "./read-array.ts";

/**
 * The batch with the lengths from a file: `.npy` or an array of an `.npz` with lengths [B] or a mask [T, B], or text
 * with one number on each line.
 *
 * @throws EvanesceError that names the file and the place, for numbers that cannot be lengths of this batch
 */
export async function withLengthsFrom(path: string | undefined, batch: Batch): Promise<Batch> {
  if (path === undefined) return batch;
  if (batch.steps === undefined) {
    const remedy = "leave it out";
    throw new EvanesceError("--sequence-lengths", "a recurrent network's batch", "a batch without steps", remedy);
  }
  const array = await readLengths(path);
  return array.shape.length === 2 ? withMask(batch, array, path) : withLengths(batch, array.data, path);
}

/** Reads lengths [B] or a mask [T, B] from a file. @throws EvanesceError */
export async function readLengths(path: string): Promise<ShapedData> {
  if (/\.npz(:.+)?$/i.test(path)) return readArray(path);
  const bytes = readBytes(path);
  if (isNpy(bytes)) return readNpy(bytes, path);
  const lengths = linesOf(path, bytes);
  return { shape: [lengths.length], data: Int32Array.from(lengths) };
}

/** The first six bytes of an `.npy` file. */
const isNpy = (bytes: Uint8Array): boolean =>
  [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, i) => bytes[i] === byte);

/** Reads one number from each line. A first line of words is skipped as a heading. */
function linesOf(path: string, bytes: Uint8Array): number[] {
  const lines = decodeText(path, bytes).split(/\r?\n/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  const first = Number.isNaN(Number(lines[0])) ? 1 : 0;
  return lines.slice(first).map((line, i) => {
    const value = Number(line);
    if (line.trim() !== "" && Number.isInteger(value)) return value;
    throw new EvanesceError(`${path}, line ${i + first + 1}`, "a whole number", line, "write one length on each line");
  });
}
