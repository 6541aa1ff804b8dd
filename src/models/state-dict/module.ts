import type { NdArray } from "../../formats/array.ts";
import type { ModuleFacts } from "./types.ts";

/** One module's parameters by the rest of their names. */
export interface Module {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, NdArray>;
  readonly unreadable: readonly string[];
  readonly facts?: ModuleFacts;
}
