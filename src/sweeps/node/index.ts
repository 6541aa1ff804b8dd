/** The parts of a sweep that need Node: files, hashes, threads, a queue. They are loaded when they are needed. */
export { taskWithData, withData } from "./data.ts";
export { cellHash } from "./hash.ts";
export {
  Journal,
  type JournalContents,
  type JournalHead,
  type JournalLine,
  parseLine,
  readJournal,
} from "./journal.ts";
export { cellPool } from "./pool.ts";
export { hashOfFile, loadWeights, type Weights, weightsOf, withWeights } from "./weights.ts";
