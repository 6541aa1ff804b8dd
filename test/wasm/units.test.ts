/** A recurrent pass in units: the same bits whatever their size, and no unit above the work that was planned. */
import { setFlagsFromString } from "node:v8";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createNetwork, type MeasureOptions } from "../../src/network/create.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import { resolveTask, type TaskInput } from "../../src/tasks/index.ts";
import { createEngine } from "../../src/wasm/builds.ts";
import { Engine } from "../../src/wasm/engine.ts";
import { SIMD_WASM } from "../../src/wasm/generated/binary.ts";
import { RELAXED_EDITS } from "../../src/wasm/generated/binary-relaxed.ts";
import { WIDE_EDITS } from "../../src/wasm/generated/binary-wide.ts";
import { BLOCK } from "../../src/wasm/generated/constants.ts";
import { TIME_PASS } from "../../src/wasm/generated/records.ts";
import { geometryOf } from "../../src/wasm/recurrent/geometry.ts";
import { RecurrentPass } from "../../src/wasm/recurrent/pass.ts";
import { UNIT } from "../../src/wasm/unit-work.ts";

const run = RecurrentPass.prototype.run;
afterEach(() => void vi.restoreAllMocks());

interface Case {
  readonly name: string;
  readonly network: object;
  readonly task: TaskInput;
  readonly batch?: number;
  readonly options?: MeasureOptions;
  readonly memoryLimit?: number;
}

const adding = (steps: number): TaskInput => ({ name: "adding", steps });
const copy = (steps: number): TaskInput => ({ name: "copy", steps });

/** Flow and gradients of a pass. */
function everything({ network: spec, task, batch: B = 11, options, memoryLimit }: Case, engine: Engine) {
  const batch = resolveTask(task, { batch: B, seed: 3, kind: "recurrent" });
  const { inputSize: inputs, outputSize: outputs } = batch;
  const input = { kind: "recurrent", hidden: 10, inputs, outputs, ...spec } as never;
  const network = createNetwork(input, { seed: 3, engine, ...(memoryLimit === undefined ? {} : { memoryLimit }) });
  const flow = network.propagate(batch, options);
  const gradients = network.parameters.names.map((name) => network.gradients.get(name));
  network.dispose();
  return { flow, gradients };
}

/** The same in strips of so many steps, one unit in each call. */
function inStrips(one: Case, engine: Engine, strip: number) {
  const parts = strip < BLOCK ? BLOCK / strip : 0;
  let units = 0;
  let recomputes = false;
  vi.spyOn(RecurrentPass.prototype, "run").mockImplementation(function (this: RecurrentPass) {
    const record = this.arena.i32("pass");
    const fields = { strip, parts, contributionSteps: strip };
    for (const [name, value] of Object.entries(fields)) record[TIME_PASS.at[name as keyof typeof fields]] = value;
    units = this.units;
    recomputes = this.geometry.stored < this.geometry.T;
    for (let u = 0; u < units; u++) run.call(this, u, u + 1);
  });
  const result = everything(one, engine);
  vi.restoreAllMocks();
  expect(recomputes).toBe(one.memoryLimit !== undefined);
  return { units, result };
}

