import { parseLine, readJournal } from "../../sweeps/node/journal.ts";
import { count, counted } from "../../words/numbers.ts";

/** The state of a journal: finished cells, failures by reason, notes about damaged lines. */
export function statusText(path: string): string {
  const { head, lines, notes } = readJournal(path);
  const reasons = new Map<string, number>();
  let done = 0;
  let damaged = 0;
  for (const text of lines.values()) {
    const line = parseLine(text);
    if (line === undefined) damaged++;
    else if (line.failed === undefined) done++;
    else reasons.set(line.failed, (reasons.get(line.failed) ?? 0) + 1);
  }
  const failed = lines.size - done - damaged;
  const of = head === undefined ? "" : ` of ${count(head.count)}`;
  return [
    `${path}: ${count(done)}${of} cells have a result, ${count(failed)} failed`,
    ...[...reasons].sort(([, a], [, b]) => b - a).map(([reason, times]) => `  ${counted(times, "cell")}: ${reason}`),
    ...notes,
    ...(damaged === 0 ? [] : [`${path}: ${counted(damaged, "line")} without a whole result; their cells run again`]),
    "",
  ].join("\n");
}
