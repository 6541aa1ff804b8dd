import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { EvanesceError } from "../../base/errors.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Locks `path` for this process with a file beside it. A lock whose process has ended is taken over.
 *
 * @returns a function that releases the lock
 * @throws EvanesceError that names the process that holds it
 */
export function lock(path: string): () => void {
  const file = `${path}.lock`;
  const ownHolder: Holder = { pid: process.pid, host: hostname() };
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(ownHolder), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw new EvanesceError(file, "a path that can be written", (error as Error).message, "check the folder");
      }
    }
    const holder = holderOf(file);
    if (holder !== undefined && isAlive(holder)) {
      const who = `process ${holder.pid} on ${holder.host}`;
      throw new EvanesceError(path, "one run at a time", who, `wait for it, or remove ${file} if it has ended`);
    }
    rmSync(file, { force: true });
  }
  throw new EvanesceError(path, "one run at a time", "several that start at once", "start it again");
}

function holderOf(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined; // written by a process that was killed while it wrote
  }
}

/** Whether the holder may still run: always, when it is on another machine. */
function isAlive({ pid, host }: Holder): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
