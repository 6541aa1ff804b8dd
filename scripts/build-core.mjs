// Builds the core: reads the boundary out of assembly/, checks it, compiles, and writes src/wasm/generated/.
//
//   node scripts/build-core.mjs              the SIMD core
//   node scripts/build-core.mjs --all        the relaxed and the wide core beside it
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { readBoundary } from "./core/boundary.mjs";
import { builtOf, embed, noteOf, OTHER_TARGETS } from "./core/embed.mjs";
import { emitBoundary } from "./core/emit.mjs";
import { readCellSizes } from "./core/cells.mjs";
import { checkFacts, readFacts } from "./core/facts.mjs";
import { BoundaryError, hashSources, root } from "./core/sources.mjs";

/** Compiles one target of asconfig.json into build/. */
async function compile(target, hash) {
  mkdirSync(`${root}build`, { recursive: true });
  const { error } = await asc.main(["--baseDir", root, "--target", target], {
    stdout: process.stdout,
    stderr: process.stderr,
  });
  if (error) throw new BoundaryError("assembly", "the core does not compile", "mend what the compiler names above");
  writeFileSync(noteOf(target), hash);
}

/** Builds the chosen core, unless build/ already has it. */
export async function buildCore({ all = false } = {}) {
  const hash = hashSources();
  const boundary = readBoundary();
  const facts = await readFacts(boundary);
  checkFacts(boundary, facts);
  const sizes = await readCellSizes(boundary, facts);
  if (builtOf("release") !== hash) await compile("release", hash);
  for (const target of all ? OTHER_TARGETS : []) if (builtOf(target) !== hash) await compile(target, hash);
  emitBoundary(boundary, facts, sizes);
  embed(hash);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await buildCore({ all: process.argv.includes("--all") });
  } catch (error) {
    if (!(error instanceof BoundaryError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
