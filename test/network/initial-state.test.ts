/** Sequences that begin with a learned or a given state: every cell against the oracle, bits, training, messages. */
import { afterAll, describe, expect, test } from "vitest";
import { type CellName, CELLS, CELL_TABLE } from "../../src/catalogue/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import { parseSpec } from "../../src/spec/index.ts";
import type { RecurrentSpec } from "../../src/spec/recurrent.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import { Engine, sharedEngine } from "../../src/wasm/engine.ts";
import { randomBatch } from "../assembly/cells/helpers.ts";
import { normError, normals } from "../setup/numbers.ts";
import { checkCells, expectSameBits } from "./cells-check.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

const specOf = (more: object) =>
  parseSpec({ kind: "recurrent", inputs: 3, outputs: 2, hidden: 4, layers: 2, ...more }) as RecurrentSpec;

/** Rows of a given state of two layers. */
const learnedState = (cell: CellName, H = 4) => {
  const rows = (seed: number) => [0, 1].map((n) => Array.from(normals(H, seed + n)));
  return { h: rows(1), ...(CELL_TABLE[cell].cellState ? { c: rows(3) } : {}) };
};

const check = (spec: RecurrentSpec, noise: number | null = null) =>
  checkCells(spec, { B: 5, T: 7, lossAt: "every" }, { noise });

describe("against the oracle", () => {
  for (const cell of CELLS) {
    test(`${cell}: learned`, () => {
      check(specOf({ cell, initialState: "learned" }));
    });
  }
  test.each(["tanh", "lstm", "gru"] as const)("%s: given, beside dropout and zoneout", (cell) => {
    check(specOf({ cell, initialState: learnedState(cell) }));
    check(specOf({ cell, initialState: "learned", dropout: 0.3, recurrentDropout: 0.2 }), 1);
    check(specOf({ cell, initialState: "learned", zoneout: 0.2 }), 1);
  });
  // every state before the first step is s₀: several steps of these layers read it
  test.each(["tanh", "lstm", "gru", "lstm_coupled"] as const)(
    "%s: with dilated layers and a skip over time",
    (cell) => {
      check(specOf({ cell, initialState: "learned", dilation: [1, 3] }));
      check(specOf({ cell, initialState: learnedState(cell), dilation: 9 })); // longer than the sequence
      check(specOf({ cell, initialState: "learned", timeSkip: { steps: 3, scale: 0.5 } }));
      check(specOf({ cell, initialState: "learned", dilation: 2, timeSkip: { steps: 5 }, recurrentDropout: 0.3 }), 1);
      if (cell !== "lstm_coupled") check(specOf({ cell, initialState: "learned", dilation: 3, zoneout: 0.2 }), 1);
    },
  );
});

test("a given state is what a batch that brings the same one begins with", () => {
  const [B, T, H] = [11, 6, 4];
  const inputs = normals(T * B * 3, 4);
  for (const bidirectional of [false, true]) {
    const N = bidirectional ? 4 : 2;
    const rows = (seed: number) => Array.from({ length: N }, (_, n) => Array.from(normals(H, seed + n)));
    const state = { h: rows(1), c: rows(9) };
    const whole = (part: "h" | "c") => Float32Array.from(state[part].flatMap((row) => Array(B).fill(row).flat()));
    const spec = { kind: "recurrent", cell: "lstm", hidden: H, layers: 2, inputs: 3, bidirectional } as const;
    const network = createNetwork({ ...spec, initialState: state }, { seed: 1 });
    const other = createNetwork(spec, { seed: 1 });
    const lengths = Array.from({ length: B }, (_, b) => 1 + (b % T));
    const { initialState, ...flow } = network.propagate({ inputs, batch: B, lengths });
    const begun = other.propagate({ inputs, batch: B, lengths, state: { h: whole("h"), c: whole("c") } });
    expect(flow.lnGradientNorm).toEqual(begun.lnGradientNorm);
    expect(flow.layers).toEqual(begun.layers);
    const { data, exponent } = begun.state!.gradient.c!;
    initialState!.layers.forEach(({ lnCellGradientNorm }, n) => {
      const own = data.subarray(n * B * H, (n + 1) * B * H);
      const norm = Math.hypot(...own);
      if (norm === 0) expect(lnCellGradientNorm).toBe(Number.NEGATIVE_INFINITY);
      else expect(lnCellGradientNorm).toBeCloseTo(Math.log(norm) + exponent * Math.LN2, 10);
    });
    network.dispose();
    other.dispose();
  }
});

