// Tells whether src/wasm/generated/ was made from the present sources. This is quick: the compiler is loaded only if
// the core must be built.
import { readFileSync } from "node:fs";
import { hashSources, root } from "./sources.mjs";

export function isFresh() {
  try {
    return readFileSync(`${root}src/wasm/generated/sources.ts`, "utf8").includes(`"${hashSources()}"`);
  } catch {
    return false; // never built
  }
}

/** Builds the core if it is older than its sources, and says so on standard error. */
export async function freshenCore() {
  if (isFresh()) return;
  process.stderr.write("assembly/ has changed since the core was built: npm run build:wasm\n");
  const { buildCore } = await import("../build-core.mjs");
  await buildCore();
}
