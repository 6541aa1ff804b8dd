import { dirname, join } from "node:path";
import { type TrainingState, unpackCheckpoint } from "../../training/index.ts";
import { readBytes } from "../files.ts";
import type { LoadedWeights } from "../weights.ts";

/** A stored run, and the options of its command. */
export interface Remembered {
  readonly state: TrainingState;
  readonly flags: object;
}

/**
 * Facts about the beginning of a run that no option says: the file of its weights, facts from the model's file,
 * assumptions.
 */
export interface Origin {
  readonly weights?: Omit<LoadedWeights, "values"> & { readonly values?: LoadedWeights["values"] };
  /** Whether the data were drawn for the model. */
  readonly drawn?: boolean;
  /** The number that the model takes for padding. */
  readonly mask?: number;
}

const KEY = "origin";

/** A run's origin as its checkpoint stores it: without the weights themselves. */
export function originToKeep({ weights, drawn, mask }: { [Key in keyof Origin]: Origin[Key] | undefined }): object {
  const named = weights === undefined ? {} : { weights: { file: weights.file, notes: weights.notes } };
  const origin = { ...named, ...(drawn === true ? { drawn } : {}), ...(mask === undefined ? {} : { mask }) };
  return Object.keys(origin).length === 0 ? {} : { [KEY]: origin };
}

/** The origin that a checkpoint stores. The file may come from a stranger, so malformed parts are left out. */
export function originOf(flags: object = {}): Origin {
  const { [KEY]: origin } = flags as Readonly<Record<string, unknown>>;
  const { weights, drawn, mask } = record(origin);
  const { file, notes } = record(weights);
  const texts = Array.isArray(notes) ? notes.filter((note) => typeof note === "string") : [];
  return {
    ...(typeof file === "string" ? { weights: { file, notes: texts } } : {}),
    ...(drawn === true ? { drawn } : {}),
    ...(typeof mask === "number" ? { mask } : {}),
  };
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

/**
 * The run that a checkpoint's `.json` file describes; the files that it names are in the same folder. @throws
 * EvanesceError naming the file
 */
export function readCheckpoint(path: string): Remembered {
  const { state, about } = unpackCheckpoint(readBytes(path), path, (name) => readBytes(join(dirname(path), name)));
  return { state, flags: typeof about === "object" && about !== null ? about : {} };
}
