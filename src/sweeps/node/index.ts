/** What a sweep needs of Node: files, hashes, threads, a queue. Loaded when it is asked for. */
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
