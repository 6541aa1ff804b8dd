/** Each mistake of a caller without a type checker throws an EvanesceError that names the argument. */
import { describe, expect, it } from "vitest";
import * as library from "../src/index.ts";

// biome-ignore lint/suspicious/noExplicitAny: calls that a type checker would refuse
const anyLibrary = library as any;
const network = { kind: "recurrent", hidden: 4 } as const;
const task = { name: "adding", steps: 5 };
const inputs = { shape: [5, 2, 1], data: new Float32Array(10) };
const live = anyLibrary.createNetwork({ ...network, inputs: 1 });

/** Nested a hundred thousand deep. */
const deep = (() => {
  let value: unknown = [1];
  for (let i = 0; i < 100_000; i++) value = [value];
  return value;
})();
const cyclic: unknown[] = [];
cyclic.push(cyclic);

const NO_SEEDS = [Number.NaN, 1.5, -1, "a", null];

const MISTAKES: readonly (readonly [where: string, call: () => unknown])[] = [
  ...NO_SEEDS.flatMap((seed): [string, () => unknown][] => [
    ["seed", () => anyLibrary.propagate({ network, task, seed })],
    ["seed", () => anyLibrary.createNetwork({ ...network, inputs: 1, init: { recurrent: "zeros" } }, { seed })],
    ["seed", () => anyLibrary.train({ network, task, seed, steps: 1 })],
    ["seed", () => anyLibrary.prescribe({ network, task, seed })],
    ["seed", () => anyLibrary.claims({ only: [], seed })],
  ]),
  ["weights", () => anyLibrary.train({ network, task, steps: 1, weights: 5 })],
  ["parameters", () => anyLibrary.train({ network, task, steps: 1, weights: { "rnn.weight_hh_l0": ["a"] } }).result],
  ["frozen", () => anyLibrary.train({ network, task, steps: 1, frozen: 5 })],
  ["createEngine", () => anyLibrary.createEngine(5)],
  ["createEngine", () => anyLibrary.createEngine(null)],
  ["engine", () => anyLibrary.propagate({ network, task, engine: {} })],
  ["engine", () => anyLibrary.propagate({ network, task, engine: anyLibrary.createEngine() })],
  ["engine", () => anyLibrary.train({ network, task, steps: 1, engine: {} }).result],
  ["parameters.rnn.weight_hh_l0", () => live.parameters.set("rnn.weight_hh_l0", ["a"])],
  ["parameters.rnn.weight_hh_l0[0]", () => live.parameters.set("rnn.weight_hh_l0", new Array(16).fill("a"))],
  ["parameters.rnn.weight_hh_l0", () => live.parameters.set("rnn.weight_hh_l0", null)],
  ...["ledger", "probe", "contributions", "quantiles", "statistics", "lastStep"].map((key): [string, () => unknown] => [
    key,
    () => live.propagate({ inputs }, { [key]: "no" }),
  ]),
  ["ledger", () => anyLibrary.propagate({ network, task, ledger: "no" })],
  ["truncate", () => anyLibrary.propagate({ network, task, truncate: null })],
  ["credit", () => anyLibrary.propagate({ network, task, credit: "yes" })],
  ["signal", () => anyLibrary.propagateAsync({ network, task, signal: {} })],
  ["signal", () => anyLibrary.train({ network, task, steps: 1, signal: {} })],
  ["signal", () => anyLibrary.prescribe({ network, task, signal: {} })],
  ["signal", () => anyLibrary.claims({ only: [], signal: {} })],
  ["onProgress", () => anyLibrary.propagateAsync({ network, task, onProgress: 5 })],
  ["presets", () => anyLibrary.presets({})],
  ["presets", () => anyLibrary.presets(5)],
  ["histograms", () => anyLibrary.histograms({})],
  ["gradientStatistics", () => anyLibrary.gradientStatistics({}, {})],
  ["only", () => anyLibrary.claims({ only: 5 })],
  ["only", () => anyLibrary.claims({ only: [5] })],
  ["claims", () => anyLibrary.claims(5)],
  ["inputs", () => anyLibrary.createNetwork(network, { inputs: 1.5 })],
  ["outputs", () => anyLibrary.createNetwork(network, { inputs: 1, outputs: 0 })],
  ["memoryLimit", () => anyLibrary.createNetwork(network, { inputs: 1, memoryLimit: "a" })],
  ["inputs", () => live.propagate({ inputs: deep })],
  ["inputs", () => live.propagate({ inputs: cyclic })],
  ["targets", () => live.propagate({ inputs, targets: deep })],
  ["network.hidden", () => anyLibrary.propagate({ network: { kind: "recurrent", hidden: deep } })],
];

describe("a caller's mistake", () => {
  it.each(MISTAKES)("in %s is named", async (where, call) => {
    const error = await (async () => call())().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(library.EvanesceError);
    expect((error as Error).message.startsWith(where), (error as Error).message).toBe(true);
  });
});

it("passes that ask for workers at the same time share them, and give the bits of one after another", async () => {
  const wide = { shape: [20, 24, 1], data: new Float32Array(480).fill(0.1) };
  const networks = Array.from({ length: 8 }, (_, seed) => library.createNetwork({ ...network, inputs: 1 }, { seed }));
  const alone = networks.map((each) => [...each.propagate({ inputs: wide }).lnGradientNorm]);
  let started = 0;
  const count = () => started++;
  process.on("worker", count);
  const together = await Promise.all(networks.map((each) => each.propagateAsync({ inputs: wide }, { threads: 2 })));
  process.off("worker", count);
  expect(started).toBeLessThanOrEqual(2);
  expect(together.map(({ lnGradientNorm }) => [...lnGradientNorm])).toEqual(alone);
  for (const each of networks) each.dispose();
});
