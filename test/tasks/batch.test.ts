/** A task's batch for a network that is used again. */
import { expect, test } from "vitest";
import { createNetwork, taskBatch } from "../../src/index.ts";
import { refusal } from "./helpers.ts";

test("a batch feeds a live network, and its notes come with the flow", () => {
  const table = { name: "csv", bytes: "day,v\n2020-01-01,1\n2020-01-02,3\n2020-01-03,2\n2020-01-04,5\n", steps: 2 };
  const batch = taskBatch({ task: table, kind: "recurrent", batch: 3 });
  const network = createNetwork({ kind: "recurrent", hidden: 4, inputs: 2, outputs: 1 }, { seed: 1 });
  const flow = network.propagate(batch);
  expect(flow.task).toMatchObject({ name: "csv", batch: 3, steps: 2 });
  expect(flow.notes).toEqual(batch.notes);
  expect(flow.notes?.join()).toMatch(/days since the first row/);
  network.dispose();
  expect(taskBatch({ task: "adding" })).toMatchObject({ batch: 32, steps: 1000 });
});

test("a misspelled option is named", () => {
  // @ts-expect-error: no such option
  expect(refusal(() => taskBatch({ task: "adding", bacth: 3 })).message).toMatch(/did you mean batch\?/);
});
