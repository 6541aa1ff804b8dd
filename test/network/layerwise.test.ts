/** Stacks whose layers differ in cell, width, norm and initialization: against the oracle, bits, states, messages. */
import { afterAll, describe, expect, test } from "vitest";
import { jacobians } from "../../src/measure/jacobians.ts";
import { createNetwork } from "../../src/network/create.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import { fitted, REMEDIES } from "../../src/prescription/remedies/index.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { sharedEngine } from "../../src/wasm/engine.ts";
import { randomBatch } from "../assembly/cells/helpers.ts";
import { stackGoldens } from "../golden/read.ts";
import { normals } from "../setup/numbers.ts";
import { checkBits, checkCells, checkGolden, checkStateGoesOn } from "./cells-check.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

const specOf = (more: object) => parseSpec({ kind: "recurrent", inputs: 3, outputs: 2, ...more }) as RecurrentSpec;

const STACKS: readonly object[] = [
  { hidden: [5, 2, 9] },
  { cell: ["lstm", "gru", "tanh"], hidden: [3, 8, 4] },
  { cell: ["tanh", "lstm"], hidden: [9, 5] },
  { cell: ["gru_reset_before", "minimal_rnn", "lstm_peephole", "diagonal"], hidden: [4, 6, 5, 3] },
  { cell: ["lstm", "relu", "gru"], hidden: 5, norm: ["layer", "none", "layer"] },
  { cell: ["gru", "tanh"], hidden: [6, 3], initialState: "learned" },
  {
    cell: ["tanh", "lstm"],
    hidden: [4, 3],
    initialState: {
      h: [
        [1, 0, -1, 2],
        [0.5, 0, 1],
      ],
      c: [[1, 2, 3]],
    },
  },
  { cell: ["lstm", "gru"], hidden: [4, 3], dilation: [1, 2] },
  { cell: ["gru", "tanh", "lstm"], hidden: 4, timeSkip: { steps: 2 } },
];
const NOISY: readonly object[] = [
  { cell: ["lstm", "gru", "tanh"], hidden: [6, 3, 5], dropout: 0.3, recurrentDropout: 0.2 },
  { cell: ["gru", "lstm"], hidden: [3, 7], zoneout: 0.3, variationalDropout: 0.2 },
];

describe("against the oracle", () => {
  test.each(STACKS.map((stack) => [JSON.stringify(stack), stack] as const))("%s", (_, stack) => {
    checkCells(specOf(stack), { B: 3, T: 6, lossAt: "every" });
    checkCells(specOf(stack), { B: 9, T: 5, lossAt: "last" });
  });
  test.each(NOISY.map((stack) => [JSON.stringify(stack), stack] as const))("%s", (_, stack) => {
    checkCells(specOf(stack), { B: 3, T: 6, lossAt: "every" }, { noise: 1 });
  });
});

describe("PyTorch's modules, one a layer", () => {
  test.each(stackGoldens().map((golden) => [golden.name, golden] as const))("%s", (_, golden) => {
    checkGolden(golden);
  });
});

describe("the same bits", () => {
  test.each([...STACKS, ...NOISY, { cell: ["lstm", "gru"], hidden: [5, 3], bidirectional: true }])(
    "%j",
    async (stack) => {
      const spec = specOf(stack);
      const bounded = !("initialState" in stack && typeof stack.initialState === "object");
      await checkBits(spec, bounded && !spec.bidirectional);
    },
  );
});

test("both directions hand on what the level above reads", () => {
  // a level of both directions above another: the loss by differences of one weight of each level
  const spec = specOf({ cell: ["gru", "lstm"], hidden: [5, 3], bidirectional: true });
  const network = createNetwork(spec, { seed: 4 });
  const batch = randomBatch({ B: 4, T: 5, X: 3, Y: 2, lossAt: "every", seed: 3 });
  for (const name of ["rnn.weight_ih_l0_reverse", "rnn.weight_hh_l0", "rnn.weight_ih_l1", "rnn.weight_hh_l1_reverse"]) {
    network.propagate(batch);
    const gradient = network.gradients.get(name)[7];
    const values = network.parameters.get(name);
    const at = (by: number) => {
      network.parameters.set(name, values.with(7, values[7] + by));
      return network.propagate(batch).loss as number;
    };
    const measured = (at(0.02) - at(-0.02)) / 0.04;
    network.parameters.set(name, values);
    expect(Math.abs(measured - gradient), name).toBeLessThan(2e-3 * Math.abs(gradient) + 2e-6);
  }
  network.dispose();
});

