/**
 * `npm run bench:updates [-- --build wide, part of a line …]`: whole updates of training, forward, backward, clipping of the norm and optimizer, by evanesce and
 * by PyTorch on one thread. Both start from the same parameters and batch; the parameters after the first updates are compared. Then the two
 * run in turns, and the line is the median of the ratios of neighbors, with their quartiles. Other work on the machine moves these; it moves the
 * shortest update of each less, whose ratio is `shortest`. `at most` is the same ratio of an update that did nothing but its products, at the
 * fastest rate that the build's lanes have in registers: the products of PyTorch's BLAS may use wider ones. `--build relaxed` and
 * `--build wide` (Node 24) run that build and its limit in registers. evanesce measures the effect of each update on each parameter;
 * with `--bare` it does not, as PyTorch does not.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { createNetwork } from "../../src/network/create.ts";
import { createTrainer } from "../../src/training/index.ts";
import { createEngine, hasRelaxedSimd } from "../../src/wasm/builds.ts";
import type { Build } from "../../src/wasm/engine.ts";
import { type Case, feedforwardCase, recurrentCase } from "../cases.ts";
import { fusedRate, higher, measureLimits, wideRate } from "../limit.ts";
import { relativeError } from "../measure.ts";
import { pythonWith } from "../python.ts";
import { feedforwardFlop, recurrentFlop, STEPS as STEPS_OF_FLOP } from "../shapes.ts";
import { formatColumns } from "../table.ts";

/** Updates that are compared before anything is timed. */
const CHECKED = 3;
/** Turns of each, and the least milliseconds of a turn. */
const ROUNDS = 9;
const LEAST_MS = 80;
const STEPS = 100;
const RATES = { adam: 1e-3, sgd: 1e-2 } as const;

const { values, positionals: asked } = parseArgs({
  allowPositionals: true,
  options: { build: { type: "string", default: "simd" }, bare: { type: "boolean", default: false } },
});
const build = values.build as Build;
if (build === "relaxed" && !hasRelaxedSimd()) setFlagsFromString("--experimental-wasm-relaxed-simd"); // Node 20
const before = await measureLimits(); // in 128 bits: the engine of the wide build switches V8 over
const engine = await createEngine({ build });

interface Shape {
  readonly name: string;
  readonly make: () => Case;
  readonly data: Readonly<Record<string, string | number>>;
  /** Of the products of an update. */
  readonly flop: number;
}

const recurrent = (cell: "tanh" | "lstm" | "gru", B: number, X: number, H: number): Shape => ({
  name: `${cell}, B ${B} · X ${X} · H ${H} · T ${STEPS}`,
  make: () => recurrentCase(createNetwork, { cell, B, X, H }, STEPS, engine),
  data: { kind: "recurrent", cell, B, X, H, T: STEPS, Y: 1 },
  flop: (recurrentFlop({ cell, B, X, H }) * STEPS) / STEPS_OF_FLOP,
});
const deep = (B: number, width: number, depth: number): Shape => ({
  name: `tanh MLP, B ${B} · width ${width} · depth ${depth}`,
  make: () => feedforwardCase(createNetwork, { B, width, depth }, engine),
  data: { kind: "feedforward", B, H: width, depth, Y: 10 },
  flop: feedforwardFlop({ B, width, depth }),
});
const SHAPES: readonly Shape[] = [
  recurrent("tanh", 32, 8, 32),
  recurrent("tanh", 32, 16, 64),
  recurrent("tanh", 32, 16, 128),
  recurrent("lstm", 32, 8, 32),
  recurrent("lstm", 32, 16, 64),
  recurrent("lstm", 32, 16, 128),
  recurrent("gru", 32, 8, 32),
  recurrent("gru", 32, 16, 64),
  recurrent("gru", 32, 16, 128),
  deep(64, 32, 10),
  deep(64, 64, 10),
  deep(64, 128, 10),
];

const folder = fileURLToPath(new URL("../../build/updates/", import.meta.url));
mkdirSync(folder, { recursive: true });
const python = pythonWith("torch");
if (python === undefined)
  throw new Error("bench:updates: no python3 with PyTorch was found; install it, e.g. python3-torch");

/** Milliseconds of some updates together, and of the shortest of them. */
interface Turn {
  readonly total: number;
  readonly least: number;
}

/** PyTorch with one case loaded: `ask` sends a line and waits for the answer. */
class Peer {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(program: string) {
    const { OPENBLAS_CORETYPE: _, ...env } = process.env; // its kernels are chosen by this processor
    const script = fileURLToPath(new URL("pytorch.py", import.meta.url));
    this.#child = spawn(program, [script, folder], {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" },
    });
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("bench:updates: PyTorch ended; its message stands above");
    return value;
  }

  async ask(updates: number): Promise<Turn> {
    this.#child.stdin?.write(`${updates}\n`);
    const [total, least] = (await this.line()).split(" ").map(Number);
    return { total, least };
  }

  end(): void {
    this.#child.stdin?.end();
  }
}

const write = (name: string, { buffer, byteOffset, byteLength }: Float32Array | Int32Array) =>
  writeFileSync(`${folder}${name}.bin`, new Uint8Array(buffer, byteOffset, byteLength));

