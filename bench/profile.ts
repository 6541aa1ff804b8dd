/**
 * `npm run bench:profile -- CELL B X H` (or `mlp B WIDTH DEPTH`): where the time of a pass goes, function by function, by Linux's `perf`. The core is
 * compiled as for release, with the names of its functions; what is not the pass (start-up, compiling, the task's noise) is left out. Shares are of
 * samples in the core and in the JavaScript of the pass.
 *
 * Without a shape: how the passes of small shapes divide, beside the roofline that this machine's limits set for each. The rest of a pass is out of
 * the roofline's reach by as much as its parts other than products take.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import asc from "assemblyscript/asc";
import { createNetwork } from "../src/network/create.ts";
import { Engine } from "../src/wasm/engine.ts";
import { BARE, feedforwardCase, recurrentCase } from "./cases.ts";
import { measureLimits, sharesOf, type Work } from "./limit.ts";
import {
  feedforwardBytes,
  feedforwardFlop,
  type RecurrentShape,
  recurrentBytes,
  recurrentFlop,
  STEPS,
} from "./shapes.ts";
import { formatColumns } from "./table.ts";

const SECONDS = 4;
/** The shapes of the division: those furthest from their roofline. */
const SMALL = [
  "tanh 32 8 32",
  "tanh 32 16 64",
  "lstm 32 8 32",
  "gru 32 8 32",
  "mlp 64 64 100",
  "tanh 1 8 32",
  "tanh 1 16 256",
];
/** Parts of a pass, by the names of functions; the first that fits counts. What no row names is the loop over steps. */
const PARTS: readonly (readonly [part: string, functions: RegExp])[] = [
  ["products", /^(tileProduct|vectorProduct|halfProduct|fourRows|eightRows|sixRows)/],
  ["activations", /^(first|second|third|sweep|activate|.*#(sweep|slopes))/],
  [
    "norms, frames",
    /^(laneS|sampleS|killZero|normaliz|scaleLanes|mergeLanes|store(Squares|Whole)|record|finite|liveExp|slopeGradient|squareSum|panelSquare|panelMagnitude|magnitude)/,
  ],
  [
    "packing",
    /^(pack|unpack|gather|scatter|transpose|splatRows|add(Floats|Doubles|Total)|accumulate|addRun|flush|clear)/,
  ],
  ["logarithms", /(log-norm|profiles|decay)\.ts$/],
  ["JavaScript", /\.ts$/],
];
const LOOP = "loop over steps";
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

/** Milliseconds of the shortest pass in `SECONDS`. */
function run(cell: string, sizes: readonly number[]): number {
  const pass = passes(cell, sizes);
  let best = Number.POSITIVE_INFINITY;
  for (const end = performance.now() + 1000 * SECONDS; performance.now() < end; ) {
    const start = performance.now();
    pass();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

/** Samples of every function of a pass, and the milliseconds of the shortest one. */
function profile(shape: readonly string[]): { counts: Map<string, number>; total: number; milliseconds: number } {
  const data = `${build}perf.data`;
  const node = [
    process.execPath,
    "--import",
    "tsx",
    "--perf-basic-prof",
    fileURLToPath(import.meta.url),
    "run",
    ...shape,
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
  return { counts, total, milliseconds: Number(record.stdout) };
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** What a shape has to do at least. */
function workOf(cell: string, [B, X, H]: readonly number[]): Work {
  if (cell === "mlp") {
    const shape = { B, width: X, depth: H };
    return { flop: feedforwardFlop(shape), bytes: feedforwardBytes(shape), set: feedforwardBytes(shape) };
  }
  const shape = { cell: cell as RecurrentShape["cell"], B, X, H };
  return { flop: recurrentFlop(shape), bytes: STEPS * recurrentBytes(shape), set: recurrentBytes(shape) };
}

async function divide(): Promise<void> {
  const limits = await measureLimits();
  const rows = SMALL.map((shape) => {
    const [cell, ...sizes] = shape.split(" ");
    const { counts, total, milliseconds } = profile([cell, ...sizes]);
    const parts = new Map([...PARTS.map(([part]) => part), LOOP].map((part) => [part, 0]));
    for (const [name, count] of counts) {
      const part = PARTS.find(([, functions]) => functions.test(name))?.[0] ?? LOOP;
      parts.set(part, (parts.get(part) as number) + count / total);
    }
    const { share } = sharesOf(limits, workOf(cell, sizes.map(Number)), milliseconds);
    return [shape, milliseconds.toPrecision(3), percent(share), ...[...parts.values()].map(percent)];
  });
  console.log(formatColumns(["shape", "ms", "roofline", ...PARTS.map(([part]) => part), LOOP], rows, 1));
}

if (command === "run") {
  const [cell, ...sizes] = words;
  console.log(run(cell, sizes.map(Number)));
} else {
  mkdirSync(build, { recursive: true });
  const { error } = await asc.main(["--target", "release", "--debug", "--outFile", named], {});
  if (error !== null) throw error;
  if (command === undefined) await divide();
  else {
    const { counts, total } = profile([command, ...words]);
    const rows = [...counts].sort(([, a], [, b]) => b - a).slice(0, 16);
    console.log(
      formatColumns(
        ["function", "share"],
        rows.map(([name, count]) => [name, percent(count / total)]),
        1,
      ),
    );
  }
}
