import { appendFileSync } from "node:fs";
import { Journal, readJournal } from "./journal.ts";

/**
 * Adds the results of other journals to one. If both hold a cell, a result replaces a failure. The other journals are
 * not changed.
 *
 * @returns the number of lines that were added
 * @throws EvanesceError for a file that is not a journal, or that another process writes
 */
export function mergeJournals(into: string, others: readonly string[]): number {
  const contents = others.map(readJournal);
  const journal = new Journal(into);
  try {
    const known = new Map([...journal.contents.lines].map(([hash, line]) => [hash, hasResult(line)]));
    const taken: string[] = [];
    const head = contents.find((one) => one.head !== undefined)?.head;
    if (journal.contents.head === undefined && head !== undefined) journal.begin(head.count, head.map);
    for (const { lines } of contents) {
      for (const [hash, line] of lines) {
        if (known.get(hash) === true || (known.has(hash) && !hasResult(line))) continue;
        known.set(hash, hasResult(line));
        taken.push(line);
      }
    }
    if (taken.length > 0) appendFileSync(into, `${taken.join("\n")}\n`);
    return taken.length;
  } finally {
    journal.close();
  }
}

const hasResult = (line: string) => line.includes(',"result":{');
