/** The same bits, however many workers share the batch. */
import { afterAll, describe, expect, test } from "vitest";
import type { MeasureOptions } from "../../src/network/create.ts";
import { poolOf } from "../../src/parallel/pool.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { resolveTask } from "../../src/tasks/index.ts";
import { sharedEngine } from "../../src/wasm/engine.ts";
import { type Case, make, sameBits } from "./same.ts";

afterAll(() => poolOf(sharedEngine().module).dispose());

const BARE = { contributions: false } as const satisfies MeasureOptions;

const recurrent = (rest: object): NetworkInput => ({ kind: "recurrent", hidden: 12, ...rest }) as NetworkInput;
const ADDING = { name: "adding", steps: 37 };
const COPY = { name: "copy", steps: 9 };

const CASES: readonly Case[] = [
  { name: "tanh, loss at the last step", network: recurrent({}), task: ADDING, batch: 21 },
  { name: "whole panels", network: recurrent({ hidden: 17 }), task: ADDING, batch: 32 },
  {
    name: "loss at every step, its last step's too",
    network: recurrent({}),
    task: COPY,
    batch: 19,
    options: { lastStep: true },
  },
  { name: "LSTM, two layers", network: recurrent({ cell: "lstm", layers: 2 }), task: ADDING, batch: 25 },
  { name: "LSTM, loss at every step", network: recurrent({ cell: "lstm", hidden: 9 }), task: COPY, batch: 17 },
  { name: "GRU", network: recurrent({ cell: "gru" }), task: ADDING, batch: 20 },
  { name: "bidirectional", network: recurrent({ bidirectional: true }), task: ADDING, batch: 18 },
  { name: "dilated, layer-normalized", network: recurrent({ dilation: 3, norm: "layer" }), task: ADDING, batch: 17 },
  {
    name: "truncated beside full",
    network: recurrent({}),
    task: COPY,
    batch: 17,
    options: { truncate: { k1: 5, k2: 10 } },
  },
  {
    name: "a gradient far below float32",
    network: recurrent({ cell: "sigmoid" }),
    task: { name: "adding", steps: 150 },
    batch: 17,
  },
  {
    name: "a run that diverges",
    network: recurrent({ cell: "identity", init: { gain: 30 } }),
    task: ADDING,
    batch: 17,
  },
  { name: "credit", network: recurrent({}), task: COPY, batch: 21, options: { credit: { matrix: true } } },
  {
    name: "credit over several chunks, beside contributions and truncation",
    network: recurrent({ cell: "lstm", layers: 2 }),
    task: { name: "copy", steps: 60 },
    batch: 17,
    options: { credit: { steps: 3 }, contributions: true, truncate: { k1: 5, k2: 10 } },
  },
  {
    name: "credit to both sides",
    network: recurrent({ bidirectional: true }),
    task: COPY,
    batch: 18,
    options: { credit: true },
  },
  {
    name: "entries by magnitude, of two GRU layers",
    network: recurrent({ cell: "gru", layers: 2 }),
    task: ADDING,
    batch: 21,
    options: { half: true },
  },
  { name: "eight samples: one panel", network: recurrent({}), task: ADDING, batch: 8 },
  { name: "contributions", network: recurrent({}), task: ADDING, batch: 17, options: { contributions: true } },
  {
    name: "contributions of two LSTM layers",
    network: recurrent({ cell: "lstm", layers: 2, hidden: 9 }),
    task: COPY,
    batch: 27,
    options: { contributions: true },
  },
  {
    name: "contributions of both directions",
    network: recurrent({ cell: "gru", bidirectional: true }),
    task: ADDING,
    batch: 24,
    options: { contributions: true },
  },
  {
    name: "contributions to a recurrence of single weights, dilated",
    network: recurrent({ cell: "indrnn", dilation: 2 }),
    task: ADDING,
    batch: 18,
    options: { contributions: true },
  },
];

describe("1, 2, 3 and 4 workers and the synchronous pass give the same bits", () => {
  test.each(CASES)("$name", (one) => sameBits(one, [1, 2, 3, 4], BARE));

  test("weights that were set since are the weights that run", async () => {
    const batch = resolveTask(ADDING, { batch: 16, seed: 3, kind: "recurrent" });
    const network = make(recurrent({}), batch);
    const first = await network.propagateAsync(batch, { ...BARE, threads: 2 });
    network.parameters.set("rnn.bias_ih_l0", new Float32Array(12).fill(0.5));
    const second = await network.propagateAsync(batch, { ...BARE, threads: 2 });
    expect(second.lnGradientNorm).not.toEqual(first.lnGradientNorm);
    expect(second.lnGradientNorm).toEqual(network.propagate(batch, BARE).lnGradientNorm);
    network.dispose();
  });

  test("without room for every state, workers keep checkpoints too", async () => {
    const batch = resolveTask({ name: "adding", steps: 400 }, { batch: 17, seed: 3, kind: "recurrent" });
    const roomy = make(recurrent({}), batch);
    const tight = make(recurrent({}), batch, 900_000);
    const expected = roomy.propagate(batch, BARE);
    const flow = await tight.propagateAsync(batch, { ...BARE, threads: 2 });
    expect(tight.memoryBytes).toBeLessThan(roomy.memoryBytes);
    expect(flow.lnGradientNorm).toEqual(expected.lnGradientNorm);
    expect(tight.gradients.get("rnn.weight_hh_l0")).toEqual(roomy.gradients.get("rnn.weight_hh_l0"));
    roomy.dispose();
    tight.dispose();
  });
});

describe("an asynchronous pass", () => {
  test("reports its progress panel by panel", async () => {
    const batch = resolveTask(ADDING, { batch: 32, seed: 3, kind: "recurrent" });
    const network = make(recurrent({}), batch);
    const shares: number[] = [];
    await network.propagateAsync(batch, { ...BARE, threads: 2, onProgress: (share) => void shares.push(share) });
    expect(shares).toEqual([0.25, 0.5, 0.75, 1]);
    network.dispose();
  });

  test("rejects where its signal aborts, and the next pass is whole", async () => {
    const batch = resolveTask(ADDING, { batch: 32, seed: 3, kind: "recurrent" });
    const network = make(recurrent({}), batch);
    const abort = new AbortController();
    const stopped = network.propagateAsync(batch, {
      ...BARE,
      threads: 2,
      signal: abort.signal,
      onProgress: () => abort.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
    expect(() => network.gradients.get("rnn.weight_hh_l0")).toThrow(/a pass run before/);
    const flow = await network.propagateAsync(batch, { ...BARE, threads: 2 });
    expect(flow.lnGradientNorm).toEqual(network.propagate(batch, BARE).lnGradientNorm);
    network.dispose();
  });

  test("a second pass of the same network meanwhile is refused", async () => {
    const batch = resolveTask(ADDING, { batch: 32, seed: 3, kind: "recurrent" });
    const network = make(recurrent({}), batch);
    const first = network.propagateAsync(batch, { ...BARE, threads: 2 });
    expect(() => network.propagate(batch)).toThrow(/^network: one pass at a time, got .*await propagateAsync first/);
    await first;
    network.dispose();
  });

  test.each([0, 1.5, -1, "all", Number.NaN])("threads: %s is refused", async (threads) => {
    const batch = resolveTask(ADDING, { batch: 8, seed: 3, kind: "recurrent" });
    const network = make(recurrent({}), batch);
    const pass = network.propagateAsync(batch, { threads: threads as number });
    await expect(pass).rejects.toThrow(/^threads: a whole number from 1 to 1024, or "auto"/);
    network.dispose();
  });
});
