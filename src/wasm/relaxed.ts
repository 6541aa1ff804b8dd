import type { Binary } from "./engine.ts";

/** The compiled core, deflated, as base64. Made from build/relaxed.wasm. */
export const RELAXED_WASM: Binary | undefined = undefined;
