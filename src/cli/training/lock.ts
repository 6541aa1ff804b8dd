import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { EvanesceError } from "../../base/errors.ts";
import { reasonOf } from "../files.ts";

/** The process that writes a checkpoint. */
interface Owner {
  readonly process: number;
  readonly host: string;
  readonly since: string;
}

/**
 * Takes the lock of a checkpoint, `PATH.lock`, and returns a function that releases it. A lock whose process has ended
 * is taken over.
 *
 * @throws EvanesceError naming the process that holds it
 */
export function lockCheckpoint(path: string): () => void {
  const file = `${path}.lock`;
  const own: Owner = { process: process.pid, host: hostname(), since: new Date().toISOString() };
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = openSync(file, "wx");
      writeSync(handle, `${JSON.stringify(own)}\n`);
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") {
        throw new EvanesceError(
          file,
          "a path that can be written",
          reasonOf(error),
          "check the folder and its permissions",
        );
      }
      const owner = ownerOf(file);
      if (attempt < 3 && (owner === undefined || !isRunning(owner))) rmSync(file, { force: true });
      else throw taken(path, file, owner);
    }
  }
}

/** The owner that a lock names; undefined if it names none. */
function ownerOf(file: string): Owner | undefined {
  try {
    const owner = JSON.parse(readFileSync(file, "utf8"));
    return Number.isSafeInteger(owner?.process) && typeof owner?.host === "string" ? owner : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process still runs. A process on another machine cannot be checked and counts as running. */
function isRunning({ process: id, host }: Owner): boolean {
  if (host !== hostname()) return true;
  if (id === process.pid) return false; // the lock is that of an earlier process with the same number
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === "EPERM";
  }
}

function taken(path: string, file: string, owner: Owner | undefined): EvanesceError {
  const who = owner === undefined ? "another" : `process ${owner.process} on ${owner.host}, since ${owner.since}`;
  const remedy = `wait for it, give another --checkpoint, or remove ${file} if no such process runs`;
  return new EvanesceError(path, "a checkpoint that one process writes", who, remedy);
}
