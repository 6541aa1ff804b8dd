import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { EvanesceError } from "../base/errors.ts";
import { reasonOf } from "./files.ts";

/** The number of bytes that are read at once. */
const PIECE = 1 << 20;
/** Milliseconds between two looks at a file that is followed. */
const EVERY_MS = 250;

/** The source of a record's bytes. */
export interface RecordSource {
  readonly name: string;
  readonly pieces: AsyncIterable<Uint8Array>;
}

export interface FollowOptions {
  /** Whether to wait for further lines until `signal` aborts. */
  readonly follow: boolean;
  readonly signal: AbortSignal;
  /** Called when everything written so far was read, before waiting for more. */
  readonly caughtUp?: () => Promise<void>;
}

/**
 * The bytes of a record: of a file, of the event files of a folder one after the other, or of standard input for `-`.
 *
 * @throws EvanesceError that names the file that cannot be read
 */
export function recordSource(path: string, options: FollowOptions): RecordSource {
  if (path === "-") return { name: "standard input", pieces: streamed(options) };
  const files = filesOf(path);
  return { name: path, pieces: inTurn(files, options) };
}

function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const events = readdirSync(path)
      .filter((name) => name.includes("tfevents"))
      .sort();
    if (events.length > 0) return events.map((name) => join(path, name));
  } catch (error) {
    throw new EvanesceError(path === "" ? '""' : path, "a readable record", reasonOf(error), "check the path");
  }
  throw new EvanesceError(
    path,
    "a record, or a folder with TensorBoard's event files",
    "a folder without event files",
    "give a file",
  );
}

async function* inTurn(files: readonly string[], options: FollowOptions): AsyncGenerator<Uint8Array> {
  for (const [i, file] of files.entries())
    yield* bytesOf(file, i === files.length - 1 ? options : { ...options, follow: false });
}

/** The bytes of a file and, if it is followed, those that are appended later. */
async function* bytesOf(path: string, { follow, signal, caughtUp }: FollowOptions): AsyncGenerator<Uint8Array> {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new EvanesceError(path, "a readable record", reasonOf(error), "check the path");
  }
  try {
    let at = 0;
    const regular = fstatSync(file).isFile();
    for (;;) {
      const piece = new Uint8Array(PIECE);
      const size = readSync(file, piece, 0, PIECE, regular ? at : null);
      at += size;
      if (size > 0) {
        yield piece.subarray(0, size);
        continue;
      }
      await caughtUp?.();
      if (!follow || signal.aborted) return;
      await pause(EVERY_MS, signal);
      if (regular && fstatSync(file).size < at) {
        throw new EvanesceError(
          path,
          "a record that only grows",
          "a record that became shorter",
          "start the monitor again",
        );
      }
    }
  } finally {
    closeSync(file);
  }
}

async function* streamed({ signal, caughtUp }: FollowOptions): AsyncGenerator<Uint8Array> {
  for await (const piece of process.stdin) {
    yield piece as Uint8Array;
    await caughtUp?.();
    if (signal.aborted) return;
  }
}

/** Resolves after a time, or when the signal aborts. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
