import { EvanesceError } from "../base/errors.ts";
import { CORE_SOURCES } from "./generated/sources.ts";

interface NodeHost {
  readonly process?: { getBuiltinModule?: (id: "node:module") => { createRequire(from: string): Require } };
}
type Require = (path: string) => { hashSources(): string };

/**
 * Refuses a core that is older than `assembly/`: its exports, records and kinds may be other ones than these modules
 * expect. Called only from source; the package has no `assembly/` and leaves this file out.
 *
 * @throws EvanesceError with the command that builds the core
 */
export function requireFreshCore(): void {
  const node = (globalThis as NodeHost).process?.getBuiltinModule?.("node:module");
  if (node === undefined) return; // a browser sees no sources
  const { hashSources } = node.createRequire(import.meta.url)("../../scripts/core/sources.mjs");
  if (hashSources() === CORE_SOURCES) return;
  throw new EvanesceError("the core", "built from assembly/ as it is now", "an older build", "run npm run build:wasm");
}
