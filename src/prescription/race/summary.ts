import { counted, significant } from "../../words/numbers.ts";
import { AS_IT_IS, type Race, type RaceEntry } from "./types.ts";

/** The result of a race in a few sentences. */
export function summarizeRace({
  optimizer,
  entries,
  rungs,
  oneBatch,
  trivial,
  conclusive,
}: Omit<Race, "summary">): string {
  const last = rungs[rungs.length - 1];
  const how = `${counted(last.updates, "update")} of ${optimizer} ${oneBatch ? "on a single batch" : "on fresh batches, judged on held-out samples"}, on ${counted(entries[0].losses.length, "seed")}, each network at its best learning rate, which falls to 0 along half a cosine`;
  const own = entries.find(({ name }) => name === AS_IT_IS) as RaceEntry;
  if (!conclusive) {
    return `${how}. No network's loss got below that of the trivial answer${trivial === null ? "" : ` (${significant(trivial)})`}, so the remedies are ranked by the path. Use more updates (--updates) or an easier task.`;
  }
  const [first] = entries;
  if (first === own) return `${how}. No remedy learns clearly better than the network as it is, which ${reaches(own)}.`;
  const better =
    first.gained === null || own.loss === null
      ? ""
      : first.gained.low > 0
        ? ""
        : ". The difference is within the spread of the seeds";
  return `${how}. ${first.name} ${reaches(first)}, the network as it is ${reaches(own)}${better}.`;
}

/** `reaches a loss of 0.31 at rate 0.003`. */
export function reaches({ loss, learningRate }: RaceEntry): string {
  if (loss === null || learningRate === null) return "diverges at every rate";
  return `reaches a loss of ${significant(loss.mean)} at rate ${learningRate}`;
}
