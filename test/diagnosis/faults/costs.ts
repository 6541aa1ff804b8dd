/** What a vanishing path costs on a task, and the trivial answer's loss of a run. */
import { readFileSync } from "node:fs";
import { diagnose } from "../../../src/diagnosis/index.ts";
import { propagate } from "../../../src/measure/propagate.ts";
import type { NetworkInput } from "../../../src/spec/index.ts";
import type { Batch } from "../../../src/tasks/batch.ts";
import { resolveTask, type TaskInput } from "../../../src/tasks/index.ts";
import { baselineOfRun } from "../../../src/training/baseline.ts";
import { taskCost } from "../../../src/training/index.ts";
import { adding } from "../planted.ts";
import { type Instance, type Said, saidBy } from "./instance.ts";

/** What a vanishing path costs on a task, and the headline with it. */
async function priced(network: NetworkInput, task: TaskInput, updates: number, batch = 32): Promise<Said> {
  const cost = await taskCost({ network, task, updates, batch, optimizer: { name: "adam", learningRate: 1e-2 } })
    .result;
  const diagnosis = diagnose(propagate({ network, task, batch }), { cost });
  return { ...saidBy(diagnosis), text: diagnosis.summary };
}

export const MNIST = ["images", "labels"].map(
  (of) => `../shared/data/mnist/t10k-${of}-idx${of === "images" ? 3 : 1}-ubyte.gz`,
);

export const HARMLESS: readonly Instance[] = [
  {
    tried: "a GRU on the 28 rows of MNIST",
    run: () => {
      const [images, labels] = MNIST.map((file) => readFileSync(file));
      const task = { name: "sequential_images", perStep: 28, images, labels } as TaskInput;
      return priced({ kind: "recurrent", cell: "gru", hidden: 32 }, task, 150);
    },
    right: {
      verdict: "vanishing",
      says: /the task needs \d+ steps.*vanishing (costs nothing here|slows learning down here)/,
    },
  },
  {
    tried: "an LSTM of forget bias 0 over 40 steps of the adding problem",
    run: () => priced({ kind: "recurrent", cell: "lstm", hidden: 16, init: { forgetBias: 0 } }, adding(40), 900),
    right: {
      verdict: "vanishing",
      says: /the task needs \d+ steps.*vanishing (costs nothing here|slows learning down here)/,
    },
  },
  {
    tried: "a GRU by default over 40 steps of the adding problem, which learns although the gradient fades",
    run: () => priced({ kind: "recurrent", cell: "gru", hidden: 16 }, adding(40), 500),
    right: { verdict: "vanishing", says: /the task needs \d+ steps.*vanishing costs nothing here/ },
  },
  {
    tried: "a GRU whose path over 12 steps is healthy: the sentence does not speak of vanishing",
    run: () => priced({ kind: "recurrent", cell: "gru", hidden: 16 }, adding(12), 500),
    right: { verdict: "healthy", says: /the path costs nothing here/ },
  },
  {
    tried: "a plain tanh recurrence that fades, on a task that needs its far steps",
    run: () =>
      priced(
        { kind: "recurrent", cell: "tanh", hidden: 16, init: { recurrent: "gaussian", gain: 0.5 } },
        adding(24),
        300,
      ),
    right: { verdict: "vanishing", says: /the task needs 2\d steps.*vanishing costs this difference/ },
  },
  {
    tried: "six layers of sigmoid on spirals",
    run: () =>
      priced(
        { kind: "feedforward", depth: 6, width: 16, activation: "sigmoid" },
        { name: "spirals", turns: 1 } as TaskInput,
        200,
      ),
    right: { verdict: "vanishing", says: /vanishing costs this difference/, never: /costs nothing/ },
  },
  {
    tried: "noise, of which nothing can be learned",
    run: () =>
      priced(
        { kind: "recurrent", cell: "lstm", hidden: 16, init: { forgetBias: 0 } },
        { name: "noise", steps: 40 } as TaskInput,
        40,
      ),
    right: { verdict: "vanishing", says: /the cost of vanishing is not known/, never: /costs (nothing|this)/ },
  },
];

/** The baseline of batches of these targets, a batch an update. */
const baselineFrom = (
  tried: string,
  targets: (update: number) => Float32Array | Int32Array,
  says: RegExp,
  more: object = {},
): Instance => ({
  tried,
  run: () => {
    const found = baselineOfRun((update) => {
      const { baseline: _, ...batch } = resolveTask(adding(4), { batch: 1, seed: 1, kind: "recurrent" });
      return { ...batch, ...more, targets: targets(update) } as Batch;
    });
    return { verdict: "known", parts: [], causes: [], text: `${found?.value}` };
  },
  right: { verdict: "known", says },
});

export const BASELINES: readonly Instance[] = [
  baselineFrom("the baseline of batches of one sample", (update) => Float32Array.of(update % 2), /^0\.25/),
  baselineFrom("batches of one sample of 0 or 10", (update) => Float32Array.of(update % 2 === 0 ? 0 : 10), /^25$/),
  baselineFrom(
    "batches of one sample of three classes",
    (update) => Int32Array.of(update % 3),
    /^1\.098/, // ln 3
    { outputSize: 3, loss: "cross_entropy" },
  ),
  baselineFrom("batches of three samples", (update) => Float32Array.of(0, 1, update % 2), /^0\.2[45]/, { batch: 3 }),
  baselineFrom("batches of one sample of equal targets", () => Float32Array.of(2), /^0$/),
];
