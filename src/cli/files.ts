import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { EvanesceError } from "../base/errors.ts";

/** The largest buffer in every supported version of Node. */
const MOST_BYTES = 2 ** 31 - 1;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "no permission",
  EPERM: "no permission",
  EISDIR: "a folder",
  EPIPE: "a pipe without a reader",
  ENXIO: "a pipe without a reader",
  EDQUOT: "no space left",
  EFBIG: "the file is too large",
  EEXIST: "a file of this name exists",
  ENOTDIR: "a part of the path is not a folder",
  EROFS: "a read-only file system",
  ENOSPC: "no space left",
  ELOOP: "links that lead in a circle",
  ENAMETOOLONG: "the name is too long",
};

/** The reason in words why a file could not be read or written. */
export const reasonOf = (error: unknown) => {
  const { code, message } = error as { code?: string; message: string };
  return (code !== undefined && REASONS[code]) || message;
};

/** Whether standard input was read. It can be read only once. */
let standardInputTaken = false;

function readStandardInput(): Uint8Array {
  if (standardInputTaken) {
    const rule = "standard input for only one file of a command";
    throw new EvanesceError("-", rule, "a second -", "write one of the inputs to a file and give its path");
  }
  standardInputTaken = true;
  return readFileSync(0);
}

/**
 * The bytes of a file, or of standard input for `-`.
 * @throws EvanesceError that names the file and says why it cannot be read
 */
export function readBytes(path: string): Uint8Array {
  try {
    if (path === "-") return readStandardInput();
    const stat = statSync(path);
    if (stat.isCharacterDevice() || stat.isBlockDevice()) {
      throw new EvanesceError(path, "a file", "a device", "give the path of a file");
    }
    if (stat.size > MOST_BYTES) {
      throw new EvanesceError(path, `a file of at most ${MOST_BYTES} bytes`, `${stat.size} bytes`, "split it");
    }
    return readFileSync(path);
  } catch (error) {
    if (error instanceof EvanesceError) throw error;
    throw new EvanesceError(path === "" ? '""' : path, "a readable file", reasonOf(error), "check the path");
  }
}

/**
 * Refuses, before the work begins, a path that could not be written afterwards. It makes a file in the same folder and
 * removes it again.
 *
 * @throws EvanesceError
 */
export function requireWritable(path: string): void {
  try {
    if (path === "") throw Object.assign(new Error(), { code: "ENOENT" });
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    const { file, whole } = destination(path);
    if (!whole) {
      accessSync(file, constants.W_OK);
      return;
    }
    requireName(file);
    const trial = temporaryFor(file);
    closeSync(openSync(trial, "wx"));
    rmSync(trial, { force: true });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Checks that the file system accepts a name, so that a name that is too long is refused before anything is written.
 */
const requireName = (file: string) => void lstatSync(file, { throwIfNoEntry: false });

let temporaries = 0;

/** A new name in the folder of a file. */
const temporaryFor = (file: string) => join(dirname(file), `.evanesce-${process.pid}-${++temporaries}.part`);

/**
 * Writes a file completely or not at all: it writes a temporary file in the same folder, which then takes the name and
 * permissions of the old one. Links are followed. A pipe or a device gets the bytes directly.
 *
 * @throws EvanesceError that names the file and says why it cannot be written
 */
export function writeWhole(path: string, bytes: Uint8Array): void {
  let temporary: string | undefined;
  try {
    const { file, whole, mode } = destination(path);
    if (!whole) {
      writeFileSync(file, bytes);
      return;
    }
    temporary = temporaryFor(file);
    writeFileSync(temporary, bytes, { flush: true });
    if (mode !== undefined) chmodSync(temporary, mode);
    renameSync(temporary, file);
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    throw unwritable(path, error);
  }
}

interface Destination {
  /** The file to write, after following links. */
  readonly file: string;
  /** Whether a new file may replace it. */
  readonly whole: boolean;
  /** Permissions of the existing file. */
  readonly mode?: number;
}

function destination(path: string): Destination {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { file: linkedFile(path), whole: true };
  // a standard stream under /dev is the file that the shell opened, so it must not be replaced by a new file
  if (!stat.isFile() || path.startsWith("/dev/")) return { file: path, whole: false };
  return { file: realpathSync(path), whole: true, mode: stat.mode & 0o7777 };
}

/** The file at the end of a chain of links; it need not exist. */
function linkedFile(path: string): string {
  let file = path;
  while (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink())
    file = resolve(dirname(file), readlinkSync(file));
  return file;
}

/** A file that cannot be written. */
export class UnwritableError extends EvanesceError {}

const unwritable = (path: string, error: unknown) =>
  new UnwritableError(
    path === "" ? '""' : path,
    "a path that can be written",
    reasonOf(error),
    "check the folder and its permissions",
  );
