import { readRecord, type RecordEvent, type RecordFormat, Run, type RunOptions } from "../../src/records/index.ts";

/** Bytes in pieces of a size, because no reader may depend on the ends of pieces. */
export async function* pieces(content: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

export async function eventsOf(content: string | Uint8Array, size = 7, format?: RecordFormat): Promise<RecordEvent[]> {
  const events: RecordEvent[] = [];
  for await (const event of readRecord(pieces(content, size), "run", format)) events.push(event);
  return events;
}

export async function runOf(content: string | Uint8Array, options: RunOptions = {}): Promise<Run> {
  const run = new Run("run", options);
  for await (const event of readRecord(pieces(content, 4096), "run")) run.accept(event);
  return run;
}

/** A record of these names, one update for each entry. */
export const recordText = (names: readonly unknown[], updates: readonly object[], header: object = {}): string =>
  [{ schema: "evanesce.record/1", tensors: names, ...header }, ...updates.map((one, update) => ({ update, ...one }))]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join("");
