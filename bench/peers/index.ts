/**
 * `npm run bench:peers [-- shape …]`: the same pass by evanesce and by its peers, side by side in one run. A tanh RNN (LSTM, GRU) forward and backward with all
 * weight gradients, the squared error of one output at the last step, the norm of ∂L/∂h_t at every step where the peer can tell it. Same weights,
 * same inputs; ∂L/∂W_hh is compared before anything is timed. Ratios are the peer's time over evanesce's, on one thread and on all.
 *
 * Shapes are named by any part of their line, e.g. `lstm` or `H 128`; all take many minutes.
 *
 * TensorFlow.js and jax-js come from bench/peers (`npm install` there), PyTorch and NumPy from the first python3 that has them; an absent peer is
 * said to be absent. Table to standard output, the same as JSON to build/peers.json.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createNetwork } from "../../src/network/create.ts";
import { hostThreads } from "../../src/parallel/thread.ts";
import { BARE, recurrentCase } from "../cases.ts";
import { relativeError, shortest, shortestAsync } from "../measure.ts";
import { RECURRENT, recurrentName, STEPS } from "../shapes.ts";
import { formatColumns } from "../table.ts";

const build = fileURLToPath(new URL("../../build/peers/", import.meta.url));
mkdirSync(build, { recursive: true });

/** The output of a peer for one case: its shortest time, and a gradient for the comparison. */
interface Answer {
  readonly ms: number;
  /** Whether matrix products came from a reference BLAS, which has an eighth of the speed of the usual ones. */
  readonly slowBlas?: boolean;
}

const PYTHONS = ["/usr/bin/python3", "python3"];
const python = (module: string) =>
  PYTHONS.find((path) => spawnSync(path, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0);

/** OpenBLAS must choose its kernels by this processor, not by an environment variable for another one. */
function environment(threads: number): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...rest } = process.env;
  const count = String(threads);
  return { ...rest, OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count };
}

interface Peer {
  readonly name: string;
  readonly cells: readonly string[];
  /** The command, or undefined if the peer is absent. */
  readonly command: readonly string[] | undefined;
  readonly threads: readonly number[];
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const all = hostThreads();
const both = all > 1 ? [1, all] : [1];
const script = (module: string, way: string) => {
  const path = python(module);
  return path && [path, here("peers.py"), way];
};
/** A program of this folder, if its imports are installed. */
const installed = (file: string) => {
  const present = spawnSync(process.execPath, [here(file), "probe"], { stdio: "ignore" }).status === 0;
  return (backend: string) => (present ? [process.execPath, here(file), backend] : undefined);
};
const tensorflow = installed("tensorflow.js");
const jax = installed("jax.js");

const PEERS: readonly Peer[] = [
  { name: "PyTorch, loop with norms", cells: ["tanh"], command: script("torch", "loop"), threads: both },
  { name: "PyTorch, nn", cells: ["tanh", "lstm", "gru"], command: script("torch", "module"), threads: both },
  { name: "NumPy, by hand", cells: ["tanh"], command: script("numpy", "numpy"), threads: both },
  { name: "TensorFlow.js wasm", cells: ["tanh"], command: tensorflow("wasm"), threads: [1] },
  { name: "TensorFlow.js cpu", cells: ["tanh"], command: tensorflow("cpu"), threads: [1] },
  { name: "jax-js wasm", cells: ["tanh"], command: jax("wasm"), threads: [1] },
];
for (const { name, command } of PEERS) if (command === undefined) console.error(`${name}: absent`);

const rows = [];
const wanted = process.argv.slice(2);
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
  const own: Record<number, number> = { 1: await shortest(() => network.propagate(batch, BARE)) };
  if (all > 1) own[all] = await shortestAsync(() => network.propagateAsync(batch, { ...BARE, threads: all }));
  network.dispose();
  for (const { name, cells, command, threads } of PEERS) {
    if (command === undefined || !cells.includes(cell)) continue;
    for (const count of threads) {
      const [program, ...args] = command;
      const { stdout, stderr, status } = spawnSync(program, [...args, build, String(count)], {
        encoding: "utf8",
        env: environment(count),
      });
      if (status !== 0) {
        console.error(`${name}, ${cell} ${recurrentName(shape)}: ${stderr.trim().split("\n").at(-1)}`);
        continue;
      }
      const bytes = readFileSync(`${build}gradient.f32`);
      const error = relativeError(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), expected);
      if (!(error < 1e-3)) throw new Error(`${name} computed something else: relative error ${error} of ∂L/∂W_hh`);
      const { ms, slowBlas } = JSON.parse(stdout) as Answer;
      if (slowBlas === true) {
        console.error(`${name}: left out, its BLAS is the reference one; install OpenBLAS (libopenblas0) to compare`);
        continue;
      }
      console.error(`${line}  ${name}, ${count} threads: ${(ms / own[count]).toFixed(1)} ×`);
      rows.push({
        cell,
        shape: recurrentName(shape),
        peer: name,
        threads: count,
        ms,
        own: own[count],
        ratio: ms / own[count],
        error,
      });
    }
  }
}
console.log(
  formatColumns(
    ["", "shape", "peer", "threads", "peer ms", "evanesce ms", "ratio", "apart"],
    rows.map(({ cell, shape, peer, threads, ms, own, ratio, error }) => [
      cell,
      shape,
      peer,
      String(threads),
      ms.toPrecision(3),
      own.toPrecision(3),
      `${ratio.toFixed(1)} ×`,
      error.toExponential(0),
    ]),
    3,
  ),
);
writeFileSync(
  fileURLToPath(new URL("../../build/peers.json", import.meta.url)),
  `${JSON.stringify({ rows }, null, 2)}\n`,
);
