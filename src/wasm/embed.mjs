// Writes build/release.wasm into src/wasm/binary.ts as base64 text, so that no bundler, worker or CDN has a path to get wrong.
import { readFileSync, writeFileSync } from "node:fs";

const wasm = readFileSync(new URL("../../build/release.wasm", import.meta.url));
writeFileSync(
  new URL("./binary.ts", import.meta.url),
  `/** The compiled core, ${wasm.length} bytes, as base64. Made by \`npm run build:wasm\`. */\nexport const SIMD_WASM =\n  "${wasm.toString("base64")}";\n`,
);
