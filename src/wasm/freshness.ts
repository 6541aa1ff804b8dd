import { EvanesceError } from "../base/errors.ts";
import { CORE_SOURCES } from "./generated/sources.ts";

interface NodeHost {
  readonly process?: { getBuiltinModule?: (id: "node:module") => { createRequire(from: string): Require } };
}
type Require = (path: string) => { hashSources(): string };

/**
 * Refuses a core that is older than `assembly/`: its exports, records and kinds may differ from those that these
 * modules expect. Only the source tree calls it; the package has no `assembly/` and does not contain this file.
 *
 * @throws EvanesceError with the command that builds the core
 */
export function requireFreshCore(): void {
  const node = (globalThis as NodeHost).process?.getBuiltinModule?.("node:module");
  if (node === undefined) return; // a browser cannot read the sources
  const { hashSources } = node.createRequire(import.meta.url)("../../scripts/core/sources.mjs");
  if (hashSources() === CORE_SOURCES) return;
  throw new EvanesceError("the core", "built from assembly/ as it is now", "an older build", "run npm run build:wasm");
}
