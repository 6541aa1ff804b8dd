/**
 * One judge: a planted fault gets the same name from a flow, from the report of a training, from a monitor that watches
 * the same training, and from the record of that training.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { activationFacts } from "../../src/catalogue/index.ts";
import { diagnose } from "../../src/diagnosis/index.ts";
import { monitor } from "../../src/monitor/index.ts";
import { judgeRun } from "../../src/monitor/run/judge.ts";
import { createNetwork, type Network } from "../../src/network/create.ts";
import { traceToText } from "../../src/report/index.ts";
import { type Batch, prepareTask, type TaskInput } from "../../src/tasks/index.ts";
import { createTrainer, taskSource, train } from "../../src/training/index.ts";
import { recordText, runOf } from "../records/helpers.ts";
import { adding, change } from "./planted.ts";

const [WIDTH, BATCH, UPDATES] = [24, 32, 120];
const TEACHER = { name: "teacher", inputs: 8, hidden: 4 };

interface Fault {
  readonly planted: string;
  /** For a deep network. */
  readonly activation?: "sigmoid" | "tanh" | "relu";
  readonly depth?: number;
  /** For a recurrent network: its spec. */
  readonly recurrent?: object;
  readonly init?: object;
  readonly task?: TaskInput;
  readonly rate?: number;
  readonly edit?: (network: Network) => void;
  readonly alter?: (batch: Batch) => Batch;
  /** Words that all four use. */
  readonly words: readonly RegExp[];
  /** Words that the three use that see outputs of units; a record holds gradients and weights alone. */
  readonly ofUnits?: RegExp;
  readonly never?: RegExp;
}

const H = 16;
const TEXT = {
  name: "text",
  bytes: new TextEncoder().encode("the quick brown fox jumps over the lazy dog. ".repeat(200)),
  steps: 12,
} as TaskInput;
/** Sets the bias of one gate. */
const gate = (name: string, index: number, bias: number) => (network: Network) =>
  change(network, name, (old, i) => (Math.floor(i / H) === index ? bias : old));
const every = (name: string, value: number) => (network: Network) => change(network, name, () => value);
/** Half of the samples many times as large as the others. */
const loud =
  (factor: number) =>
  (batch: Batch): Batch => ({
    ...batch,
    inputs: batch.inputs.map((value, i) =>
      Math.floor(i / batch.inputSize) % batch.batch < batch.batch / 2 ? value * factor : value,
    ),
  });
/** A tensor is named, and what to do about it; the record names it too. */
const ofTensor = (tensor: string) => ({ rate: 1e-4, words: [new RegExp(tensor.replaceAll(".", "\\."))] });
const DRAWN = /Draw embedding\.weight again/;

