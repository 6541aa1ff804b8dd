import { concatenated } from "../base/concatenated.ts";

/** Most bytes of a file that are copied to other threads. */
const MOST_BYTES = 2 ** 28;

/**
 * The task in a form that can be sent to another thread: a file that is read in pieces becomes its bytes. Undefined for
 * a task that cannot be copied, because it has functions or its file is too large.
 */
export function portableTask<Task extends string | object>(task: Task): Task | undefined {
  if (typeof task === "string") return task;
  const copied: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(task)) {
    copied[key] = isPieces(value) ? joined(value) : value;
    if (copied[key] === undefined && value !== undefined) return undefined;
  }
  try {
    structuredClone(copied);
  } catch {
    return undefined;
  }
  return copied as Task;
}

/** An object whose iterator a copy would lose. */
const isPieces = (value: unknown): value is Iterable<Uint8Array> =>
  typeof value === "object" &&
  value !== null &&
  Symbol.iterator in value &&
  !Array.isArray(value) &&
  !ArrayBuffer.isView(value);

function joined(pieces: Iterable<Uint8Array>): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const piece of pieces) {
    parts.push(piece);
    length += piece.length;
    if (length > MOST_BYTES) return undefined;
  }
  return concatenated(parts);
}
