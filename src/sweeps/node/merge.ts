import { appendFileSync } from "node:fs";
import { Journal, readJournal } from "./journal.ts";

/**
 * Takes the results of other journals into one: of a cell that both hold, a result counts more than a failure. The
 * other journals stay as they are.
 *
 * @returns how many lines were taken
 * @throws EvanesceError for a file that is no journal, or one that another process writes
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
