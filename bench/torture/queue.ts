/**
 * `npm run torture:queue [--seed N]`: 1,000 cells over 3 worker processes on a redis-server of its own. Workers and the coordinator are
 * killed by SIGKILL in the middle, Redis is killed with all it holds and started again, a worker of another results version is sent in.
 * At the end every cell has to have one line in the journal, with the numbers that this process computes. Exit code 1 where one has not.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { random } from "../../src/base/random.ts";
import { cellsOf } from "../../src/sweeps/cells.ts";
import { encode } from "../../src/sweeps/encode.ts";
import { cellHash } from "../../src/sweeps/node/hash.ts";
import { parseLine } from "../../src/sweeps/node/journal.ts";
import { RESULTS_VERSION } from "../../src/sweeps/results-version.ts";
import { measureCellAtOnce } from "../../src/sweeps/run-cell.ts";
import { startRedis } from "../../test/sweeps/redis.ts";
import { MAP } from "./map.ts";

const { values: flags } = parseArgs({ options: { seed: { type: "string", default: "1" } } });
const draw = random(Number(flags.seed), "torture/queue");
const WORKERS = 3;
/** The events, each at a number of ended cells (lines of the journal). */
const EVENTS: readonly (readonly [at: number, what: "worker" | "coordinator" | "redis"])[] = [
  [50, "worker"],
  [120, "worker"],
  [200, "redis"],
  [260, "worker"],
  [330, "coordinator"],
  [400, "worker"],
  [470, "worker"],
  [540, "redis"],
  [600, "worker"],
  [670, "coordinator"],
  [740, "worker"],
  [800, "redis"],
  [860, "worker"],
  [930, "worker"],
];

const cells = cellsOf(MAP);
const folder = mkdtempSync(join(tmpdir(), "evanesce-torture-"));
const journal = join(folder, "torture.jsonl");
const redis = await startRedis(folder);
const started = performance.now();
const say = (text: string) =>
  console.log(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);

/** How often each cell was measured by a worker that was not killed before it printed. */
const measured = new Map<string, number>();
const program = (name: string, args: readonly string[], preload: readonly string[] = []) => {
  const path = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const loaders = ["tsx", ...preload].flatMap((loader) => ["--import", loader]);
  return spawn(process.execPath, [...loaders, path, ...args], { stdio: ["ignore", "pipe", "pipe"] });
};
const exitOf = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));

function startWorker(): ChildProcess {
  const child = program("worker", [redis.url]);
  createInterface({ input: child.stdout }).on("line", (id) => measured.set(id, (measured.get(id) ?? 0) + 1));
  child.stderr.pipe(process.stderr);
  return child;
}

/** The complete lines of cells, as text. */
const lines = () => {
  try {
    return readFileSync(journal, "utf8")
      .split("\n")
      .filter((line) => line.startsWith('{"hash"'));
  } catch {
    return []; // not begun
  }
};

const workers = Array.from({ length: WORKERS }, startWorker);
const told: string[] = [];
function startCoordinator(): ChildProcess {
  const child = program("coordinator", [redis.url, journal]);
  createInterface({ input: child.stdout }).on("line", (id) => told.push(id));
  child.stderr.pipe(process.stderr);
  return child;
}
let coordinator = startCoordinator();
let ended = exitOf(coordinator);

const ACTS = {
  worker: async () => {
    const at = draw.below(WORKERS);
    workers[at].kill("SIGKILL");
    workers[at] = startWorker();
  },
  redis: () => redis.restart(),
  coordinator: async () => {
    coordinator.kill("SIGKILL");
    await ended;
    const kept = new Set(lines().map((line) => parseLine(line)?.id));
    const lost = told.filter((id) => !kept.has(id));
    if (lost.length > 0) throw new Error(`the journal lost ${lost.length} cells that had ended: ${lost[0]}`);
    coordinator = startCoordinator();
    ended = exitOf(coordinator);
  },
};
let refused: string | undefined;
try {
  for (const [at, what] of EVENTS) {
    while (lines().length < at) await new Promise((resolve) => setTimeout(resolve, 50));
    say(`${lines().length} cells have ended: a ${what} is killed`);
    await ACTS[what]();
    if (refused !== undefined) continue;
    const other = program("worker", [redis.url], [new URL("./other-version.mjs", import.meta.url).href]);
    let complaint = "";
    other.stderr.on("data", (text) => {
      complaint += text;
    });
    const code = await exitOf(other);
    const refusal = `results of version ${RESULTS_VERSION}, got 999`;
    refused = complaint.includes(refusal) ? refusal : "";
    say(`a worker of another version ends with ${code}: ${refused || complaint}`);
    if (code === 0 || refused === "") throw new Error("a worker of another version was not refused");
  }
  const code = await ended;
  say(`the coordinator ends with ${code}`);
  if (code !== 0) throw new Error("the last coordinator failed");
} finally {
  coordinator.kill("SIGKILL");
  for (const worker of workers) worker.kill("SIGKILL");
  await redis.stop();
}

const found = lines().map((line) => parseLine(line));
const hashes = new Map(cells.map((cell) => [cellHash(cell), cell]));
const times = new Map<string, number>();
for (const line of found) if (line !== undefined) times.set(line.hash, (times.get(line.hash) ?? 0) + 1);
const lost = [...hashes.keys()].filter((hash) => !times.has(hash)).length;
const twice = [...times.values()].filter((count) => count > 1).length;
const failed = found.filter((line) => line?.failed !== undefined).length;
const wrong = found.filter((line) => {
  const cell = hashes.get(line?.hash ?? "");
  return cell === undefined || encode(line?.result) !== encode(measureCellAtOnce(cell));
}).length;
const again = [...measured.values()].filter((count) => count > 1).length;
rmSync(folder, { recursive: true, force: true });
const kills = (what: string) => EVENTS.filter(([, each]) => each === what).length;
console.log(`
${cells.length} cells, ${WORKERS} workers
killed: ${kills("worker")} workers, ${kills("coordinator")} coordinators, ${kills("redis")} times Redis
lost ${lost}, counted twice ${twice}, failed ${failed}, other numbers than here ${wrong}
measured by more than one worker, and counted once: ${again}`);
process.exitCode = lost + twice + failed + wrong === 0 ? 0 : 1;
