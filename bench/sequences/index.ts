/**
 * `npm run bench:sequences`: what lengths, an embedding and dropout cost, and a classifier of sequences of different
 * lengths (embedding V 5,000 × 64, LSTM of 128, head of 64, B 32, T ≤ 400) beside PyTorch's on one thread. All ratios
 * come from one run; each result is checked before it is timed.
 *
 * PyTorch's packed row is far behind its padded one for a reason of its own (profiled with torch 1.13): its backward
 * pass takes each step's rows out of the whole product [Σ lengths, 4H], and hands them back as a tensor of that whole
 * size, filled with zeros and added: T fills and T sums of Σ lengths · 4H numbers, quadratic in T. The padded row is the
 * one to judge by.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { random } from "../../src/base/random.ts";
import { createNetwork, GRADIENTS_ONLY, type Network } from "../../src/network/create.ts";
import type { MeasureOptions } from "../../src/network/types.ts";
import type { RecurrentInput } from "../../src/spec/index.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { relativeError, shortest } from "../measure.ts";
import { pythonWith } from "../python.ts";
import { formatColumns } from "../table.ts";

const [V, E, H, T] = [5000, 64, 128, 400];
const stream = random(1, "bench/sequences");

/** A batch of tokens, or of the vectors of the tokens. */
function batchOf(B: number, lengths: Int32Array | undefined, table?: Float32Array): Batch {
  const tokens = Int32Array.from({ length: T * B }, () => 1 + stream.below(V - 1));
  const inputs = new Float32Array(table === undefined ? 0 : T * B * E);
  if (table !== undefined) {
    for (const [i, token] of tokens.entries()) inputs.set(table.subarray(token * E, (token + 1) * E), i * E);
  }
  return {
    ...{ name: "bench", batch: B, steps: T, inputSize: V, inputs, tokens, outputSize: 2 },
    targets: Int32Array.from({ length: B }, () => stream.below(2)),
    ...(lengths === undefined ? {} : { lengths }),
    ...{ loss: "cross_entropy", lossAt: "last" },
  };
}

const withVectors = ({ tokens: _, ...batch }: Batch): Batch => ({ ...batch, inputSize: E });

const LSTM = { kind: "recurrent", cell: "lstm", hidden: H, outputs: 2 } as const;

const ROUNDS = 12;

