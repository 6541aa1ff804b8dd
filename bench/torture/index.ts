/**
 * `npm run torture [-- --rounds N] [--seed N] [--only growth|workers|disk|kill|torn]`: faults put into runs that are under way. Trainings are killed and resumed, their
 * files are torn, disks are full, memory does not grow, worker threads die. After every fault either the numbers are those of a run
 * without it, or a message says what is wrong. Exit code 1 where neither is so.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Worker } from "node:worker_threads";
import { EvanesceError } from "../../src/base/errors.ts";
import { random } from "../../src/base/random.ts";
import { createEngine, createNetwork, propagate, propagateAsync, taskBatch } from "../../src/index.ts";

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const ROUNDS = Number(flags.rounds);
const draw = random(Number(flags.seed), "torture");
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "evanesce-torture-"));

const failures: string[] = [];
function expect(holds: boolean, what: string): void {
  if (!holds) failures.push(what);
  console.log(`${holds ? "ok    " : "FAILED"} ${what}`);
}

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ["--import", "tsx", main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout?.on("data", (text) => {
    out += text;
  });
  child.stderr?.on("data", (text) => {
    err += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, out, err }));
  });
  return { child, ended };
}

const evanesce = (...args: readonly string[]) => start(args).ended;
const at = (name: string) => join(folder, name);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const lossesOf = ({ out }: Ended): string => JSON.stringify(JSON.parse(out).losses);
const inWords = ({ code, err }: Ended) => [1, 2, 3].includes(code ?? -1) && !/internal:|\n {4}at /.test(err);

/** So many that a kill meets the run in its midst. */
const UPDATES = "1200";
const RUN = ["train", "--cell", "gru", "--hidden", "24", "--steps", "40", "--updates", UPDATES, "--seed", "3"];

/** A run is killed again and again, and goes on from its checkpoint to the same bits. */
async function killed(whole: string): Promise<void> {
  for (const signal of ["SIGKILL", "SIGTERM", "SIGHUP", "SIGINT"] as const) {
    const path = at(`killed-${signal}`);
    let ended: Ended | undefined;
    let kills = 0;
    for (let round = 0; ; round++) {
      const going = existsSync(`${path}.json`);
      const args = going
        ? ["train", "--resume", `${path}.json`, "--json"]
        : [...RUN, "--checkpoint", path, "--checkpoint-every", "10", "--json"];
      const { child, ended: end } = start(args);
      if (round < ROUNDS) {
        const before = going ? readFileSync(`${path}.json`, "utf8") : "";
        for (let i = 0; i < 400 && child.exitCode === null; i++) {
          if (existsSync(`${path}.json`) && readFileSync(`${path}.json`, "utf8") !== before) break;
          await wait(25);
        }
        await wait(draw.below(60));
        if (child.exitCode === null && child.kill(signal)) kills++;
      }
      ended = await end;
      if (ended.code === 0) break;
      if (round > ROUNDS + 5) break;
    }
    expect(ended?.code === 0 && lossesOf(ended) === whole, `${signal}, ${kills} times: the same losses in the end`);
  }
}

/** One file of a checkpoint is cut, or a bit of it flipped: refused in words, or the same losses. */
async function torn(whole: string): Promise<void> {
  const source = at("sound");
  mkdirSync(source); // the folder of a checkpoint is the caller's to make
  const made = await evanesce(
    ...RUN.map((each) => (each === UPDATES ? "20" : each)),
    "--checkpoint",
    join(source, "c"),
  );
  expect(made.code === 0, `a checkpoint is made: exit code ${made.code}${made.code === 0 ? "" : `, ${made.err}`}`);
  const files = readdirSync(source).filter((name) => !name.endsWith(".lock"));
  for (let round = 0; round < 4 * ROUNDS; round++) {
    const copy = at(`torn-${round}`);
    cpSync(source, copy, { recursive: true });
    const name = files[draw.below(files.length)];
    const bytes = readFileSync(join(copy, name));
    const place = draw.below(bytes.length);
    const cut = draw.below(3) === 0;
    if (!cut) bytes[place] ^= 1 << draw.below(8);
    writeFileSync(join(copy, name), cut ? bytes.subarray(0, place) : bytes);
    const ended = await evanesce("train", "--resume", join(copy, "c.json"), "--updates", UPDATES, "--json");
    const sound = ended.code === 0 ? lossesOf(ended) === whole : inWords(ended);
    expect(sound, `${name} ${cut ? "cut at" : "flipped in"} byte ${place}: exit code ${ended.code}`);
    rmSync(copy, { recursive: true });
  }
}

