import { dirname, join } from "node:path";
import { type TrainingState, unpackCheckpoint } from "../../training/index.ts";
import { readBytes } from "../files.ts";

/** A stored run, and the options of its command. */
export interface Remembered {
  readonly state: TrainingState;
  readonly flags: object;
}

/**
 * The run a checkpoint's `.json` file tells of; the files it names stand beside it. @throws EvanesceError naming the
 * file
 */
export function readCheckpoint(path: string): Remembered {
  const { state, about } = unpackCheckpoint(readBytes(path), path, (name) => readBytes(join(dirname(path), name)));
  return { state, flags: typeof about === "object" && about !== null ? about : {} };
}
