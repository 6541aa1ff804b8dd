/** Batches of sequences of different lengths through a training run. */
import { expect, test } from "vitest";
import { prepareTask } from "../../src/tasks/index.ts";
import { train } from "../../src/training/index.ts";
import { normals } from "../setup/numbers.ts";

const [T, N, X] = [6, 24, 2];
const lengths = Int32Array.from({ length: N }, (_, b) => 1 + ((b * 5) % T));
const inputs = Float32Array.from(normals(T * N * X, 5));
const targets = Float32Array.from(normals(N, 6));

const task = (values: Float32Array) => ({
  name: "arrays" as const,
  inputs: { shape: [T, N, X], data: values },
  targets: { shape: [N, 1], data: targets },
  lengths: { shape: [N], data: lengths },
});
const padded = (fill: number) =>
  inputs.map((value, i) => (Math.floor(i / (N * X)) < (lengths[Math.floor(i / X) % N] as number) ? value : fill));

async function trained(values: Float32Array) {
  const run = train({
    network: { kind: "recurrent", cell: "gru", hidden: 4, outputs: 1 },
    task: task(values),
    batch: 5,
    steps: 9,
    seed: 3,
    validation: 4,
    test: 3,
  });
  const seen: unknown[] = [];
  for await (const event of run) {
    if (event.kind === "step") seen.push(event.record.loss);
    if (event.kind === "evaluation") seen.push(event);
  }
  return seen;
}

test("examples keep their lengths in every batch", () => {
  const sampler = prepareTask(task(inputs), "recurrent");
  const batch = sampler.data?.batch([3, 0, 7]);
  expect([...(batch?.lengths ?? [])]).toEqual([3, 0, 7].map((b) => lengths[b]));
});

test("what stands in the padding changes no update and no validation loss", async () => {
  const first = await trained(padded(0));
  expect(first.filter((each) => typeof each === "number")).toHaveLength(9);
  expect(first.length).toBeGreaterThan(9); // validation and test
  expect(await trained(padded(7))).toEqual(first);
});

test("a mask [T, B] gives the same as the lengths that it leaves", () => {
  const mask = Float32Array.from({ length: T * N }, (_, i) => (Math.floor(i / N) < (lengths[i % N] as number) ? 1 : 0));
  const of = (array: { shape: number[]; data: Float32Array | Int32Array }) =>
    prepareTask({ ...task(inputs), lengths: array }, "recurrent")({ batch: N, seed: 0 });
  expect(of({ shape: [T, N], data: mask })).toEqual(of({ shape: [N], data: lengths }));
  expect(() => of({ shape: [N - 1], data: lengths.slice(1) })).toThrow("task.lengths: one for each of 24 samples");
});