/** Milliseconds of the shortest of two passes each, which take turns, so that both meet the same machine. */
async function sideBySide(one: () => void, other: () => void): Promise<[number, number]> {
  const best: [number, number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const time = (i: 0 | 1) => {
    const start = performance.now();
    [one, other][i]();
    best[i] = Math.min(best[i], performance.now() - start);
  };
  for (let i = 0; i < 3; i++) {
    one();
    other();
  }
  await new Promise((resolve) => setTimeout(resolve, 50)); // leaves the processor to V8's compiler
  for (let round = 0; round < ROUNDS; round++) {
    time(round % 2 === 0 ? 0 : 1);
    time(round % 2 === 0 ? 1 : 0);
  }
  return best;
}

const rows: string[][] = [];
const add = (what: string, ms: number, base: number, ratio: number, aim: string) => {
  rows.push([what, ms.toPrecision(3), base.toPrecision(3), ratio.toFixed(3), aim]);
  console.error(rows[rows.length - 1].join("  "));
};

function make(spec: RecurrentInput, inputs: number): Network {
  return createNetwork(spec, { seed: 1, inputs });
}
const pass = (network: Network, batch: Batch, options: MeasureOptions = {}) => {
  const all = { ...GRADIENTS_ONLY, ...options };
  return () => void network.propagate(batch, all);
};

/** Lengths that are spread evenly from `least` to T, in random order. */
function lengthsOf(B: number, least: number): Int32Array {
  const lengths = Int32Array.from({ length: B }, (_, b) => Math.round(least + ((T - least) * b) / (B - 1)));
  for (let i = B - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    [lengths[i], lengths[j]] = [lengths[j], lengths[i]];
  }
  return lengths;
}

/** Steps that the panels of a batch have, of eight samples each: the longest samples stand together. */
function panelSteps(lengths: Int32Array): number {
  const sorted = lengths.slice().sort().reverse();
  let steps = 0;
  for (let b = 0; b < sorted.length; b += 8) steps += 8 * sorted[b];
  return steps;
}

async function lengths(): Promise<void> {
  for (const [B, least] of [
    [32, 40],
    [256, 40],
  ]) {
    const spec = { ...LSTM, inputs: E };
    const network = make(spec, E);
    const table = Float32Array.from({ length: V * E }, () => stream.normal());
    const given = lengthsOf(B, least);
    const full = withVectors(batchOf(B, undefined, table));
    const padded = { ...full, lengths: given };
    network.propagate(full, GRADIENTS_ONLY);
    const alike = network.gradients.get("rnn.weight_hh_l0");
    network.propagate({ ...full, lengths: new Int32Array(B).fill(T) }, GRADIENTS_ONLY);
    if (relativeError(network.gradients.get("rnn.weight_hh_l0"), alike) > 1e-6) throw new Error("lengths of T differ");
    const steps = given.reduce((sum, n) => sum + n, 0);
    const share = steps / (B * T);
    const [ms, whole] = await sideBySide(pass(network, padded), pass(network, full));
    const name = `lengths ${least} to ${T}, B ${B}: over its real steps; its panels of eight have ${(panelSteps(given) / steps).toFixed(2)} of them`;
    add(name, ms, whole * share, ms / (whole * share), "≤ 1.10");
    network.dispose();
  }
}

/** What a pass measures when it is asked for nothing in particular, contributions aside. */
const PROFILE = { ledger: true, probe: true, quantiles: true, statistics: true } as const satisfies MeasureOptions;

/**
 * A pass that measures the profile computes ∂L/∂x_t = W_ihᵀ ∂L/∂a_t of every step on vectors too, for the station of the
 * inputs. Gradients alone do not need it on vectors, but for a table: 2 · 4H · E flop a step and sample beside the LSTM's
 * own 2 · 4H (3H + 2E). This product alone is above 5 %, so the aim of gradients alone is set over both.
 */
async function embedding(): Promise<void> {
  const own = make({ ...LSTM, inputs: V, embedding: { size: E } }, V);
  const plain = make({ ...LSTM, inputs: E }, E);
  for (const name of plain.parameters.names) plain.parameters.set(name, own.parameters.get(name));
  const both = batchOf(32, undefined, own.parameters.get("embedding.weight"));
  const [batch, vectors] = [{ ...both, inputs: new Float32Array(0) }, withVectors(both)];
  own.propagate(batch, GRADIENTS_ONLY);
  plain.propagate(vectors, GRADIENTS_ONLY);
  for (const name of ["rnn.weight_hh_l0", "rnn.weight_ih_l0"]) {
    const error = relativeError(own.gradients.get(name), plain.gradients.get(name));
    if (!(error < 1e-5)) throw new Error(`the embedding computed something else: ${name} is ${error} apart`);
  }
  const [profile, without] = await sideBySide(pass(own, batch, PROFILE), pass(plain, vectors, PROFILE));
  const what = `embedding ${V} × ${E}, B 32`;
  add(`${what}: its profile over the LSTM's on the vectors`, profile, without, profile / without, "≤ 1.05");
  const [ms, base] = await sideBySide(pass(own, batch), pass(plain, vectors));
  const product = E / (3 * H + 2 * E);
  const name = `${what}: gradients over the LSTM's on the vectors`;
  add(name, ms, base, ms / base, `${(1 + product).toFixed(3)} by flop`);
  const withProduct = base * (1 + product);
  add(`${name} and the product of ∂L/∂x at its rate`, ms, withProduct, ms / withProduct, "≤ 1.05");
  own.dispose();
  plain.dispose();
}

async function dropout(): Promise<void> {
  const spec = { ...LSTM, inputs: E, layers: 2 };
  const plain = make(spec, E);
  const table = Float32Array.from({ length: V * E }, () => stream.normal());
  const batch = withVectors(batchOf(32, undefined, table));
  plain.propagate(batch, GRADIENTS_ONLY);
  const expected = plain.gradients.get("rnn.weight_hh_l1");
  for (const [name, more] of [
    ["dropout between layers", { dropout: 0.5 }],
    ["variational dropout", { variationalDropout: 0.5 }],
    ["recurrent dropout", { recurrentDropout: 0.5 }],
    ["zoneout", { zoneout: 0.1 }],
  ] as const) {
    const own = make({ ...spec, ...more }, E);
    for (const parameter of plain.parameters.names) own.parameters.set(parameter, plain.parameters.get(parameter));
    own.propagate(batch, { ...GRADIENTS_ONLY, masks: false });
    const error = relativeError(own.gradients.get("rnn.weight_hh_l1"), expected);
    if (name !== "zoneout" && !(error < 1e-5)) throw new Error(`${name}, switched off, is ${error} apart`);
    const [ms, base] = await sideBySide(pass(own, batch), pass(plain, batch));
    add(`${name}, two LSTM layers, B 32: over the pass without`, ms, base, ms / base, "≤ 1.05");
    own.dispose();
  }
  plain.dispose();
}

async function classifier(): Promise<void> {
  const program = pythonWith("torch");
  if (program === undefined) return console.error("PyTorch: absent");
  const folder = fileURLToPath(new URL("../../build/sequences/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const spec: RecurrentInput = {
    ...LSTM,
    inputs: V,
    embedding: { size: E },
    head: { width: [64], activation: "relu" },
  };
  const network = make(spec, V);
  const given = lengthsOf(32, 40);
  const batch = batchOf(32, given);
  network.propagate(batch, GRADIENTS_ONLY);
  const write = (name: string, values: Float32Array | Int32Array) =>
    writeFileSync(`${folder}${name}`, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  for (const name of network.parameters.names) write(`${name}.f32`, network.parameters.get(name));
  write("tokens.i32", batch.tokens as Int32Array);
  write("targets.i32", batch.targets as Int32Array);
  write("lengths.i32", given);
  writeFileSync(`${folder}case.json`, JSON.stringify({ V, E, H, T, B: 32, head: 64, classes: 2 }));
  for (const way of ["packed", "padded"]) {
    const own = await shortest(pass(network, batch), { time: 4000 });
    const script = fileURLToPath(new URL("./classifier.py", import.meta.url));
    const env = { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
    const { stdout, stderr, status } = spawnSync(program, [script, folder, way], { encoding: "utf8", env });
    if (status !== 0) throw new Error(stderr.trim().split("\n").at(-1));
    const again = Math.min(own, await shortest(pass(network, batch), { time: 4000 }));
    for (const name of ["rnn.weight_hh_l0", "embedding.weight", "head.0.weight"]) {
      const bytes = readFileSync(`${folder}${name}.gradient.f32`);
      const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
      network.propagate(batch, GRADIENTS_ONLY);
      const error = relativeError(network.gradients.get(name), theirs);
      if (!(error < 1e-3)) throw new Error(`PyTorch computed something else: ${name} is ${error} apart`);
    }
    const { ms, slowBlas } = JSON.parse(stdout) as { ms: number; slowBlas: boolean };
    if (slowBlas) {
      console.error("PyTorch: left out, its BLAS is the reference one; install OpenBLAS (libopenblas0) to compare");
      continue;
    }
    add(`classifier, PyTorch ${way}, one thread: its time over ours`, again, ms, ms / again, "≥ 1.5");
  }
  network.dispose();
}

const PARTS = { lengths, embedding, dropout, classifier };
const wanted = process.argv.slice(2);
for (const [name, run] of Object.entries(PARTS)) if (wanted.length === 0 || wanted.includes(name)) await run();
console.log(formatColumns(["", "ms", "compared with, ms", "ratio", "aim"], rows, 1));
