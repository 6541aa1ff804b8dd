/**
 * `npm run bench:inference [-- shape …]`: one forward pass by evanesce's core and by onnxruntime-web, in turns, `--turns 3` of `--seconds 1` each. Both take
 * the inputs from JavaScript and return the last layer's, or the last step's, values, which are compared first. On one thread. evanesce stores every
 * step's state and φ' for a backward pass, which inference does not need.
 *
 * `--markdown` prints versions and table as a page has them.
 *
 * A row has the medians over turns and, in brackets, the least and the most; shapes where the peer is faster come first.
 * onnxruntime-web comes from bench/peers (`npm install` there).
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { finish } from "../../src/base/time-slicing.ts";
import { createNetwork, type Network } from "../../src/network/create.ts";
import { depthShape } from "../../src/network/depth-shape.ts";
import { timeShape } from "../../src/network/time-shape.ts";
import { outlineOf } from "../../src/tasks/outline.ts";
import { DEFAULT_MEMORY_LIMIT, sharedEngine } from "../../src/wasm/engine.ts";
import { buildTape } from "../../src/wasm/feedforward/build.ts";
import { DepthPass } from "../../src/wasm/feedforward/pass.ts";
import { RecurrentPass } from "../../src/wasm/recurrent/pass.ts";
import { BARE, type Case, feedforwardCase, recurrentCase } from "../cases.ts";
import { relativeError, shortest } from "../measure.ts";
import { FEEDFORWARD, feedforwardName, RECURRENT, recurrentName, STEPS } from "../shapes.ts";
import { formatColumns, formatMarkdown } from "../table.ts";
import { onnxModel, type OnnxOperation, type Weight } from "./onnx-model.ts";

const build = fileURLToPath(new URL("../../build/inference/", import.meta.url));
const program = fileURLToPath(new URL("onnxruntime.js", import.meta.url));
mkdirSync(build, { recursive: true });

const { values, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: "string", default: "3" },
    seconds: { type: "string", default: "1" },
    markdown: { type: "boolean", default: false },
  },
});
const probe = spawnSync(process.execPath, [program, "probe"], { encoding: "utf8" });
const present = probe.status === 0;
const versions = `evanesce on Node ${process.versions.node}; onnxruntime-web: ${present ? probe.stdout.trim() : "absent"}`;
if (values.markdown) console.log(`${versions}\n`);
else console.error(versions);

interface Work {
  /** Takes the inputs in, runs forward and returns the output. */
  readonly forward: () => Float32Array;
  readonly inputs: Float32Array;
  readonly input: readonly number[];
  readonly model: Uint8Array;
  readonly dispose: () => void;
}

const parametersOf = ({ parameters }: Network) => new Map(parameters.names.map((name) => [name, parameters.get(name)]));
const engine = sharedEngine();

function disposeOf(...used: readonly { dispose(): void }[]): void {
  for (const each of used) each.dispose();
}

function recurrentWork({ network, batch }: Case, X: number, H: number): Work {
  const { spec, sizes } = network;
  if (spec.kind !== "recurrent") throw new Error("a recurrent case");
  const shape = { ...timeShape(spec, sizes, outlineOf(batch), BARE), withState: true };
  const pass = finish(RecurrentPass.inParts(engine, shape, DEFAULT_MEMORY_LIMIT));
  const own = parametersOf(network);
  pass.load(own);
  const { chunks, P, B } = pass.geometry;
  const ahead = engine.core.recurrentForwardUnit(pass.address, chunks); // units of a panel before its backward pass
  const state = { h: new Float32Array(B * H) };
  const forward = () => {
    pass.feed({ ...batch, state });
    for (let p = 0; p < P; p++) pass.run((p * pass.units) / P, (p * pass.units) / P + ahead);
    return pass.finalState.h;
  };
  const of = (leaf: string) => own.get(`rnn.${leaf}_l0`) as Float32Array;
  const biases = new Float32Array([...of("bias_ih"), ...of("bias_hh")]);
  const weights: Weight[] = [
    { name: "W", dims: [1, H, X], values: of("weight_ih") },
    { name: "R", dims: [1, H, H], values: of("weight_hh") },
    { name: "B", dims: [1, 2 * H], values: biases },
  ];
  const rnn = { op: "RNN", inputs: ["x", "W", "R", "B"], outputs: ["", "y"], ints: { hidden_size: H } };
  const input = [STEPS, B, X];
  return {
    forward,
    inputs: batch.inputs,
    input,
    model: onnxModel([rnn], weights, ["x", input], ["y", [1, B, H]]),
    dispose: () => disposeOf(pass, network),
  };
}

