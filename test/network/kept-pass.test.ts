/** The engine keeps the pass of a network that was disposed of for the next one of the same shape: the same bits. */
import { expect, it } from "vitest";
import { propagate, type PropagateInput } from "../../src/index.ts";
import { Engine } from "../../src/wasm/engine.ts";

type Network = PropagateInput["network"];

const deep = { kind: "feedforward", depth: 4, width: 5 } as const;
const recurrent = { kind: "recurrent", hidden: 5 } as const;
const adding = { name: "adding", steps: 12 } as const;

/** Networks of one shape, one after another: first values, seeds and draws differ. */
const ROWS: readonly (readonly [string, readonly Network[], Omit<PropagateInput, "network">])[] = [
  ["a deep network", [deep, { ...deep, init: { weight: "orthogonal", gain: 1.5 } }], {}],
  ["LSUV", [{ ...deep, init: { lsuv: true } }, deep], {}],
  ["batch norm and dropout", [{ ...deep, norm: "batch", dropout: 0.3 }], {}],
  ["dropped blocks", [{ ...deep, depth: 9, residual: "identity", stochasticDepth: 0.6 }], {}],
  ["weight norm", [{ ...deep, norm: "weight" }], { half: true }],
  [
    "an overflow, then none",
    [
      { ...deep, depth: 60, init: { gain: 1e6 } },
      { ...deep, depth: 60 },
    ],
    {},
  ],
  ["a recurrent network", [recurrent, { ...recurrent, init: { recurrent: "identity" } }], { task: adding }],
  ["an LSTM, stacked", [{ ...recurrent, cell: "lstm", layers: 2, dropout: 0.2 }], { task: adding, batch: 11 }],
  ["a learned state", [{ ...recurrent, initialState: "learned" }], { task: adding }],
  ["lengths", [recurrent], { task: adding, batch: 3, lengths: [12, 5, 7] }],
  ["truncation and credit", [recurrent], { task: { name: "adding", steps: 12 }, truncate: 4 }],
];

it.each(ROWS)("%s", (_, networks, options) => {
  const shared = new Engine();
  for (const seed of [1, 2, 3]) {
    for (const network of networks) {
      const input = { ...options, network, seed };
      expect(propagate({ ...input, engine: shared })).toStrictEqual(propagate({ ...input, engine: new Engine() }));
    }
  }
});

it("a kept pass makes room for a larger plan", () => {
  const memory = (sizes: readonly number[]) => {
    const engine = new Engine();
    for (const steps of sizes) propagate({ network: recurrent, task: { name: "adding", steps }, engine });
    return engine.memoryBytes;
  };
  expect(memory([1000, 2000, 3000, 8000])).toBe(memory([8000]));
});
