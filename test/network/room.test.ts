/** What does not fit into memory is refused before a batch is drawn and any parameter is initialized. */
import { expect, test } from "vitest";
import { jacobians, prescribe, propagate, propagateAsync, train } from "../../src/index.ts";
import { outlineOf, resolveTask } from "../../src/tasks/index.ts";

const recurrent = { kind: "recurrent", hidden: 8 } as const;
const deep = { kind: "feedforward", depth: 2, width: 8 } as const;
const most = 2 ** 31 - 1;
/** The message of a refused plan. A batch of these sizes, once drawn, gives `task: tensors of at most …` instead. */
const refused = /^memory: a plan of at most \d+ bytes/;

test.each([
  [recurrent, { name: "adding", steps: most }],
  [recurrent, { name: "copy", steps: most }],
  [recurrent, { name: "copy", steps: 5, alphabet: most }],
  [recurrent, { name: "temporal_order", steps: most }],
  [recurrent, { name: "noise", steps: 1, inputs: most }],
  [
    { ...recurrent, embedding: { size: 4 } },
    { name: "noise", steps: most, tokens: true },
  ],
  [deep, { name: "gaussian", inputs: most }],
  [deep, { name: "teacher", inputs: most, hidden: most }],
  [deep, { name: "parity", bits: most }],
] as const)("%j on %j", async (network, task) => {
  expect(() => propagate({ network, task })).toThrow(refused);
  await expect(propagateAsync({ network, task, threads: 2 })).rejects.toThrow(refused);
  await expect(train({ network, task }).result).rejects.toThrow(refused);
  await expect(train({ network, task, fixedBatch: true }).result).rejects.toThrow(refused);
  await expect(prescribe({ network, task }).result).rejects.toThrow(refused);
  expect(() => jacobians({ network, task })).toThrow(refused);
});

test("a batch that is too large in number", () => {
  expect(() => propagate({ network: recurrent, batch: most })).toThrow(refused);
  expect(() => propagate({ network: deep, task: "xor", batch: most })).toThrow(refused);
});

test("a training whose optimizer's state does not fit draws neither weights nor a batch", async () => {
  const outline = outlineOf(resolveTask("gaussian", { batch: 8, seed: 0 }));
  const data = {
    outline: () => outline,
    next: () => {
      throw new Error("a batch was drawn");
    },
  };
  // taken over by a network that exists
  const weights = new Proxy({}, { ownKeys: () => expect.unreachable("the network was made") });
  const run = train({ network: { ...deep, width: 1000 }, data, weights, memoryLimit: 2 ** 24 });
  // passes hold 15.9 MB; parameters, gradients, start and Adam's two moments 21.6 MB
  await expect(run.result).rejects.toThrow(/^memory: .*theta/);
});

test("measurements that are left out need no room", () => {
  const limit = 105_000;
  const task = { name: "adding", steps: 300 };
  expect(() => propagate({ network: recurrent, task, batch: 8, memoryLimit: limit })).toThrow(refused);
  const few = { ledger: false, probe: false, contributions: false, statistics: false };
  expect(propagate({ network: recurrent, task, batch: 8, memoryLimit: limit, ...few }).outcome).toBe("finite");
});

test("what is measured is the same whatever was planned before", () => {
  const input = {
    network: recurrent,
    task: { name: "adding", steps: 30 },
    batch: 9,
    lengths: [5, 9, 30, 1, 2, 3, 4, 5, 6],
  };
  expect(propagate({ ...input, memoryLimit: 2 ** 21 })).toEqual(propagate(input));
});
