// The sources of the core: every file of assembly/, read and parsed. Their hash identifies the core that is built
// from them.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Every source of the core by its path from the root, in order: [path, text][]. */
export function readSources() {
  return readdirSync(`${root}assembly`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => `assembly/${file.replaceAll("\\", "/")}`)
    .sort()
    .map((path) => [path, readFileSync(`${root}${path}`, "utf8")]);
}

/**
 * Everything the core is built from: its sources, the compiler's settings, and the scripts that write the boundary.
 */
export function hashSources() {
  const hash = createHash("sha256");
  const scripts = [
    "asconfig.json",
    ...["boundary", "cells", "emit", "embed", "facts", "sources"].map((name) => `scripts/core/${name}.mjs`),
  ];
  const settings = scripts.map((path) => [path, readFileSync(`${root}${path}`, "utf8")]);
  for (const [path, text] of [...readSources(), ...settings]) hash.update(`${path}\0${text}\0`);
  return hash.digest("hex").slice(0, 32);
}

/** A fault of the sources that the compiler cannot see: where, and what to do. */
export class BoundaryError extends Error {
  constructor(where, fault, remedy) {
    super(`${where}: ${fault}; ${remedy}`);
    this.name = "BoundaryError";
  }
}
