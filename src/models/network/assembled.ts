import type { NetworkInput } from "../../spec/index.ts";
import type { Part } from "../parts.ts";
import type { Model } from "../types.ts";

/** Part of a network: a spec, the parameters it has, and what each part has become. */
export interface Assembled {
  readonly spec: NetworkInput;
  /** Parameters by this library's names. A missing one is a bias that the file does not have: zeros. */
  readonly parameters: Record<string, Float32Array>;
  /** The parts that were used, by their names in the spec. */
  readonly taken: ReadonlyMap<Part, string>;
  readonly notes: readonly string[];
  readonly mask?: Model["mask"];
}