test("a learned state's gradient is the sum of the samples' own, also of those that a batch brings", () => {
  const [B, T, H] = [13, 5, 5];
  const inputs = normals(T * B * 3, 4);
  const spec = { kind: "recurrent", cell: "gru", hidden: H, inputs: 3, bidirectional: true } as const;
  const network = createNetwork({ ...spec, initialState: "learned" }, { seed: 1 });
  const other = createNetwork(spec, { seed: 1 });
  const lengths = Array.from({ length: B }, (_, b) => 1 + (b % T));
  const batch = { inputs, batch: B, lengths };
  network.propagate(batch);
  const { data, exponent } = other.propagate({ ...batch, state: { h: new Float32Array(2 * B * H) } }).state!.gradient.h;
  ["rnn.h0_l0", "rnn.h0_l0_reverse"].forEach((name, n) => {
    const sums = Array.from({ length: H }, (_, i) =>
      Array.from({ length: B }, (_, b) => data[(n * B + b) * H + i]).reduce((sum, value) => sum + value, 0),
    );
    expect(
      normError(
        network.gradients.get(name),
        sums.map((sum) => sum * 2 ** exponent),
      ),
      name,
    ).toBeLessThan(1e-6);
  });
  // a batch with a state of its own does not use the learned one
  network.propagate({ ...batch, state: { h: normals(2 * B * H, 3) } });
  expect(network.gradients.get("rnn.h0_l0").every((value) => value === 0)).toBe(true);
  network.dispose();
  other.dispose();
});

describe("the same bits", () => {
  const [B, T, X] = [21, 150, 3];
  const batch = randomBatch({ B, T, X, Y: 2, lossAt: "every", seed: 3 });
  const options = { contributions: false } as const;
  test.each([
    ["lstm", false, {}],
    ["gru", true, {}],
    ["minimal_rnn", false, {}],
    ["tanh", false, { dilation: [1, 20], timeSkip: { steps: 3 } }],
  ] as const)("%s, both directions: %s, %j", async (cell, bidirectional, more) => {
    const spec = specOf({ cell, bidirectional, initialState: "learned", ...more });
    const make = (memoryLimit?: number) => {
      const network = createNetwork(spec, { seed: 2, engine: new Engine(), memoryLimit });
      for (const name of network.parameters.names) {
        if (/0_l\d/.test(name)) network.parameters.set(name, normals(4, 5));
      }
      return network;
    };
    await expectSameBits(make, batch, options, { bounded: !bidirectional });
  });
});

test("training moves a learned state, and plain descent moves it by its gradient", () => {
  const spec = specOf({ cell: "lstm", initialState: "learned" });
  const network = createNetwork(spec, { seed: 2 });
  const batch = randomBatch({ B: 9, T: 6, X: 3, Y: 2, lossAt: "last", seed: 3 });
  network.propagate(batch);
  const wanted = ["rnn.h0_l1", "rnn.c0_l0"].map((name) => network.gradients.get(name).map((value) => -0.5 * value));
  const trainer = createTrainer(network, { optimizer: { name: "sgd", learningRate: 0.5 } });
  const { parameters } = trainer.step(batch);
  expect(parameters.find(({ name }) => name === "rnn.h0_l1")!.lnGradientNorm).toBeGreaterThan(-30);
  ["rnn.h0_l1", "rnn.c0_l0"].forEach((name, i) => {
    expect(normError(network.parameters.get(name), wanted[i])).toBeLessThan(1e-6);
  });
  trainer.dispose();
  network.dispose();
});

describe("refusals", () => {
  test.each([
    [{ initialState: { h: [[0, 0, 0, 0]] } }, /^network\.initialState\.h: 2 rows of 4 numbers, got \[\[0,0,0,0\]\]; /],
    [{ cell: "lstm", initialState: { h: [[0]] } }, /^network\.initialState: h and c, for the cell lstm, .*; add c$/],
    [{ initialState: { h: [[0]], c: [[0]] } }, /^network\.initialState: h alone, for the cell tanh, .*; leave c out$/],
    [{ initialState: "random" }, /^network\.initialState: one of zero, learned or an object, got "random"; /],
  ])("%j", (more, message) => {
    expect(() => specOf(more)).toThrow(message);
  });
});

describe("a learned state's truncated gradient", () => {
  test.each(["tanh", "lstm"] as const)("%s: is that of the first window, whose losses alone reach it", (cell) => {
    const [B, T, k] = [11, 12, 5];
    const network = createNetwork(specOf({ cell, initialState: "learned" }), { seed: 3 });
    const batch = randomBatch({ B, T, X: 3, Y: 2, lossAt: "every", seed: 3 });
    network.propagate(batch, { truncate: k });
    const names = network.parameters.names.filter((name) => /\.[hc]0_/.test(name));
    const truncated = names.map((name) => network.truncatedGradients!.get(name));
    const { inputs, targets } = batch;
    network.propagate({
      ...batch,
      steps: k,
      inputs: inputs.slice(0, k * B * 3),
      targets: targets!.slice(0, k * B * 2),
    });
    names.forEach((name, n) => {
      const first = network.gradients.get(name).map((value) => (value * k) / T); // the loss is a mean over steps
      expect(normError(truncated[n], first), name).toBeLessThan(1e-5);
    });
    network.propagate(batch, { truncate: T });
    for (const name of names) {
      const error = normError(network.truncatedGradients!.get(name), network.gradients.get(name));
      expect(error, name).toBeLessThan(1e-6);
    }
    network.dispose();
  });
});
