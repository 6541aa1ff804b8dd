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

/** What one buffer of Node's may hold on every supported version. */
const MOST_BYTES = 2 ** 31 - 1;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "no permission",
  EPERM: "no permission",
  EISDIR: "a folder",
  EPIPE: "a pipe that nobody reads",
  ENXIO: "a pipe that nobody reads",
  EDQUOT: "no space left",
  EFBIG: "too large a file",
  EEXIST: "a file of this name",
  ENOTDIR: "not a folder on its way",
  EROFS: "a read-only file system",
  ENOSPC: "no space left",
  ELOOP: "links in a circle",
  ENAMETOOLONG: "too long a name",
};

/** Why a file could not be read or written, in words. */
export const reasonOf = (error: unknown) => {
  const { code, message } = error as { code?: string; message: string };
  return (code !== undefined && REASONS[code]) || message;
};

/** Whether standard input was read: it can be read once. */
let standardInputTaken = false;

function readStandardInput(): Uint8Array {
  if (standardInputTaken) {
    const rule = "standard input for one of the files of a command";
    throw new EvanesceError("-", rule, "a second -", "write the other one to a file and give its path");
  }
  standardInputTaken = true;
  return readFileSync(0);
}

/**
 * A file's bytes; those of standard input for `-`.
 * @throws EvanesceError naming the file and why it cannot be read
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
 * Refuses a path that could not be written later, before the work: a file is made where it will be written, and removed
 * again.
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

/** Asks the file system whether it takes a name: one too long is found before anything is written. */
const requireName = (file: string) => void lstatSync(file, { throwIfNoEntry: false });

let temporaries = 0;

/** A new name in the folder of a file. */
const temporaryFor = (file: string) => join(dirname(file), `.evanesce-${process.pid}-${++temporaries}.part`);

/**
 * Writes a file whole or not at all: into a temporary neighbor, which then takes its name and its permissions. A link
 * leads to the file it names; a pipe or a device takes the bytes as they come.
 *
 * @throws EvanesceError naming the file and why it cannot be written
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
  /** Where the bytes go, links followed. */
  readonly file: string;
  /** Whether a file may take its place. */
  readonly whole: boolean;
  /** Permissions of what stands there. */
  readonly mode?: number;
}

function destination(path: string): Destination {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return { file: linkedFile(path), whole: true };
  // a standard stream under /dev is whatever the shell opened: that very file, not another of its name
  if (!stat.isFile() || path.startsWith("/dev/")) return { file: path, whole: false };
  return { file: realpathSync(path), whole: true, mode: stat.mode & 0o7777 };
}

/** The file that a chain of links ends at, which need not exist. */
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