const tanh = { activation: "tanh", depth: 4 } as const;
const FAULTS: readonly Fault[] = [
  {
    planted: "ten layers of sigmoid",
    ...{ activation: "sigmoid", depth: 10 },
    words: [/vanishing/, /The gradient vanishes: /],
    ofUnits: /small-derivatives/,
  },
  {
    planted: "weights three times too large",
    ...{ activation: "relu", depth: 12, init: { weight: "he_normal", gain: 3 }, rate: 1e-12 },
    words: [/exploding/, /The gradient explodes: /],
    never: /The gradient vanishes/,
  },
  {
    planted: "a layer of rectifiers that are off",
    ...{ activation: "relu", depth: 6, edit: (network) => change(network, "layers.3.bias", () => -1000) },
    words: [/dead/, /The gradient is dead: /],
    ofUnits: /dead-units/,
  },
  {
    planted: "tanh saturated by biases",
    ...{ activation: "tanh", depth: 10, init: { weight: "xavier_normal", biasStd: 8 }, rate: 1e-4 },
    words: [/vanishing/, /The gradient vanishes: /],
    ofUnits: /saturation/,
  },
  {
    planted: "a weight that is NaN",
    ...{ ...tanh, edit: (network) => change(network, "layers.2.weight", (old, i) => (i === 0 ? Number.NaN : old)) },
    words: [/nonfinite/, /layers\.2\.weight/, /First find where that value came from/],
    never: /Divide the learning rate|Standardize/,
  },
  {
    planted: "a learning rate of 1e-8",
    ...{ ...tanh, rate: 1e-8 },
    words: [/the learning rate is too small/i, /1e-4 to 1e-1/],
  },
  {
    planted: "a learning rate of 30",
    ...{ ...tanh, rate: 30, task: "gaussian" },
    words: [/the learning rate is too large/i],
    never: /Look for a division/,
  },
  {
    planted: "labels that are all equal",
    ...{ ...tanh, alter: (batch) => ({ ...batch, targets: new Float32Array(BATCH).fill(1), baseline: 0 }) },
    words: [/constant-labels/, /the labels carry no information/],
  },
  {
    planted: "a loss that stays at the trivial answer's",
    ...{ ...tanh, task: "gaussian" },
    words: [/plateau/, /healthy/],
    never: /vanish|explod|dead/,
  },
  {
    planted: "a readout three hundred times too large",
    ...{ activation: "relu", depth: 4, rate: 1e-9, edit: (n) => change(n, "readout.weight", (old) => 300 * old) },
    words: [/above-trivial/, /the learning rate is too small/i],
  },
  ...(["lstm", "gru"] as const).map(
    (cell): Fault => ({
      planted: `the ${cell}'s gate that writes, in the upper of two layers, shut`,
      recurrent: { cell, layers: 2, init: { chrono: 12 } },
      edit: cell === "lstm" ? gate("rnn.bias_ih_l1", 0, -12) : gate("rnn.bias_ih_l1", 1, 12),
      ...ofTensor("rnn.bias_ih_l1"),
    }),
  ),
  {
    planted: "a GRU's gate that carries the past shut",
    ...{ recurrent: { cell: "gru" }, task: adding(40), edit: gate("rnn.bias_ih_l0", 1, -12) },
    ...ofTensor("rnn.bias_ih_l0"),
  },
  {
    planted: "c of the upper of two LSTM layers saturated",
    recurrent: { cell: "lstm", layers: 2, init: { forgetBias: 6 } },
    task: adding(40),
    edit: (network) => {
      for (const index of [0, 2]) gate("rnn.bias_ih_l1", index, 10)(network);
    },
    ...ofTensor("rnn.bias_ih_l1"),
  },
  ...(["stem", "head"] as const).map(
    (part): Fault => ({
      planted: `a dead ${part}`,
      recurrent: { cell: "lstm", [part]: { width: 16, activation: "relu" } },
      edit: every(`${part}.0.bias`, -1000),
      ...ofTensor(`${part}.0.bias`),
      words: [new RegExp(`${part}\\.0\\.bias`), new RegExp(`[Ss]et ${part}\\.0\\.bias to 0`)],
    }),
  ),
  ...[0, 1e4].map(
    (factor): Fault => ({
      planted: `an embedding × ${factor}`,
      ...{ recurrent: { cell: "lstm", embedding: { size: 8 } }, task: TEXT, rate: 1e-4 },
      edit: (network) => change(network, "embedding.weight", (old) => old * factor),
      words: [/embedding\.weight is (exactly zero|too (small|large))/, new RegExp(DRAWN.source, "i")],
    }),
  ),
  ...(["tanh", "relu"] as const).map(
    (cell): Fault => ({
      planted: `the bias of a recurrent ${cell}`,
      recurrent: { cell },
      edit: every("rnn.bias_ih_l0", cell === "tanh" ? 40 : -1000),
      ...ofTensor("rnn.bias_ih_l0"),
    }),
  ),
  ...(["tanh", "sigmoid", "relu"] as const).map(
    (activation): Fault => ({
      planted: `half of the samples × 10,000 into ${activation}`,
      ...{ activation, depth: 3, alter: loud(1e4), rate: activation === "relu" ? 1e-12 : 1e-4 },
      ...(activation === "relu" ? { init: { weight: "he_normal" } } : {}),
      words: [],
      ofUnits: /5\d % of the samples|50 % of the samples|4\d % of the samples/,
    }),
  ),
];

interface Reading {
  readonly flow: string;
  readonly training: string;
  readonly monitor: string;
  readonly record: string;
}

const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
const told = (...parts: readonly (string | readonly string[] | undefined)[]) => parts.flat().join("\n");

/** The outputs of every hidden layer for a batch. */
function outputsOf(network: Network, { activation, depth }: Fault, { inputs, inputSize }: Batch) {
  if (activation === undefined || depth === undefined) return [];
  const { value } = activationFacts(activation);
  let rows = Array.from({ length: BATCH }, (_, b) => Array.from(inputs.slice(b * inputSize, (b + 1) * inputSize)));
  return Array.from({ length: depth }, (_, l) => {
    const [W, b] = [`layers.${l}.weight`, `layers.${l}.bias`].map((name) => network.parameters.get(name));
    rows = rows.map((row) =>
      Array.from(b, (bias, i) => value(row.reduce((sum, x, k) => sum + x * W[i * row.length + k], bias))),
    );
    return { name: `layers.${l}`, activation, values: rows };
  });
}