/** What cannot be written is said; what else was asked for is there. */
async function fullDisk(): Promise<void> {
  if (!existsSync("/dev/full")) return console.log("skipped: no /dev/full");
  const short = RUN.map((each) => (each === UPDATES ? "10" : each));
  for (const option of ["--log", "--save", "--html", "--figure-data"]) {
    const other = at(`beside${option}.json`);
    const ended = await evanesce(...short, option, "/dev/full", "--checkpoint", other.replace(/\.json$/, ""));
    expect(inWords(ended), `${option} /dev/full: exit code ${ended.code}, ${ended.err.trim().split("\n").at(-1)}`);
  }
}

/** Memory that does not grow is an error in words, and the engine goes on. */
async function failedGrowth(): Promise<void> {
  const { grow } = WebAssembly.Memory.prototype;
  const input = {
    network: { kind: "recurrent", cell: "lstm", hidden: 20 },
    task: { name: "adding", steps: 50 },
  } as const;
  const wanted = JSON.stringify(propagate(input).lnGradientNorm);
  for (let round = 0; round < 4 * ROUNDS; round++) {
    const engine = await createEngine();
    const network = createNetwork({ ...input.network, inputs: 2, outputs: 1 }, { engine });
    const batch = (steps: number) => taskBatch({ task: { name: "adding", steps }, batch: 32 });
    let left = draw.below(3);
    WebAssembly.Memory.prototype.grow = function (pages: number) {
      if (left-- <= 0) throw new RangeError("WebAssembly.Memory.grow(): Unable to grow instance memory");
      return grow.call(this, pages);
    };
    let said = "";
    try {
      for (const steps of [50, 400, 1000]) network.propagate(batch(steps));
    } catch (error) {
      said = error instanceof EvanesceError ? error.message : `not in words: ${error}`;
    } finally {
      WebAssembly.Memory.prototype.grow = grow;
    }
    const after = network.propagate(batch(50));
    const flow = propagate({ ...input, engine });
    const sound = said !== "" && !said.startsWith("not in words") && after.outcome === "finite";
    expect(sound && JSON.stringify(flow.lnGradientNorm) === wanted, `growth fails: ${said}`);
    network.dispose();
    engine.dispose();
  }
}

/** Workers die under a pass: the same bits, or, where none lives, a message. */
async function deadWorkers(): Promise<void> {
  const workers = new Set<Worker>();
  process.on("worker", (worker: Worker) => {
    workers.add(worker);
    worker.on("exit", () => workers.delete(worker));
  });
  const input = {
    network: { kind: "recurrent", cell: "lstm", hidden: 48 },
    task: { name: "adding", steps: 300 },
  } as const;
  const wanted = JSON.stringify(propagate({ ...input, batch: 64 }).lnGradientNorm);
  for (let round = 0; round < 4 * ROUNDS; round++) {
    const passes = [1, 2].map(() =>
      propagateAsync({ ...input, batch: 64, threads: 3 }).catch((error: unknown) => error),
    );
    for (let kill = 0; kill <= draw.below(3); kill++) {
      await wait(draw.below(80));
      void [...workers][draw.below(Math.max(workers.size, 1))]?.terminate();
    }
    for (const flow of await Promise.all(passes)) {
      const same = JSON.stringify((flow as { lnGradientNorm?: unknown }).lnGradientNorm) === wanted;
      expect(same || flow instanceof EvanesceError, `workers killed: ${same ? "the same bits" : String(flow)}`);
    }
  }
}

const wants = (name: string) => flags.only === undefined || flags.only === name;
try {
  if (wants("growth")) await failedGrowth();
  if (wants("workers")) await deadWorkers();
  if (wants("disk")) await fullDisk();
  if (wants("kill") || wants("torn")) {
    const whole = lossesOf(await evanesce(...RUN, "--json"));
    if (wants("kill")) await killed(whole);
    if (wants("torn")) await torn(whole);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(failures.length === 0 ? "nothing lost" : `${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