const CASES: readonly Case[] = [
  { name: "LSTM, one loss", network: { cell: "lstm", layers: 2 }, task: adding(83) },
  { name: "GRU with its inner matrix, a loss at every step", network: { cell: "gru_reset_before" }, task: copy(40) },
  { name: "one sample", network: { cell: "lstm" }, task: adding(50), batch: 1 },
  { name: "both directions", network: { cell: "lstm", layers: 2, bidirectional: true }, task: adding(77) },
  { name: "both directions, pooled", network: { bidirectional: true, pooling: "mean" }, task: adding(77) },
  { name: "the largest of every step", network: { pooling: "max" }, task: adding(70) },
  { name: "checkpoints", network: { cell: "lstm", layers: 2 }, task: adding(400), memoryLimit: 1_750_000 },
  { name: "checkpoints of three samples", network: { layers: 2 }, task: adding(900), batch: 3, memoryLimit: 1_000_000 },
  { name: "dilated, with a skip over time", network: { dilation: 3, timeSkip: { steps: 7 } }, task: adding(60) },
  { name: "a decoder that begins inside a block", network: { cell: "gru", layers: 2, decoder: 10 }, task: copy(40) },
  {
    name: "stem and head, dropout",
    network: { cell: "lstm", layers: 2, stem: { width: [9, 6], norm: "layer" }, head: { width: [8, 7] }, dropout: 0.2 },
    task: copy(40),
  },
  { name: "tokens", network: { cell: "gru", embedding: { size: 5 } }, task: copy(40) },
  { name: "tokens behind a stem", network: { embedding: { size: 5 }, stem: { width: 6 } }, task: copy(40) },
  {
    name: "tokens, truncated",
    network: { embedding: { size: 5 } },
    task: copy(40),
    options: { truncate: { k1: 5, k2: 10 } },
  },
  { name: "zoneout", network: { cell: "lstm", zoneout: 0.2 }, task: copy(40) },
  { name: "recurrent dropout", network: { recurrentDropout: 0.2 }, task: copy(40) },
  {
    name: "truncation, credit, contributions",
    network: { cell: "lstm", layers: 2 },
    task: copy(40),
    options: { truncate: { k1: 5, k2: 10 }, credit: { steps: 3 }, contributions: true },
  },
  { name: "many frames in a block", network: { cell: "identity", init: { gain: 1e-6 } }, task: copy(40) },
  { name: "a run that diverges", network: { cell: "identity", init: { gain: 30 } }, task: adding(100) },
];

const SIMD = new Engine();

describe("strips of any size give the same bits", () => {
  it.each(CASES)("$name", (one) => {
    const expected = everything(one, SIMD);
    const counts = [1, 2, 4, 8, 16, 48].map((strip) => {
      const { units, result } = inStrips(one, SIMD, strip);
      expect(result).toEqual(expected);
      return units;
    });
    // smaller strips are more units
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    expect(counts[0]).toBeGreaterThan(counts[5]);
  });

  it.skipIf(WIDE_EDITS === undefined)("on the wide core", () => {
    const engine = new Engine("wide", { ...SIMD_WASM, edits: WIDE_EDITS ?? [] });
    for (const one of CASES.slice(0, 4)) {
      expect(inStrips(one, engine, 4).result).toEqual(everything(one, engine));
    }
  });
});

describe.skipIf(RELAXED_EDITS === undefined)("on the relaxed core", () => {
  beforeAll(() => setFlagsFromString("--experimental-wasm-relaxed-simd"));
  afterAll(() => setFlagsFromString("--no-experimental-wasm-relaxed-simd"));

  it.each(CASES.slice(0, 4))("$name", async (one) => {
    const engine = await createEngine({ build: "relaxed" });
    expect(inStrips(one, engine, 4).result).toEqual(everything(one, engine));
  });
});

/**
 * Multiplications of every unit of a pass, counted by what it wrote: the first number of every step's state and ∂L/∂a,
 * and of every panel of eight columns of a weight gradient.
 */
