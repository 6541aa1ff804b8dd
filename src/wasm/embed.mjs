// Writes the compiled core into binary.ts as text, so that no bundler, worker or CDN has a path to get wrong: deflated, then base64.
import { readFileSync, writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";

const wasm = readFileSync(new URL("../../build/release.wasm", import.meta.url));
const text = deflateRawSync(wasm, { level: 9 }).toString("base64");
writeFileSync(
  new URL("./binary.ts", import.meta.url),
  `/** The compiled core, deflated, as base64. Made by \`npm run build:wasm\`. */
export const SIMD_WASM = {
  bytes: ${wasm.length},
  deflated:
    "${text}",
};
`,
);
