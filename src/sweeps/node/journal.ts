/*
 * The journal of a sweep: one line of JSON for each finished cell. A later run continues from it. A line that was cut
 * off because the process was killed is removed.
 *
 *     {"journal":"evanesce.journal/1","results":1,"count":10000,"map":{…}}        at the start of each run
 *     {"hash":"…","id":"…","settings":{…},"plan":null,"replicate":0,"seed":7,"result":{…}}
 *     {"hash":"…","id":"…","settings":{…},"plan":null,"replicate":0,"seed":7,"failed":"why"}
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { EvanesceError } from "../../base/errors.ts";
import { decode, encode } from "../encode.ts";
import { RESULTS_VERSION } from "../results-version.ts";
import type { CellEnd, PlacedCell } from "../types.ts";
import { isCellEnd } from "./journal-line.ts";
import { lock } from "./lock.ts";

/** The first line of a run. */
export interface JournalHead {
  readonly journal: "evanesce.journal/1";
  readonly results: number;
  /** Number of cells of the run. */
  readonly count: number;
  /** The map, or the options of the library's `sweep`. */
  readonly map: unknown;
}

/** The line of a cell. */
export type JournalLine = Pick<PlacedCell, "id" | "settings" | "replicate" | "seed"> & {
  readonly hash: string;
  readonly plan: string | null;
} & CellEnd;

/** The contents of a journal. */
export interface JournalContents {
  readonly head: JournalHead | undefined;
  /** The newest line of each cell, by hash, as text. A line is parsed when it is used. */
  readonly lines: ReadonlyMap<string, string>;
  /** Sentences about lines that could not be read. */
  readonly notes: readonly string[];
  /** Number of bytes up to the end of the last complete line. */
  readonly wholeBytes: number;
  readonly bytes: number;
}

const CHUNK = 4 << 20;
const LINE = /^\{"hash":"([0-9a-f]{64})",/;

/** Reads a journal. @throws EvanesceError if it cannot be read or is not a journal */
export function readJournal(path: string): JournalContents {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw new EvanesceError(path, "a readable journal", (error as Error).message, "check the path");
  }
  try {
    return readLines(file, path);
  } finally {
    closeSync(file);
  }
}

function readLines(file: number, path: string): JournalContents {
  const lines = new Map<string, string>();
  const notes: string[] = [];
  let head: JournalHead | undefined;
  let [number, bytes] = [0, 0];
  const take = (line: string) => {
    number++;
    const hash = LINE.exec(line)?.[1];
    if (hash !== undefined && line.endsWith("}")) {
      lines.set(hash, line);
      return;
    }
    const first = headOf(line);
    if (first !== undefined) head = first;
    else if (number === 1) throw notJournal(path, line);
    else notes.push(`${path}, line ${number}: not a line of a journal; its cell runs again`);
  };
  const chunk = Buffer.alloc(CHUNK);
  let rest: Buffer = Buffer.alloc(0);
  for (;;) {
    const count = readSync(file, chunk, 0, CHUNK, null);
    if (count === 0) break;
    bytes += count;
    const text = rest.length === 0 ? chunk.subarray(0, count) : Buffer.concat([rest, chunk.subarray(0, count)]);
    const end = text.lastIndexOf(0x0a);
    if (end >= 0) for (const line of text.toString("utf8", 0, end).split("\n")) take(line);
    rest = Buffer.from(text.subarray(end + 1));
  }
  if (rest.length > 0) {
    if (number === 0 && !rest.toString("utf8").startsWith('{"journal"')) throw notJournal(path, rest.toString("utf8"));
    notes.push(`${path}: the last line was cut off in the middle and is removed; its cell runs again`);
  }
  return { head, lines, notes, wholeBytes: bytes - rest.length, bytes };
}

function headOf(line: string): JournalHead | undefined {
  if (!line.startsWith('{"journal":')) return undefined;
  try {
    const head = decode(line) as JournalHead;
    return head.journal === "evanesce.journal/1" && Number.isInteger(head.count) && head.count >= 0 ? head : undefined;
  } catch {
    return undefined;
  }
}

const notJournal = (path: string, line: string) =>
  new EvanesceError(path, "a journal of a sweep", line.slice(0, 80), "give another path: this file stays as it is");

/** One line as data; undefined if it is damaged. */
export function parseLine(text: string | undefined): JournalLine | undefined {
  if (text === undefined) return undefined;
  try {
    const line = decode(text);
    return isCellEnd(line) ? (line as JournalLine) : undefined;
  } catch {
    return undefined;
  }
}

/** A journal to which only this process appends. */
export class Journal {
  readonly contents: JournalContents;
  readonly #file: number;
  readonly #unlock: () => void;

  /**
   * Opens a journal or begins a new one, and removes a last line that was cut off.
   * @throws EvanesceError for a file that is not a journal, or that another process writes
   */
  constructor(path: string) {
    this.#unlock = lock(path);
    try {
      this.#file = openSync(path, "a+");
    } catch (error) {
      this.#unlock();
      throw new EvanesceError(path, "a path that can be written", (error as Error).message, "check the folder");
    }
    try {
      this.contents =
        fstatSync(this.#file).size === 0
          ? { head: undefined, lines: new Map(), notes: [], wholeBytes: 0, bytes: 0 }
          : readJournal(path);
      if (this.contents.wholeBytes < this.contents.bytes) ftruncateSync(this.#file, this.contents.wholeBytes);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  begin(count: number, map: unknown): void {
    this.#append({ journal: "evanesce.journal/1", results: RESULTS_VERSION, count, map } satisfies JournalHead);
  }

  add(hash: string, cell: PlacedCell, end: CellEnd): void {
    const { id, settings, planName: plan, replicate, seed } = cell;
    this.#append({ hash, id, settings, plan, replicate, seed, ...end });
  }

  close(): void {
    closeSync(this.#file);
    this.#unlock();
  }

  /** Writes each line with one call, so that a process that is killed leaves at most one incomplete line. */
  #append(line: object): void {
    const bytes = Buffer.from(`${encode(line)}\n`);
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#file, bytes, written);
  }
}
