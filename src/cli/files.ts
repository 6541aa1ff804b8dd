import { accessSync, constants, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { EvanesceError } from "../errors.ts";

/** What one buffer of Node's may hold on every supported version. */
const MOST_BYTES = 2 ** 31 - 1;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "no permission",
  EPERM: "no permission",
  EISDIR: "a folder",
  ENOTDIR: "not a folder on its way",
  EROFS: "a read-only file system",
  ENOSPC: "no space left",
  ELOOP: "links in a circle",
  ENAMETOOLONG: "too long a name",
};

const reasonOf = (error: unknown) => {
  const { code, message } = error as { code?: string; message: string };
  return (code !== undefined && REASONS[code]) || message;
};

/**
 * A file's bytes.
 * @throws EvanesceError naming the file and why it cannot be read
 */
export function readBytes(path: string): Uint8Array {
  try {
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
    throw new EvanesceError(path, "a readable file", reasonOf(error), "check the path");
  }
}

/**
 * Refuses a path that could not be written later: found out before the work, not behind it.
 * @throws EvanesceError
 */
export function requireWritable(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  } catch (error) {
    throw new EvanesceError(
      path,
      "a path that can be written",
      reasonOf(error),
      "check the folder and its permissions",
    );
  }
}

/**
 * Writes a file whole or not at all: into a temporary neighbour, which then takes its name.
 * @throws EvanesceError naming the file and why it cannot be written
 */
export function writeWhole(path: string, bytes: Uint8Array): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    writeFileSync(temporary, bytes);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new EvanesceError(
      path,
      "a path that can be written",
      reasonOf(error),
      "check the folder and its permissions",
    );
  }
}
