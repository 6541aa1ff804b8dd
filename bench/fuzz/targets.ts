import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { EvanesceError } from "../../src/base/errors.ts";
import { run } from "../../src/cli/run.ts";
import {
  gunzip,
  openTable,
  readIdx,
  readNpy,
  readSafetensors,
  writeNpy,
  writeSafetensors,
} from "../../src/formats/index.ts";
import { diagnose, monitor, predict, propagate } from "../../src/index.ts";
import { flowToJson } from "../../src/report/flow/json.ts";
import { jsonText } from "../../src/report/kit/json.ts";
import { readModel } from "../../src/models/index.ts";
import { readRecord } from "../../src/records/index.ts";
import { figuresOf, pageOf, readResult, reportToHtml, figureToSvg, figureToCsv } from "../../src/report/pages.ts";
import { resultText } from "../../src/report/registry.ts";
import { parseLine } from "../../src/sweeps/node/journal.ts";
import { fromAddress, FIRST_STATE, toAddress } from "../../site/play/src/model/address.ts";
import { ARRAY_FILES, type ArrayFile, argsFor, damagedArrayFile } from "./array-files.ts";
import { CORPUS } from "./corpus.ts";
import { damaged, mutated, nasty } from "./hostile.ts";
import { JOURNAL_LINE, requireDrawable } from "./journal-lines.ts";

/** Something that takes what may come from anyone. */
export interface Target {
  readonly name: string;
  /** Inputs that once failed; every run tries them first. */
  readonly corpus: readonly unknown[];
  readonly inputs: fc.Arbitrary<unknown>;
  /** @throws where the input got what no input may get */
  readonly check: (input: never) => Promise<void> | void;
}

/** Runs `action`, which may refuse its input in words. @throws whatever else it throws */
async function answers<Result>(action: () => Result | Promise<Result>): Promise<Result | undefined> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof EvanesceError) return undefined;
    throw error;
  }
}

const file = (path: string) =>
  new Uint8Array(readFileSync(fileURLToPath(new URL(`../../test/${path}`, import.meta.url))));

const SPECS = [
  { kind: "recurrent", cell: "lstm", hidden: 4, layers: 2, inputs: 2, outputs: 1, init: { recurrent: "orthogonal" } },
  { kind: "recurrent", cell: "gru", hidden: 3, stem: { widths: [3] }, head: { widths: [2] }, pooling: "mean" },
  { kind: "recurrent", cell: "tanh", hidden: 3, dropout: 0.2, recurrentDropout: 0.1, zoneout: 0.1, timeSkip: 2 },
  { kind: "recurrent", cell: "tanh", hidden: 3, inputs: 5, embedding: { size: 3, padding: 0 }, bidirectional: true },
  { kind: "feedforward", depth: 3, width: [4, 3, 2], activation: "gelu", norm: "layer", residual: "identity" },
  { kind: "feedforward", depth: 4, width: 4, init: { weight: "he_normal", biasStd: 0.1 }, dropout: 0.5 },
];
const TASKS = [
  { name: "adding", steps: 6 },
  { name: "gaussian", classes: 2 },
  { name: "copy", steps: 6, symbols: 3 },
  { name: "arrays", inputs: [[[1, 2]], [[3, 4]]] },
];
/** The memory and the work of a mutated experiment stay small. */
const SMALL = { memoryLimit: 2 ** 24 };

const flow = propagate({ network: SPECS[0] as never, task: TASKS[0] as never, batch: 2 });
const RESULT: unknown = JSON.parse([...jsonText({ ...flowToJson(flow, diagnose(flow)) })].join(""));

const MODELS = ["head.pt", "fc.safetensors", "keras2_lstm.h5", "keras3_gru.keras", "gru.onnx"];

async function drain(text: string): Promise<void> {
  async function* pieces() {
    yield new TextEncoder().encode(text);
  }
  for await (const _ of readRecord(pieces() as never, "record.jsonl"));
}

const RECORD = [
  { schema: "evanesce.record/1", model: "m", layers: [{ name: "a", type: "dense" }] },
  { update: 1, loss: 0.5, tensors: { "a.weight": { norm: 1, weightNorm: 2 } } },
  { update: 2, loss: "NaN", tensors: { "a.weight": { norm: "Infinity", weightNorm: 2 } } },
];

