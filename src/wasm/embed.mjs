// Writes the compiled cores into binary.ts and relaxed.ts as text, so that no bundler, worker or CDN has a path to get wrong: deflated, then
// base64. The relaxed core may not have been built: its file then says so.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";

function embed(file, name, from) {
  const path = new URL(`../../build/${from}`, import.meta.url);
  let value = "undefined";
  if (existsSync(path)) {
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
embed("./relaxed.ts", "RELAXED_WASM", "relaxed.wasm");