function feedforwardWork({ network, batch }: Case, width: number, depth: number): Work {
  const { spec, sizes } = network;
  if (spec.kind !== "feedforward") throw new Error("a feed-forward case");
  const tape = buildTape(spec, sizes.inputs, sizes.outputs, null, false);
  const shape = depthShape(spec, sizes, outlineOf(batch), BARE);
  const pass = finish(DepthPass.inParts(engine, shape, tape, DEFAULT_MEMORY_LIMIT));
  const own = parametersOf(network);
  pass.load(own);
  const forward = () => {
    pass.feed(batch);
    pass.run(0, tape.operations.length);
    return pass.outputs();
  };
  const weights: Weight[] = [];
  const operations: OnnxOperation[] = [];
  const dense = (layer: string, from: string, to: string, H: number) => {
    weights.push({ name: `${layer}.weight`, dims: [H, width], values: own.get(`${layer}.weight`) as Float32Array });
    weights.push({ name: `${layer}.bias`, dims: [H], values: own.get(`${layer}.bias`) as Float32Array });
    operations.push({
      op: "Gemm",
      inputs: [from, `${layer}.weight`, `${layer}.bias`],
      outputs: [to],
      ints: { transB: 1 },
    });
  };
  for (let l = 0; l < depth; l++) {
    dense(`layers.${l}`, l === 0 ? "x" : `h${l - 1}`, `a${l}`, width);
    operations.push({ op: "Tanh", inputs: [`a${l}`], outputs: [`h${l}`] });
  }
  dense("readout", `h${depth - 1}`, "y", sizes.outputs as number);
  const input = [batch.batch, width];
  const model = onnxModel(operations, weights, ["x", input], ["y", [batch.batch, sizes.outputs as number]]);
  return { forward, inputs: batch.inputs, input, model, dispose: () => disposeOf(pass, network) };
}

const WORK: readonly { readonly name: string; readonly make: () => Work }[] = [
  ...RECURRENT.filter(({ cell }) => cell === "tanh").map((shape) => ({
    name: `tanh, ${recurrentName(shape)}`,
    make: () => recurrentWork(recurrentCase(createNetwork, shape), shape.X, shape.H),
  })),
  ...FEEDFORWARD.map((shape) => ({
    name: `mlp tanh, ${feedforwardName(shape)}`,
    make: () => feedforwardWork(feedforwardCase(createNetwork, shape), shape.width, shape.depth),
  })),
];

/** One turn of the peer: its shortest time, and what it computed. */
function peerTurn(): { readonly ms: number; readonly output: Float32Array } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, build, "1", values.seconds], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  const bytes = readFileSync(`${build}output.f32`);
  const { ms } = JSON.parse(stdout.trim().split("\n").at(-1) as string) as { readonly ms: number };
  return { ms, output: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)) };
}

const median = (ms: readonly number[]) => [...ms].sort((a, b) => a - b)[ms.length >> 1];
const interval = (ms: readonly number[]) =>
  `${median(ms).toPrecision(3)} (${Math.min(...ms).toPrecision(3)} to ${Math.max(...ms).toPrecision(3)})`;

const rows: { readonly name: string; readonly own: number[]; readonly peer: number[]; apart: number }[] = [];
for (const { name, make } of WORK) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const { forward, inputs, input, model, dispose } = make();
  writeFileSync(`${build}model.onnx`, model);
  writeFileSync(`${build}inputs.f32`, new Uint8Array(inputs.buffer, inputs.byteOffset, inputs.byteLength));
  writeFileSync(`${build}case.json`, JSON.stringify({ input }));
  const row = { name, own: [] as number[], peer: [] as number[], apart: 0 };
  for (let turn = 0; turn < Number(values.turns); turn++) {
    row.own.push(await shortest(() => void forward(), { time: 1000 * Number(values.seconds) }));
    if (!present) continue;
    const { ms, output } = peerTurn();
    row.apart = relativeError(output, forward());
    if (!(row.apart < 1e-3)) throw new Error(`${name}: onnxruntime-web computed something else, ${row.apart} apart`);
    row.peer.push(ms);
  }
  dispose();
  rows.push(row);
  console.error(
    `${name}: ${median(row.own).toPrecision(3)} ms, ${present ? median(row.peer).toPrecision(3) : "no peer"}`,
  );
}
const ratioOf = ({ own, peer }: (typeof rows)[number]) => peer.map((ms, turn) => ms / own[turn]);
const lost = (row: (typeof rows)[number]) => Number(present && median(ratioOf(row)) < 1);
rows.sort((a, b) => lost(b) - lost(a));
const head = ["shape", "evanesce ms", "onnxruntime-web ms", "ratio", "apart"];
const body = rows.map((row) => [
  row.name,
  interval(row.own),
  present ? interval(row.peer) : "absent",
  present ? interval(ratioOf(row)) : "",
  present ? row.apart.toExponential(0) : "",
]);
console.log(values.markdown ? formatMarkdown(head, body) : formatColumns(head, body, 1));
