/**
 * `npm run bench:peers [-- shape …]`: the same pass by evanesce and by its peers, side by side in one run. A tanh RNN (LSTM, GRU) forward and backward with all
 * weight gradients, the squared error of one output at the last step, the norm of ∂L/∂h_t at every step where the peer can tell it. Same weights,
 * same inputs; ∂L/∂W_hh is compared before anything is timed. Ratios are the peer's time over evanesce's, on one thread and on all.
 *
 * evanesce and its peers take turns, `--turns 5` of `--seconds 1` each, so that all meet the same machine. A turn's time is its shortest;
 * a row has the median of its turns and, in brackets, the least and the most. A peer that is slower on all threads than on one is left
 * out there: its threads fight. Shapes where a peer is faster are printed first.
 *
 * `--threads 1` leaves out the others. `--markdown` prints versions and table as a page has them.
 *
 * Shapes are named by any part of their line, e.g. `lstm` or `H 128`; all take many minutes.
 *
 * TensorFlow.js and jax-js come from bench/peers (`npm install` there), PyTorch and NumPy from the Python that the environment variable PYTHON
 * names, or from the first python3 that has them. An absent peer is said to be absent. The table goes to standard output, the same as JSON
 * to build/peers.json.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createNetwork } from "../../src/network/create.ts";
import { hostThreads } from "../../src/parallel/thread.ts";
import { BARE, recurrentCase } from "../cases.ts";
import { relativeError, shortest, shortestAsync } from "../measure.ts";
import { pythonWith } from "../python.ts";
import { RECURRENT, recurrentName, STEPS } from "../shapes.ts";
import { formatColumns, formatMarkdown } from "../table.ts";

const build = fileURLToPath(new URL("../../build/peers/", import.meta.url));
mkdirSync(build, { recursive: true });

/** The output of a peer for one case: its shortest time, and a gradient for the comparison. */
interface Answer {
  readonly ms: number;
  /** Whether matrix products came from a reference BLAS, which has an eighth of the speed of the usual ones. */
  readonly slowBlas?: boolean;
}

/** OpenBLAS must choose its kernels by this processor, not by an environment variable for another one. */
function environment(threads: number): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...rest } = process.env;
  const count = String(threads);
  return { ...rest, OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count };
}

