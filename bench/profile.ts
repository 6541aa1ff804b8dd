/**
 * `npm run bench:profile -- CELL B X H` (or `mlp B WIDTH DEPTH`): where the time of a pass goes, function by function, by Linux's `perf`. The core is
 * compiled as for release, with the names of its functions; what is not the pass (start-up, compiling, the task's noise) is left out. Shares are of
 * samples in the core and in the JavaScript of the pass.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import asc from "assemblyscript/asc";
import { createNetwork } from "../src/network/create.ts";
import { Engine } from "../src/wasm/engine.ts";
import { BARE, feedforwardCase, recurrentCase } from "./cases.ts";
import { type RecurrentShape, STEPS } from "./shapes.ts";
import { formatColumns } from "./table.ts";

const SECONDS = 6;
const build = fileURLToPath(new URL("../build/", import.meta.url));
const named = `${build}named.wasm`;
const [command, ...words] = process.argv.slice(2);

function passes(cell: string, sizes: readonly number[]): () => void {
  const bytes = readFileSync(named);
  const engine = new Engine("simd", { bytes: bytes.length, deflated: deflateRawSync(bytes).toString("base64") });
  const [B, X, H] = sizes;
  const { network, batch } =
    cell === "mlp"
      ? feedforwardCase(createNetwork, { B, width: X, depth: H }, engine)
      : recurrentCase(createNetwork, { cell: cell as RecurrentShape["cell"], B, X, H }, STEPS, engine);
  return () => void network.propagate(batch, BARE);
}

/** `assembly/kernels/tiles/tileProduct<assembly/kernels/tiles/FromBias>` without its folders, of the symbol perf prints. */
const shortName = (symbol: string) =>
  symbol
    .replace(/^JS:[*^~]?/, "")
    .replace(/-\d+-(turbofan|liftoff)$/, "")
    .replace(/assembly\/(\w+\/)*/g, "")
    .replace(/ file:\S*\/(\w+\.ts)\S*$/, " $1");

if (command === "run") {
  const [cell, ...sizes] = words;
  const pass = passes(cell, sizes.map(Number));
  for (const end = performance.now() + 1000 * SECONDS; performance.now() < end; ) pass();
} else {
  mkdirSync(build, { recursive: true });
  const { error } = await asc.main(["--target", "release", "--debug", "--outFile", named], {});
  if (error !== null) throw error;
  const data = `${build}perf.data`;
  const node = [
    process.execPath,
    "--import",
    "tsx",
    "--perf-basic-prof",
    fileURLToPath(import.meta.url),
    "run",
    command,
    ...words,
  ];
  const record = spawnSync("perf", ["record", "-F", "2000", "-o", data, ...node], { encoding: "utf8" });
  if (record.status !== 0) throw new Error(`perf record did not run: ${record.error?.message ?? record.stderr}`);
  const report = spawnSync("perf", ["report", "-i", data, "--stdio", "--no-children", "-F", "sample,symbol"], {
    encoding: "utf8",
  });
  const counts = new Map<string, number>();
  for (const [, samples, symbol] of report.stdout.matchAll(/^\s*(\d+)\s+\[\.\]\s+(JS:.*?)\s*$/gm)) {
    const ours = symbol.includes("assembly/") || /\/src\/(network|wasm|flow)\//.test(symbol);
    if (ours) counts.set(shortName(symbol), (counts.get(shortName(symbol)) ?? 0) + Number(samples));
  }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const rows = [...counts].sort(([, a], [, b]) => b - a).slice(0, 16);
  console.log(
    formatColumns(
      ["function", "share"],
      rows.map(([name, count]) => [name, `${((100 * count) / total).toFixed(1)} %`]),
      1,
    ),
  );
}
