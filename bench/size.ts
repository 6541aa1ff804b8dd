/**
 * What the package weighs and how long it takes to start. Fails where it weighs more than it may; times are printed and judged by nobody, as they
 * are the machine's. Run after `npm run build`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const packed = (): number => {
  const printed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
  });
  return JSON.parse(printed)[0].size;
};

/** Bytes of the modules that an import of this file loads: the file and what it imports, at any depth. */
function weight(file: string, seen = new Set<string>()): number {
  if (seen.has(file)) return 0;
  seen.add(file);
  const text = readFileSync(file, "utf8");
  const next = [...text.matchAll(/(?:from|import)"(\.[^"]+)"/g)].map(([, path]) => join(dirname(file), path));
  return next.reduce((sum, path) => sum + weight(path, seen), text.length);
}

const SIZES: readonly (readonly [string, number, number])[] = [
  ["packed package", packed(), 1_000_000],
  ["import", weight(`${root}dist/index.js`), 742_000],
  ["import of core", weight(`${root}dist/core.js`), 442_000],
  ["WASM, simd", statSync(`${root}build/release.wasm`).size, 142_000],
  ["WASM, relaxed", statSync(`${root}build/relaxed.wasm`).size, 141_000],
  ["WASM, wide", statSync(`${root}build/wide.wasm`).size, 141_000],
];

/** The middle of `runs` runs of each command of Node in ms, taken in turns so that all meet the same machine. */
function medians(runs: number, ...commands: readonly (readonly string[])[]): number[] {
  const times: number[][] = commands.map(() => []);
  for (let i = 0; i < runs; i++) {
    for (const [k, args] of commands.entries()) {
      const start = performance.now();
      const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "ignore" });
      if (status !== 0) throw new Error(`node ${args.join(" ")}: exit code ${status}`);
      times[k].push(performance.now() - start);
    }
  }
  return times.map((list) => list.sort((x, y) => x - y)[runs >> 1]);
}

let failed = false;
for (const [name, bytes, most] of SIZES) {
  const heavy = bytes > most;
  failed ||= heavy;
  console.log(
    `${name.padEnd(16)} ${(bytes / 1000).toFixed(1).padStart(6)} kB, at most ${most / 1000}${heavy ? "  TOO MUCH" : ""}`,
  );
}
const [node, imported, core, rnn] = medians(
  11,
  ["--input-type=module", "-e", ""],
  ["--input-type=module", "-e", 'import "./dist/index.js"'],
  ["--input-type=module", "-e", 'import "./dist/core.js"'],
  ["dist/cli/main.js", "rnn", "--steps", "10"],
);
const TIMES: readonly (readonly [string, number, string])[] = [
  ["import", imported - node, `beside node alone; ${(imported / node).toFixed(2)} of node with it`],
  ["import of core", core - node, `beside node alone; ${(core / node).toFixed(2)} of node with it`],
  ["rnn --steps 10", rnn, `${(rnn / node).toFixed(2)} of node alone`],
  ["node alone", node, "an empty program"],
];
for (const [name, ms, note] of TIMES) console.log(`${name.padEnd(16)} ${ms.toFixed(0).padStart(6)} ms, ${note}`);
process.exitCode = failed ? 1 : 0;
