export { EvanesceError } from "./errors.ts";
export type * from "./flow/index.ts";
export { createNetwork, type MeasureOptions, type Network, type NetworkOptions } from "./network.ts";
export { type PropagateInput, propagate } from "./propagate.ts";
export type { NetworkInput, NetworkSpec } from "./spec/index.ts";
export type { Batch, TaskInput } from "./tasks/index.ts";
import { sharedEngine } from "./wasm/engine.ts";

/** Compiles the core ahead of the first call: needed once on a browser's main thread, harmless elsewhere. */
export async function ready(): Promise<void> {
  await sharedEngine().ready();
}
