// Writes the compiled cores into src/wasm/generated/ (binary.ts, binary-relaxed.ts) as text, so that no bundler, worker
// or CDN has a path to get wrong: the SIMD core deflated, then base64; the relaxed core, of the same sources, as what
// differs from it. A relaxed core that was not built, or built before the SIMD core and so perhaps of other sources, is
// left out.
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";

const built = (name) => new URL(`../build/${name}`, import.meta.url);
const builtAt = (name) => statSync(built(name), { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Where two runs of bytes agree for so long, they are taken to go on together. */
const AGREEING = 16;
/** Changes are this long at most; beyond, the rest is one change. */
const LONGEST = 4096;

/**
 * The changes that make `b` of `a`, each as short as can be found: [copied, dropped, inserted] as src/wasm/edits.ts
 * reads them.
 */
function editsBetween(a, b) {
  const edits = [];
  let [i, j, start] = [0, 0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && a[i] === b[j]) {
      i++;
      j++;
      continue;
    }
    const [dropped, inserted] = meeting(a, b, i, j);
    edits.push([i - start, dropped, b.subarray(j, j + inserted).toString("hex")]);
    i += dropped;
    j += inserted;
    start = i;
  }
  return edits;
}

/** How many bytes of each to leave behind until both go on alike: the fewest together. */
function meeting(a, b, i, j) {
  for (let both = 1; both <= LONGEST; both++) {
    for (let dropped = 0; dropped <= both; dropped++) {
      const [x, y] = [i + dropped, j + both - dropped];
      const length = Math.min(AGREEING, a.length - x, b.length - y);
      if (length < AGREEING && (a.length - x !== b.length - y || length < 0)) continue;
      if (a.compare(b, y, y + length, x, x + length) === 0) return [dropped, both - dropped];
    }
  }
  return [a.length - i, b.length - j];
}

mkdirSync(new URL("../src/wasm/generated/", import.meta.url), { recursive: true });

const write = (file, text) => writeFileSync(new URL(file, import.meta.url), `${text}\n`);

const simd = readFileSync(built("release.wasm"));
const deflated = deflateRawSync(simd, { level: 9 }).toString("base64");
write(
  "../src/wasm/generated/binary.ts",
  `import type { Binary } from "../engine.ts";

/** The compiled core, deflated, as base64. Made from build/release.wasm. */
export const SIMD_WASM: Binary = {
  bytes: ${simd.length},
  deflated:
    "${deflated}",
};`,
);

const relaxed = builtAt("relaxed.wasm") >= builtAt("release.wasm") ? readFileSync(built("relaxed.wasm")) : undefined;
const changes = relaxed && `{ ...SIMD_WASM, edits: ${JSON.stringify(editsBetween(simd, relaxed))} }`;
write(
  "../src/wasm/generated/binary-relaxed.ts",
  `${changes === undefined ? "" : 'import { SIMD_WASM } from "./binary.ts";\n'}import type { Binary } from "../engine.ts";

/** The relaxed core as changes to the SIMD core. Made from build/relaxed.wasm. */
export const RELAXED_WASM: Binary | undefined = ${changes};`,
);