test("the state of a stack whose widths differ goes on from batch to batch", () => {
  const spec = { kind: "recurrent", cell: ["lstm", "gru"], hidden: [5, 3], inputs: 3 } as const;
  const network = createNetwork(spec as never, { seed: 1 });
  checkStateGoesOn(network, { h: 8, c: 5 });
  expect(() =>
    network.propagate({
      inputs: normals(11 * 3, 3),
      batch: 11,
      state: { h: new Float32Array(3), c: new Float32Array(11 * 5) },
    }),
  ).toThrow(/^state\.h: a Float32Array of 88 numbers, \[B, H\] of each layer in turn, got 3; /);
  network.dispose();
});

test("layers are initialized each by its own law, trained, and followed by Jacobians", () => {
  const spec = specOf({
    hidden: [6, 4],
    init: { recurrent: ["identity", "zeros"], input: ["orthogonal", "he_normal"] },
  });
  const network = createNetwork(spec, { seed: 4 });
  expect(Array.from(network.parameters.get("rnn.weight_hh_l0").slice(0, 7))).toEqual([1, 0, 0, 0, 0, 0, 0]);
  expect(network.parameters.get("rnn.weight_hh_l1").every((value) => value === 0)).toBe(true);
  const batch = randomBatch({ B: 3, T: 5, X: 3, Y: 2, seed: 3 });
  const trainer = createTrainer(network, { optimizer: "adam" });
  const { loss } = trainer.step(batch);
  expect(trainer.step(batch).loss).toBeLessThan(loss);
  trainer.dispose();
  network.dispose();
  // of a stack whose layers differ the state of an LSTM layer is twice its own width
  const mixed = specOf({ cell: ["lstm", "tanh"], hidden: [3, 5] });
  for (const [layer, size] of [
    [0, 6],
    [1, 5],
  ] as const) {
    expect(jacobians({ network: mixed, data: batch, layer, seed: 1 }).size).toBe(size);
  }
});

describe("lists", () => {
  test("of equal entries are one value; of others `layerwise` holds what each layer has", () => {
    expect(specOf({ cell: ["gru", "gru"], hidden: [8, 8] })).toEqual(specOf({ cell: "gru", hidden: 8, layers: 2 }));
    const spec = specOf({ cell: ["lstm", "gru"], hidden: 8, init: { recurrent: ["orthogonal", "identity"] } });
    expect(spec).toMatchObject({ cell: "lstm", layers: 2, init: { recurrent: "orthogonal" } });
    expect(spec.layerwise).toEqual([
      { cell: "lstm", init: { recurrent: "orthogonal" } },
      { cell: "gru", init: { recurrent: "identity" } },
    ]);
    expect(parseSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  });

  test.each([
    [{ cell: ["lstm", "gru"], layers: 3 }, /^network\.cell: one entry for each of 3 layers, got \["lstm","gru"\]; /],
    [{ cell: ["lstm", "gru"], hidden: [1, 2, 3] }, /^network\.hidden: one entry for each of 2 layers, /],
    [{ hidden: [4, 0] }, /^network\.layerwise\.1\.hidden: at least 1, got 0; /],
    [{ cell: ["lstm", "minimal_rnn"], norm: "layer" }, /^network\.norm: none for the cell minimal_rnn, /],
    [{ hidden: [4, 3], timeSkip: { steps: 2 } }, /^network\.timeSkip: none together with layers of different widths, /],
    [{ layers: 3, layerwise: [{ hidden: 2 }] }, /^network\.layerwise: an entry for each of 3 layers, /],
    [{ cell: ["lstm", "mingru"] }, /^network\.layerwise\.1\.cell: one of /],
  ])("%j is refused", (more, message) => {
    expect(() => specOf(more)).toThrow(message);
  });
});

test("remedies replace what layers have of their own, in every layer", () => {
  const measured = { stations: 10, hasFixedWeights: false } as never;
  const fits = (name: string, spec: RecurrentSpec) =>
    fitted(REMEDIES.find((remedy) => remedy.name === name && remedy.kind === "recurrent")!, spec, measured);
  expect(fits("lstm", specOf({ cell: "tanh", layers: 2 }))).not.toBeNull();
  expect(fits("lstm", specOf({ cell: ["tanh", "relu"] }))).toMatchObject({ cell: "lstm", layers: 2 });
  expect(fits("lstm", specOf({ cell: "tanh", hidden: [4, 3] }))).toMatchObject({ cell: "lstm", layers: 2 });
});