const COMMANDS = ["rnn", "mlp", "predict", "schema", "inspect", "report", "monitor", "compare", "propagate"];
const FLAGS = [
  ...["--cell", "--hidden", "--layers", "--steps", "--batch", "--task", "--depth", "--width", "--activation", "--norm"],
  ...["--residual", "--init", "--seed", "--dilation", "--time-skip", "--stem", "--head", "--pooling", "--dropout"],
  ...["--zoneout", "--memory-limit", "--truncate", "--embedding", "--gain", "--loss", "--threads", "--width-columns"],
];

/** Whether a character may steer a terminal: a control but tab, line ends and escape, or a bidirectional mark. */
function steers(character: string): boolean {
  const code = character.codePointAt(0) as number;
  const control = (code < 32 && ![9, 10, 13, 27].includes(code)) || (code >= 127 && code < 160);
  return control || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/** A command line's answer: 0 to 3, in words, nothing of ours. */
async function runs(args: readonly string[]): Promise<void> {
  const written: string[] = [];
  const sink = () => ({
    isTTY: true,
    columns: 80,
    write: async (text: string) => {
      written.push(text);
    },
  });
  const context = { stdout: sink(), stderr: sink(), env: {}, signal: new AbortController().signal };
  const code = await run([...args], context as never);
  const text = written.join("");
  if (![0, 1, 2, 3].includes(code)) throw new Error(`exit code ${code}`);
  if (/internal:|\n {4}at /.test(text)) throw new Error(`a defect of ours: ${text.slice(0, 500)}`);
  if (
    [...text].some(steers) ||
    text
      .split("\u001b")
      .slice(1)
      .some((after) => !/^\[[\d;?]*[A-Za-z]/.test(after))
  ) {
    throw new Error(`controls reach the terminal: ${JSON.stringify(text.slice(0, 300))}`);
  }
}

/** A result of anyone's is drawn: no markup of its own, no name that leaves a folder. */
async function draws(value: unknown): Promise<void> {
  await answers(() => {
    const text = JSON.stringify(value); // a file holds no holes and no NaN
    const read = readResult(text === undefined ? undefined : JSON.parse(text), "r.json");
    resultText(read);
    const html = reportToHtml(pageOf(read));
    if (/<script>alert|<img|onerror=/i.test(html.replace(/&lt;/g, ""))) throw new Error("markup of a result's own");
    for (const figure of figuresOf(read)) {
      if (/[\\/]|\.\./.test(figure.id)) throw new Error(`a figure's name leaves its folder: ${figure.id}`);
      if (/<script>alert/i.test(figureToSvg(figure))) throw new Error("markup of a result's own in a figure");
      if (/(^|[\n,])"?[=@][A-Za-z(]/.test(figureToCsv(figure))) throw new Error("a formula in a table");
    }
  });
}

const bytesOf = (name: string, whole: Uint8Array, read: (bytes: Uint8Array) => unknown): Target => ({
  name,
  corpus: CORPUS.files,
  inputs: damaged(whole),
  check: (bytes: Uint8Array) => answers(() => read(bytes)).then(() => undefined),
});

export const TARGETS: readonly Target[] = [
  {
    name: "spec",
    corpus: CORPUS.specs,
    inputs: fc.oneof(...SPECS.map(mutated), nasty),
    check: async (network: unknown) => {
      await answers(() => predict(network as never));
      await answers(() => propagate({ network, task: undefined, batch: 2, ...SMALL, ledger: true } as never));
    },
  },
  {
    name: "task",
    corpus: CORPUS.tasks,
    inputs: fc.tuple(fc.constantFrom(SPECS[1], SPECS[4]), fc.oneof(...TASKS.map(mutated), nasty)),
    check: async ([network, task]: [object, unknown]) => {
      await answers(() => propagate({ network, task, batch: 2, ...SMALL } as never));
    },
  },
  {
    name: "options",
    corpus: CORPUS.options,
    inputs: mutated({
      network: SPECS[2],
      task: TASKS[0],
      batch: 2,
      seed: 1,
      probe: true,
      truncate: 2,
      lengths: [3, 2],
    }),
    check: async (input: unknown) => {
      await answers(() => propagate({ ...(input as object), ...SMALL } as never));
    },
  },
  bytesOf("npy", writeNpy({ shape: [2, 3], data: new Float32Array(6) }), (bytes) => readNpy(bytes, "x.npy")),
  bytesOf("safetensors", writeSafetensors([["a", { shape: [2], data: new Float32Array(2) }]]), (bytes) =>
    readSafetensors(bytes, "x.safetensors"),
  ),
  bytesOf("idx", Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 7, 9), (bytes) => readIdx(bytes, "x")),
  bytesOf(
    "gzip",
    Uint8Array.of(31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0),
    (bytes) => gunzip(bytes, "x.gz"),
  ),
  bytesOf("table", new TextEncoder().encode('a,b;c\n1,2.5,"x\ny"\n-1e5,NaN,3\n'), (bytes) => {
    for (const _ of openTable(bytes, "t.csv").rows());
  }),
  ...MODELS.map((name) => bytesOf(name, file(`models/files/${name}`), (bytes) => readModel(bytes, { name }))),
  {
    name: "result",
    corpus: CORPUS.results,
    inputs: fc.oneof({ weight: 9, arbitrary: mutated(RESULT) }, { weight: 1, arbitrary: nasty }),
    check: draws,
  },
  {
    name: "record",
    corpus: CORPUS.records,
    inputs: fc.oneof(
      fc.tuple(...RECORD.map(mutated)).map((lines) => lines.map((line) => JSON.stringify(line)).join("\n")),
      fc.string(),
    ),
    check: async (text: string) => {
      await answers(() => drain(text));
    },
  },
  {
    name: "monitor",
    corpus: CORPUS.monitored,
    inputs: fc.array(
      fc.tuple(
        mutated([{ name: "a", gradient: [1, 2], weight: [3, 4] }]),
        mutated({ step: 1, loss: 0.5, activations: [{ name: "a", values: [[1, 2]], activation: "relu" }] }),
      ),
      { maxLength: 3 },
    ),
    check: async (updates: [unknown, unknown][]) => {
      await answers(() => {
        const watch = monitor();
        for (const [update, step] of updates) watch.record(update as never, step as never);
        watch.diagnose();
      });
    },
  },
  {
    name: "journal",
    corpus: CORPUS.records,
    inputs: fc.oneof(
      fc.string(),
      fc.json(),
      mutated(JOURNAL_LINE).map((line) => JSON.stringify(line) ?? ""),
    ),
    check: (text: string) => {
      const line = parseLine(text);
      if (line?.result !== undefined) requireDrawable(line.result);
    },
  },
  {
    name: "files of arrays",
    corpus: ARRAY_FILES,
    inputs: damagedArrayFile,
    check: (file: ArrayFile) => runs(argsFor(file)),
  },
  {
    name: "address",
    corpus: CORPUS.addresses,
    inputs: fc.oneof(
      fc.string().map((text) => `#${text}`),
      fc
        .tuple(fc.constantFrom("network", "task", "batch", "seed", "edits", "pinned", "level", "training"), nasty)
        .map(([key, value]) =>
          `${toAddress(FIRST_STATE)}&${key}=${encodeURIComponent(JSON.stringify(value) ?? "")}`.replace(/\uFFFD/g, ""),
        ),
      mutated(FIRST_STATE.current.network).map(
        (network) => `#network=${encodeURIComponent(JSON.stringify(network) ?? "")}`,
      ),
    ),
    check: (address: string) => {
      const { state } = fromAddress(address);
      toAddress(state);
    },
  },
  {
    name: "command line",
    corpus: CORPUS.commandLines,
    inputs: fc
      .tuple(
        fc.constantFrom(...COMMANDS),
        fc.array(
          fc.tuple(
            fc.constantFrom(...FLAGS),
            nasty.map((value) => String(JSON.stringify(value) ?? "")),
          ),
          { maxLength: 3 },
        ),
      )
      .map(([command, flags]) => [command, "--steps", "5", "--batch", "2", "--memory-limit", "32MiB", ...flags.flat()]),
    check: runs,
  },
];