async function readings(fault: Fault): Promise<Reading> {
  const { activation, depth, recurrent, init = { weight: "xavier_normal" }, rate = 1e-3 } = fault;
  const { task = recurrent === undefined ? TEACHER : adding(12) } = fault;
  const kind = recurrent === undefined ? "feedforward" : "recurrent";
  const deep = { width: WIDTH, depth, activation, init };
  const spec = { kind, ...(recurrent === undefined ? deep : { hidden: H, ...recurrent }) } as never;
  const sampler = prepareTask(task, kind);
  const source = taskSource(sampler, { batch: BATCH, seed: 1, validation: 64, test: 0 });
  const batchOf = (update: number) => (fault.alter ?? ((batch) => batch))(source.next(update));
  const first = batchOf(1);
  const network = createNetwork(spec, { seed: 1, inputs: first.inputSize, outputs: first.outputSize ?? null });
  fault.edit?.(network);
  const names = network.parameters.names;
  const valuesOf = () => names.map((name) => network.parameters.get(name));
  const start = valuesOf();
  const judged = diagnose(network.propagate(first), { learningRate: rate });

  const optimizer = { name: "sgd", learningRate: rate } as const;
  const weights = Object.fromEntries(names.map((name, i) => [name, start[i]]));
  const data = { next: batchOf } as never;
  const trace = await train({ network: spec, data, batch: BATCH, seed: 1, steps: UPDATES, weights, optimizer }).result;
  const look = trace.diagnoses.at(-1);

  const watch = monitor({ baseline: first.baseline, learningRate: rate });
  const lines: object[] = [];
  const trainer = createTrainer(network, { optimizer });
  for (let update = 1; update <= UPDATES; update++) {
    const batch = batchOf(update);
    const before = valuesOf();
    const activations = outputsOf(network, fault, batch);
    const { loss, outcome } = trainer.step(batch);
    const gradients = names.map((name) => network.gradients.get(name));
    watch.record(
      names.map((name, i) => ({ name, gradient: gradients[i], weight: before[i] })),
      { loss, activations },
    );
    const moved = valuesOf().map((after, i) => norm(after.map((value, k) => value - before[i][k])));
    const written = (value: number) => (Number.isFinite(value) ? value : String(value));
    const columns = { norm: gradients.map(norm), weightNorm: valuesOf().map(norm), updateNorm: moved };
    const texts = Object.entries(columns).map(([key, column]) => [key, column.map(written)]);
    lines.push({ loss: written(loss), rate, ...Object.fromEntries(texts) });
    if (outcome === "nonfinite") break;
  }
  trainer.dispose();
  network.dispose();
  const seen = watch.diagnose();
  const shaped = names.map((name, i) => ({ name, shape: [start[i].length] }));
  const kept = judgeRun(await runOf(recordText(shaped, lines, { baseline: first.baseline })));
  const ofCauses = (causes: readonly { factor: string; sentence: string }[]) =>
    causes.map(({ factor, sentence }) => `${factor}: ${sentence}`);
  return {
    flow: told(
      [judged.verdict, judged.state, ...judged.parts.map(({ state }) => state), judged.summary],
      ofCauses(judged.causes),
      judged.advice.map(({ sentence }) => sentence),
    ),
    training: told(
      [look?.verdict ?? "", look?.state ?? "", look?.obstacle?.state ?? "", look?.summary ?? ""],
      ofCauses(look?.causes ?? []),
      [trace.phase.name, trace.summary, trace.phase.next ?? "", traceToText(trace)],
    ),
    monitor: told([seen.verdict, seen.state, seen.summary, seen.advice], ofCauses(seen.causes)),
    record: told([kept.verdict, kept.state, kept.summary, kept.advice, kept.run.doing], ofCauses(kept.causes)),
  };
}

describe.each(FAULTS)("$planted", (fault) => {
  let all: Reading;
  beforeAll(async () => {
    all = await readings(fault);
  });

  it.each(["flow", "training", "monitor", "record"] as const)("is named in the same words by the %s", (reader) => {
    for (const word of fault.words) expect(all[reader]).toMatch(word);
    if (fault.ofUnits !== undefined && reader !== "record") expect(all[reader]).toMatch(fault.ofUnits);
    if (fault.never !== undefined) expect(all[reader]).not.toMatch(fault.never);
  });
});