/** Milliseconds of an update of both, in turns. */
async function race({ make, data }: Shape, optimizer: keyof typeof RATES, program: string) {
  const { network, batch } = make();
  for (const name of network.parameters.names) write(name, network.parameters.get(name));
  write("inputs", batch.inputs);
  write("targets", batch.targets as Float32Array | Int32Array);
  writeFileSync(`${folder}case.json`, JSON.stringify({ ...data, optimizer, rate: RATES[optimizer], checked: CHECKED }));
  const peer = new Peer(program);
  const { version, slowBlas } = JSON.parse(await peer.line()) as { version: string; slowBlas: boolean };
  if (slowBlas) {
    console.error(
      "PyTorch multiplies with the reference BLAS, an eighth of the usual speed; install OpenBLAS (libopenblas0)",
    );
  }
  const trainer = createTrainer(network, {
    optimizer: { name: optimizer, learningRate: RATES[optimizer] },
    clip: { norm: 1 },
    measure: !values.bare,
  });
  for (let i = 0; i < CHECKED; i++) trainer.step(batch);
  const apart = Math.max(
    ...network.parameters.names.map((name) => {
      const bytes = readFileSync(`${folder}${name}.after`);
      return relativeError(new Float32Array(new Uint8Array(bytes).buffer), network.parameters.get(name));
    }),
  );
  if (!(apart < 1e-3)) throw new Error(`PyTorch's parameters are others after ${CHECKED} updates: ${apart}`);
  const own = (updates: number): Turn => {
    let least = Number.POSITIVE_INFINITY;
    const start = performance.now();
    let now = start;
    for (let i = 0; i < updates; i++) {
      const before = now;
      trainer.step(batch);
      now = performance.now();
      least = Math.min(least, now - before);
    }
    return { total: now - start, least };
  };
  const enough = async (run: (updates: number) => Turn | Promise<Turn>) => {
    let updates = 1;
    while ((await run(updates)).total < LEAST_MS) updates *= 2;
    return updates;
  };
  const [ours, theirs] = [await enough(own), await enough((n) => peer.ask(n))];
  const turns = [];
  const least: [own: number, peer: number] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < ROUNDS; i++) {
    const [a, b] = [own(ours), await peer.ask(theirs)];
    turns.push([a.total / ours, b.total / theirs] as const);
    least[0] = Math.min(least[0], a.least);
    least[1] = Math.min(least[1], b.least);
  }
  peer.end();
  trainer.dispose();
  network.dispose();
  return { turns, least, apart, version };
}

/** The value below which a share `q` of `values` lies. */
const quantile = (values: readonly number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.round(q * (values.length - 1))];

const rows = [];
for (const shape of SHAPES) {
  for (const optimizer of ["adam", "sgd"] as const) {
    const line = `${shape.name}, ${optimizer}`;
    if (asked.length > 0 && !asked.some((part) => line.includes(part))) continue;
    const { turns, least, apart, version } = await race(shape, optimizer, python);
    const ratios = turns.map(([own, peer]) => peer / own);
    const median = (of: 0 | 1) =>
      quantile(
        turns.map((turn) => turn[of]),
        0.5,
      );
    rows.push({
      shape: shape.name,
      optimizer,
      version,
      own: median(0),
      peer: median(1),
      ratio: quantile(ratios, 0.5),
      least,
      shortest: least[1] / least[0],
      flop: shape.flop,
      interval: [quantile(ratios, 0.25), quantile(ratios, 0.75)] as const,
      apart,
    });
    console.error(`${line}: ${rows.at(-1)?.ratio.toFixed(1)} ×`);
  }
}
/** GFLOP/s of the build's fastest loop in registers, and of the clock, neither of which a product exceeds. */
async function limitsOfBuild() {
  const lanes = build === "wide" ? 8 : 4;
  if (build === "simd") {
    const { rate, clock } = higher(before, await measureLimits());
    return { rate, clockRate: 4 * lanes * clock };
  }
  const { rate } = await (build === "wide" ? wideRate() : fusedRate());
  return { rate, clockRate: 4 * lanes * before.clock };
}
const { rate, clockRate } = await limitsOfBuild();
const atMost = (limit: number, peer: number, flop: number) => `${((peer * limit * 1e6) / flop).toFixed(1)} ×`;
console.log(`build ${engine.build}, Node ${process.versions.node}: ${rate.toFixed(1)} GFLOP/s multiplying and adding in registers, \
${clockRate.toFixed(1)} by the clock\n`);
// what is lost, or nearly, stands first
rows.sort((a, b) => a.shortest - b.shortest);
console.log(
  formatColumns(
    [
      "shape",
      "optimizer",
      "evanesce ms",
      `PyTorch ${rows[0]?.version ?? ""} ms`,
      "ratio",
      "quartiles",
      "shortest ms",
      "shortest",
      "at most",
      "by the clock",
      "apart",
    ],
    rows.map(({ shape, optimizer, own, peer, ratio, interval, least, shortest, flop, apart }) => [
      shape,
      optimizer,
      own.toPrecision(3),
      peer.toPrecision(3),
      `${ratio.toFixed(1)} ×`,
      interval.map((end) => end.toFixed(1)).join(" – "),
      least.map((ms) => ms.toPrecision(3)).join(", "),
      `${shortest.toFixed(1)} ×`,
      ...[rate, clockRate].map((limit) => atMost(limit, least[1], flop)),
      apart.toExponential(0),
    ]),
  ),
);
writeFileSync(
  fileURLToPath(new URL("../../build/updates.json", import.meta.url)),
  `${JSON.stringify({ build, rate, clockRate, rows }, null, 2)}\n`,
);
