import { sharedEngine } from "../wasm/engine.ts";

/** Compiles the core before the first call. Needed once on a browser's main thread; elsewhere it changes nothing. */
export async function ready(): Promise<void> {
  await sharedEngine().ready();
}