function workOfUnits({ network, task, batch = 8 }: Case): { units: number[]; planned: number } {
  const units: number[] = [];
  let planned = 0;
  vi.spyOn(RecurrentPass.prototype, "run").mockImplementation(function (this: RecurrentPass) {
    const { layers, T, C, strips } = this.geometry;
    const blocks = Math.max(1, strips.strip / BLOCK);
    const counted = layers.flatMap(({ suffix, weights, R, inputs, recurrentColumns, ...layer }) => {
      const step = 8 * R * (inputs + recurrentColumns);
      planned += 3 * T * step;
      this.arena.f32(`states_${suffix}`).fill(Number.NaN);
      this.arena.f32(`deltas_${suffix}`).fill(Number.NaN);
      const panels = Math.ceil(inputs / 8) + Math.ceil(recurrentColumns / 8);
      return [
        { name: `states_${suffix}`, stride: layer.stateRows * 8, first: layer.history, count: T, work: step },
        { name: `deltas_${suffix}`, stride: layer.deltaRows * 8, first: 0, count: C, work: step },
        { name: `${weights}.gradientBlock`, stride: R * 8, first: 0, count: panels, work: blocks * BLOCK * 8 * R * 8 },
      ];
    });
    const look = () =>
      counted.map(({ name, stride, first, count }) => {
        const values = this.arena.f32(name);
        return Float32Array.from({ length: count }, (_, i) => values[(first + i) * stride]);
      });
    let before = look();
    for (let u = 0; u < this.units; u++) {
      run.call(this, u, u + 1);
      const after = look();
      units.push(
        counted.reduce((sum, { work }, i) => {
          const changed = after[i].filter((value, j) => !Object.is(value, before[i][j])).length;
          return sum + changed * work;
        }, 0),
      );
      before = after;
    }
  });
  everything({ name: "", network, task, batch, options: { ledger: false, probe: false } }, SIMD);
  vi.restoreAllMocks();
  return { units, planned };
}

describe("no unit has more work than planned", () => {
  const init = { recurrent: "xavier_uniform" };
  it.each<Case>([
    { name: "an LSTM whose block of steps is more", network: { cell: "lstm", hidden: 640, init }, task: adding(20) },
    { name: "a GRU of 1,024", network: { cell: "gru", hidden: 1024, init }, task: adding(17) },
    {
      name: "both directions of 128",
      network: { cell: "lstm", hidden: 128, bidirectional: true, pooling: "mean" },
      task: adding(400),
    },
    { name: "two layers", network: { cell: "lstm", hidden: 200, layers: 2, init }, task: adding(70) },
  ])("$name", (one) => {
    const { units, planned } = workOfUnits(one);
    const all = units.reduce((sum, work) => sum + work, 0);
    expect(Math.max(...units)).toBeLessThanOrEqual(UNIT);
    // what was counted is the pass: a panel counts as whole blocks of steps where its unit has fewer
    expect(all).toBeGreaterThan(0.95 * planned);
    expect(all).toBeLessThan(1.5 * planned);
  });

  it.each([
    ["50,000 classes at every step", { cell: "gru", hidden: 256, outputs: 50_000 }, "every", 1],
    ["an LSTM of 2,048", { cell: "lstm", hidden: 2048, outputs: 1 }, "last", 1],
    ["an LSTM of 1,024", { cell: "lstm", hidden: 1024, outputs: 1 }, "last", 4],
    ["a stem of 1,500 before a small layer", { hidden: 16, stem: { width: [1500, 1500] }, outputs: 1 }, "last", 8],
    ["both directions of 256", { hidden: 256, bidirectional: true, outputs: 1 }, "last", 8 * BLOCK],
    ["four units", { hidden: 4, outputs: 1 }, "last", 4 * BLOCK],
  ] as const)("%s", (_, fields, lossAt, strip) => {
    const spec = parseSpec({ kind: "recurrent", inputs: 2, ...fields }) as RecurrentSpec;
    const options = { contributions: false, ledger: false, probe: false, lastStep: false, half: false };
    const sizes = { inputs: 2, outputs: fields.outputs };
    const geometry = geometryOf(
      { spec, sizes, B: 32, T: 20_000, loss: "mse", lossOptions: {}, lossEvery: lossAt === "every", options } as never,
      false,
    );
    expect(geometry.strips).toMatchObject({ strip, parts: strip < BLOCK ? BLOCK / strip : 0 });
    if (strip > 1) expect(geometry.unitWork).toBeLessThanOrEqual(UNIT);
  });
});
