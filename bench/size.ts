/**
 * What the package weighs and how long it takes to start. Fails where it weighs more than it may; times are printed and judged by nobody, as they
 * are the machine's. Run after `npm run build`.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const packed = (): number => {
  const printed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: root,
    encoding: "utf8",
  });
  return JSON.parse(printed)[0].size;
};

const SIZES: readonly (readonly [string, number, number])[] = [
  ["packed package", packed(), 400_000],
  ["WASM, simd", statSync(`${root}build/release.wasm`).size, 120_000],
  ["WASM, relaxed", statSync(`${root}build/relaxed.wasm`).size, 120_000],
];

/** The shortest of `runs` runs of Node in ms. */
function shortest(runs: number, ...args: string[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "ignore" });
    if (status !== 0) throw new Error(`node ${args.join(" ")}: exit code ${status}`);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

let failed = false;
for (const [name, bytes, most] of SIZES) {
  const heavy = bytes > most;
  failed ||= heavy;
  console.log(
    `${name.padEnd(16)} ${(bytes / 1000).toFixed(1).padStart(6)} kB, at most ${most / 1000}${heavy ? "  TOO MUCH" : ""}`,
  );
}
const node = shortest(10, "-e", "0");
const TIMES: readonly (readonly [string, number, number])[] = [
  ["import", shortest(10, "--input-type=module", "-e", 'import "./dist/index.js"') - node, 40],
  ["rnn --steps 10", shortest(10, "dist/cli/main.js", "rnn", "--steps", "10"), 250],
];
for (const [name, ms, aim] of TIMES) console.log(`${name.padEnd(16)} ${ms.toFixed(0).padStart(6)} ms, aim ${aim}`);
console.log(`${"node alone".padEnd(16)} ${node.toFixed(0).padStart(6)} ms, in the second, not in the first`);
process.exitCode = failed ? 1 : 0;
