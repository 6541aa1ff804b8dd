// Writes the compiled cores into src/wasm/generated/ (binary.ts, binary-relaxed.ts, …) as text, so that no bundler,
// worker or CDN has a path to get wrong. The SIMD core is deflated and written in base64. The relaxed and the wide core
// are written as the changes that turn the SIMD core into them. One that was not built, or was built from other
// sources, is left out.
import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { write } from "./emit.mjs";
import { root } from "./sources.mjs";

/** The targets of asconfig.json that are told as changes to the SIMD core. */
export const OTHER_TARGETS = ["relaxed", "wide"];

const built = (name) => `${root}build/${name}`;

/** Two runs of bytes that agree over this length count as aligned again. */
const AGREEING = 16;
/** The longest change that is searched for. After a longer one, the rest of the file is one change. */
const LONGEST = 4096;

/**
 * The changes that turn `a` into `b`, as short as the search finds: [copied, dropped, inserted], as src/wasm/edits.ts
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

/** How many bytes to skip in each until both are aligned again; the smallest sum. */
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

/** The file in which build-core.mjs keeps the hash of the sources of a target. */
export const noteOf = (target) => built(`${target}.sources`);

/** The hash of the sources of a built target; undefined if it was not built. */
export function builtOf(target) {
  try {
    readFileSync(built(`${target}.wasm`));
    return readFileSync(noteOf(target), "utf8");
  } catch {
    return undefined;
  }
}

/** @param hash the hash of the sources of build/release.wasm */
export function embed(hash) {
  const simd = readFileSync(built("release.wasm"));
  write(
    "binary.ts",
    `/** The compiled core, deflated, as base64. Made from build/release.wasm. */
export const SIMD_WASM = {
  bytes: ${simd.length},
  deflated:
    "${deflateRawSync(simd, { level: 9 }).toString("base64")}",
};
`,
  );
  for (const name of OTHER_TARGETS) {
    const other = builtOf(name) === hash ? readFileSync(built(`${name}.wasm`)) : undefined;
    write(
      `binary-${name}.ts`,
      `/** The ${name} core as changes to the SIMD core; undefined where it was not built. Made from build/${name}.wasm. */
export const ${name.toUpperCase()}_EDITS: readonly (readonly [copied: number, dropped: number, inserted: string])[] | undefined =
  ${other && JSON.stringify(editsBetween(simd, other))};
`,
    );
  }
  write(
    "sources.ts",
    `/** The hash of the sources in assembly/ from which the core was built (scripts/core/sources.mjs). */
export const CORE_SOURCES = "${hash}";
`,
  );
}
