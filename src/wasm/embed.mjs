// Writes the compiled cores into binary.ts and binaryRelaxed.ts as text, so that no bundler, worker or CDN has a path to get wrong: deflated, then
// base64. A relaxed core that was not built, or built before the SIMD
// core and so perhaps of other sources, is left out.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";

const builtAt = (name) =>
  statSync(new URL(`../../build/${name}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs ?? 0;

function embed(file, name, from) {
  const path = new URL(`../../build/${from}`, import.meta.url);
  let value = "undefined";
  if (builtAt(from) >= builtAt("release.wasm")) {
    const wasm = readFileSync(path);
    const text = deflateRawSync(wasm, { level: 9 }).toString("base64");
    value = `{\n  bytes: ${wasm.length},\n  deflated:\n    "${text}",\n}`;
  }
  const code = `import type { Binary } from "./engine.ts";

/** The compiled core, deflated, as base64. Made from build/${from}. */
export const ${name}: Binary${name === "SIMD_WASM" ? "" : " | undefined"} = ${value};
`;
  writeFileSync(new URL(file, import.meta.url), code);
}

embed("./binary.ts", "SIMD_WASM", "release.wasm");
embed("./binaryRelaxed.ts", "RELAXED_WASM", "relaxed.wasm");