interface Peer {
  readonly name: string;
  readonly version: string;
  readonly cells: readonly string[];
  /** The command, or undefined if the peer is absent. */
  readonly command: readonly string[] | undefined;
  readonly threads: readonly number[];
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: "string", default: "5" },
    seconds: { type: "string", default: "1" },
    threads: { type: "string" },
    markdown: { type: "boolean", default: false },
  },
});
const turns = Number(values.turns);
const seconds = Number(values.seconds);
const all = hostThreads();
const both = values.threads !== undefined ? [Number(values.threads)] : all > 1 ? [1, all] : [1];
const script = (module: string, way: string, needs = module) => {
  const path = pythonWith(module);
  const has =
    path !== undefined && spawnSync(path, ["-c", `import ${module}; ${needs}`], { stdio: "ignore" }).status === 0;
  return has ? [path, here("peers.py"), way] : undefined;
};
/** A program of this folder, if its imports are installed. */
const installed = (file: string) => {
  const present = spawnSync(process.execPath, [here(file), "probe"], { stdio: "ignore" }).status === 0;
  return (backend: string) => (present ? [process.execPath, here(file), backend] : undefined);
};
/** The version of a Python module, with the interpreter's. */
function pythonVersion(module: string): string {
  const path = pythonWith(module);
  if (path === undefined) return "";
  const code = `import platform, ${module}; print(${module}.__version__, "on Python", platform.python_version())`;
  return spawnSync(path, ["-c", code], { encoding: "utf8" }).stdout.trim();
}
/** The version of a package that is installed in this folder. */
function packageVersion(name: string): string {
  const file = here(`node_modules/${name}/package.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version : "";
}
const [torch, numpy] = [pythonVersion("torch"), pythonVersion("numpy")];
const tensorflow = installed("tensorflow.js");
const jax = installed("jax.js");

const PEERS: readonly Peer[] = [
  {
    name: "PyTorch, loop with norms",
    version: torch,
    cells: ["tanh"],
    command: script("torch", "loop"),
    threads: both,
  },
  {
    name: "PyTorch, nn",
    version: torch,
    cells: ["tanh", "lstm", "gru"],
    command: script("torch", "module"),
    threads: both,
  },
  {
    name: "PyTorch, compiled",
    version: torch,
    cells: ["tanh", "lstm", "gru"],
    command: script("torch", "compile", "torch.compile"),
    threads: both,
  },
  { name: "NumPy, by hand", version: numpy, cells: ["tanh"], command: script("numpy", "numpy"), threads: both },
  ...(["wasm", "cpu"] as const).map((backend) => ({
    name: `TensorFlow.js ${backend}`,
    version: packageVersion("@tensorflow/tfjs-core") || packageVersion("@tensorflow/tfjs"),
    cells: ["tanh"],
    command: tensorflow(backend),
    threads: [1],
  })),
  { name: "jax-js wasm", version: packageVersion("@jax-js/jax"), cells: ["tanh"], command: jax("wasm"), threads: [1] },
];
const say = values.markdown ? console.log : console.error; // the page states the versions too
say(`evanesce on Node ${process.versions.node}`);
for (const { name, version, command } of PEERS) say(`${name}: ${command === undefined ? "absent" : version}`);
if (values.markdown) console.log();

/** The shortest time of each turn, of evanesce on so many threads or of a peer. */
interface Times {
  readonly name: string;
  readonly version: string;
  readonly threads: number;
  readonly turn: () => Promise<number | undefined>;
  readonly ms: number[];
  error: number;
}

const median = (ms: readonly number[]) => [...ms].sort((a, b) => a - b)[ms.length >> 1];
const interval = (ms: readonly number[]) =>
  `${median(ms).toPrecision(3)} (${Math.min(...ms).toPrecision(3)} to ${Math.max(...ms).toPrecision(3)})`;

/** One turn of a peer; undefined where it fails, which is said once. */
async function peerTurn(
  peer: Peer,
  times: Times,
  line: string,
  expected: ArrayLike<number>,
): Promise<number | undefined> {
  const [program, ...args] = peer.command as readonly string[];
  const { stdout, stderr, status } = spawnSync(program, [...args, build, String(times.threads), String(seconds)], {
    encoding: "utf8",
    env: environment(times.threads),
  });
  if (status !== 0) {
    console.error(`${peer.name}, ${line}: ${stderr.trim().split("\n").at(-1)}`);
    return undefined;
  }
  const bytes = readFileSync(`${build}gradient.f32`);
  times.error = relativeError(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), expected);
  if (!(times.error < 1e-3))
    throw new Error(`${peer.name} computed something else: relative error ${times.error} of ∂L/∂W_hh`);
  const { ms, slowBlas } = JSON.parse(stdout) as Answer;
  if (slowBlas !== true) return ms;
  console.error(`${peer.name}: left out, its BLAS is the reference one; install OpenBLAS (libopenblas0) to compare`);
  return undefined;
}

const rows = [];
for (const shape of RECURRENT) {
  const line = `${shape.cell}  ${recurrentName(shape)}`;
  if (wanted.length > 0 && !wanted.some((part) => line.includes(part))) continue;
  const { network, batch } = recurrentCase(createNetwork, shape);
  network.propagate(batch, BARE);
  const expected = network.gradients.get("rnn.weight_hh_l0");
  const write = (name: string, values: Float32Array | Int32Array) =>
    writeFileSync(`${build}${name}.f32`, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  for (const name of network.parameters.names) write(name, network.parameters.get(name));
  write("inputs", batch.inputs);
  write("targets", batch.targets as Float32Array);
  const { cell, B, X, H } = shape;
  writeFileSync(`${build}case.json`, JSON.stringify({ cell, B, X, H, T: STEPS }));
  const time = 1000 * seconds;
  const own = both.map(
    (threads): Times => ({
      name: "evanesce",
      version: "",
      threads,
      ms: [],
      error: 0,
      turn: () =>
        threads === 1
          ? shortest(() => network.propagate(batch, BARE), { time })
          : shortestAsync(() => network.propagateAsync(batch, { ...BARE, threads }), { time }),
    }),
  );
  const peers = PEERS.filter(({ command, cells }) => command !== undefined && cells.includes(cell)).flatMap((peer) =>
    peer.threads.map((threads) => {
      const { name, version } = peer;
      const times: Times = {
        name,
        version,
        threads,
        ms: [],
        error: 0,
        turn: () => peerTurn(peer, times, line, expected),
      };
      return times;
    }),
  );
  const absent = new Set<Times>();
  for (let turn = 0; turn < turns; turn++) {
    for (const times of [...own, ...peers]) {
      const ms = absent.has(times) ? undefined : await times.turn();
      if (ms === undefined) absent.add(times);
      else times.ms.push(ms);
    }
  }
  network.dispose();
  for (const { name, version, threads, ms, error } of peers) {
    if (ms.length < turns) continue;
    const alone = peers.find((other) => other.name === name && other.threads === 1);
    if (threads > 1 && alone !== undefined && median(ms) > median(alone.ms)) {
      console.error(
        `${name}, ${line}: left out on ${threads} threads, ${interval(ms)} ms; on one ${interval(alone.ms)}`,
      );
      continue;
    }
    const mine = own.find((times) => times.threads === threads)?.ms as number[];
    // turn by turn: both met the same machine
    const ratio = ms.map((one, turn) => one / mine[turn]);
    rows.push({ cell, shape: recurrentName(shape), peer: name, version, threads, ms, own: mine, ratio, error });
  }
}
const lost = (row: { readonly ratio: readonly number[] }) => Number(median(row.ratio) < 1);
rows.sort((a, b) => lost(b) - lost(a));
const head = ["", "shape", "peer", "threads", "peer ms", "evanesce ms", "ratio", "apart"];
const body = rows.map((row) => [
  row.cell,
  row.shape,
  `${lost(row) === 1 ? "FASTER: " : ""}${row.peer}`,
  String(row.threads),
  interval(row.ms),
  interval(row.own),
  interval(row.ratio),
  row.error.toExponential(0),
]);
console.log(values.markdown ? formatMarkdown(head, body) : formatColumns(head, body, 3));
writeFileSync(
  fileURLToPath(new URL("../../build/peers.json", import.meta.url)),
  `${JSON.stringify({ node: process.versions.node, rows }, null, 2)}\n`,
);
