import { concatenated } from "../../base/concatenated.ts";
import { EvanesceError } from "../../base/errors.ts";
import { isEventFile } from "../../formats/tensorboard-read.ts";
import type { Pieces, RecordEvent } from "../types.ts";
import { readHistory } from "./history.ts";
import { readRecordLines } from "./jsonl.ts";
import { readTable } from "./table.ts";
import { readTensorboard } from "./tensorboard.ts";

/** The reader of each format of a record. */
const READERS = {
  record: readRecordLines,
  tensorboard: readTensorboard,
  history: readHistory,
  csv: readTable,
} as const;

export type RecordFormat = keyof typeof READERS;
export const RECORD_FORMATS = Object.keys(READERS) as RecordFormat[];

/** Number of first bytes that decide the format. */
const ENOUGH = 4096;

/**
 * The events of a record from any tool. The first bytes tell the format, unless the caller does.
 *
 * @param pieces the bytes in pieces; the reader keeps only one line at a time
 * @param name the file, for messages
 * @throws EvanesceError if the bytes are in none of the formats, or break the rules of theirs
 */
export async function* readRecord(pieces: Pieces, name: string, format?: RecordFormat): AsyncGenerator<RecordEvent> {
  const source = pieces[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  while (format === undefined && size < ENOUGH && !ended) {
    const { value, done } = await source.next();
    if (done) ended = true;
    else {
      first.push(value);
      size += value.length;
      if (formatOf(concatenated(first)) !== undefined) break;
    }
  }
  const found = format ?? formatOf(concatenated(first), true);
  if (found === undefined) {
    const remedy = "record with python/evanesce_log.py, or give --format";
    const got = size === 0 ? "an empty file" : "something else";
    throw new EvanesceError(name, "a record: JSON lines, TensorBoard events, a table, W&B's history", got, remedy);
  }
  async function* all(): Pieces {
    yield* first;
    for (
      let next = ended ? undefined : await source.next();
      next !== undefined && !next.done;
      next = await source.next()
    )
      yield next.value;
  }
  yield* READERS[found](all(), name);
}

/**
 * The format of the first bytes.
 *
 * @param last whether no more bytes will come
 * @returns undefined if more bytes are needed
 */
function formatOf(bytes: Uint8Array, last = false): RecordFormat | undefined {
  if (isEventFile(bytes)) return "tensorboard";
  if (bytes.length < 12 && !last) return undefined;
  const text = new TextDecoder("utf-8")
    .decode(bytes.subarray(0, ENOUGH))
    .replace(/^\uFEFF/, "")
    .trimStart();
  if (text.startsWith("[")) return "history";
  if (text.startsWith("{")) {
    const line = text.split("\n", 1)[0];
    if (/"schema"\s*:\s*"evanesce\.record/.test(text)) return "record";
    if (line.length < text.length || last || text.length >= ENOUGH)
      return /"update"\s*:/.test(line) ? "record" : "history";
    return undefined;
  }
  if (!text.includes("\n") && !last) return undefined;
  const head = text.split(/\r?\n/, 1)[0];
  return /[,;\t]/.test(head) && !head.includes("\0") && !head.includes("\uFFFD") ? "csv" : undefined;
}
