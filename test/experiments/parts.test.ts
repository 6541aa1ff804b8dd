/** The parts of experiments: training runs, the deep teacher, drawn digits, folded batch norm. */
import { describe, expect, it } from "vitest";
import { deepTeacher } from "../../src/experiments/deep-teacher.ts";
import { foldBatchNorm } from "../../src/experiments/fold.ts";
import { glyphs, labeledBatch, labeledTable } from "../../src/experiments/glyphs.ts";
import { learnedShare, lossOf, trainFresh, trivialLoss, updatesTo } from "../../src/training/short-training.ts";
import { createNetwork } from "../../src/network/create.ts";
import { random } from "../../src/base/random.ts";
import { finish } from "../../src/base/time-slicing.ts";
import { resolveTask } from "../../src/tasks/index.ts";

describe("training for a claim", () => {
  const spec = { kind: "feedforward", depth: 2, width: 16, activation: "relu", init: { weight: "he_normal" } } as const;
  const task = { name: "parity", bits: 3 };
  const plan = { steps: 300, optimizer: { name: "sgd", learningRate: 0.1 } } as const;

  it("says what was learned on unseen data, by how much each weight moved, and when half the loss was gone", () => {
    const run = finish(trainFresh(spec, task, plan, 1));
    expect(run.learned).toBeGreaterThan(0.9);
    expect(run.learned).toBeCloseTo(1 - run.loss / Math.LN2, 12);
    expect(
      run.parameters.every(({ lnMoved }) => lnMoved > Math.log(1e-3) || lnMoved === Number.POSITIVE_INFINITY),
    ).toBe(true);
    const half = updatesTo(Math.LN2 / 2, run);
    expect(half).toBeGreaterThan(10);
    expect(half).toBeLessThan(300);
  });

  it("is the same for the same seed and another for another", () => {
    expect(finish(trainFresh(spec, task, plan, 1))).toEqual(finish(trainFresh(spec, task, plan, 1)));
    expect(finish(trainFresh(spec, task, plan, 2)).loss).not.toBe(finish(trainFresh(spec, task, plan, 1)).loss);
  });

  it("that diverges has learned nothing, and says so", () => {
    const wild = { steps: 50, optimizer: { name: "sgd", learningRate: 1e6 } } as const;
    const run = finish(trainFresh({ ...spec, activation: "relu" }, { name: "teacher", inputs: 8, hidden: 4 }, wild, 1));
    expect([run.outcome, run.learned]).toEqual(["nonfinite", 0]);
    expect(run.loss).toBeNaN();
  });

  it("frozen layers do not move", () => {
    const run = finish(trainFresh(spec, task, { ...plan, steps: 5, frozen: ["layers.0."] }, 1));
    expect(run.parameters.map(({ name }) => name)).not.toContain("layers.0.weight");
  });
});

it("the trivial loss is the variance of the very targets, and the baseline of classes", () => {
  const regression = resolveTask(
    { name: "teacher", inputs: 8, hidden: 4 },
    { batch: 200, seed: 3, kind: "feedforward" },
  );
  const targets = regression.targets as Float32Array;
  const mean = targets.reduce((sum, y) => sum + y, 0) / 200;
  const variance = targets.reduce((sum, y) => sum + (y - mean) ** 2, 0) / 200;
  expect(trivialLoss(regression)).toBeCloseTo(variance, 6);
  const classes = resolveTask({ name: "parity", bits: 3 }, { batch: 8, seed: 3, kind: "feedforward" });
  expect(trivialLoss(classes)).toBeCloseTo(Math.LN2, 12);
  expect([learnedShare(0.5, 2), learnedShare(3, 2), learnedShare(Number.NaN, 2)]).toEqual([0.75, 0, 0]);
});

it("a deep teacher answers with mean 0 and variance 1, alike for alike inputs", () => {
  const source = deepTeacher({ inputs: 4, depth: 3, width: 8, gain: 1.5 }, random(1, "teacher"));
  const { targets } = source({ batch: 4096, seed: 2 });
  const values = [...(targets as Float32Array)];
  const mean = values.reduce((sum, y) => sum + y, 0) / values.length;
  expect(Math.abs(mean)).toBeLessThan(0.1); // two means of 4,096 samples of variance 1: 4.5 standard errors
  expect(values.reduce((sum, y) => sum + (y - mean) ** 2, 0) / values.length).toBeCloseTo(1, 0);
  expect(source({ batch: 8, seed: 2 }).targets).toEqual((targets as Float32Array).slice(0, 8));
});

it("drawn digits are alike within a class and unlike between classes", () => {
  const { inputs, labels, size } = glyphs(2000, 0.3, 1);
  const means = Array.from({ length: 10 }, () => new Float64Array(size));
  const counts = new Array(10).fill(0);
  labels.forEach((label, n) => {
    counts[label]++;
    for (let x = 0; x < size; x++) means[label][x] += inputs[n * size + x];
  });
  for (const [c, mean] of means.entries()) for (let x = 0; x < size; x++) mean[x] /= counts[c];
  let right = 0;
  labels.forEach((label, n) => {
    const apart = means.map((mean) => mean.reduce((sum, value, x) => sum + (value - inputs[n * size + x]) ** 2, 0));
    if (apart.indexOf(Math.min(...apart)) === label) right++;
  });
  expect(right / 2000).toBeGreaterThan(0.95); // the nearest class mean is nearly always the right one
});

it("a table of digits becomes images of 0 … 1 with their classes; too small a one is refused", () => {
  const row = (n: number) => `${n % 17},${(n * 7) % 17},16,${n % 10}`;
  const text = Array.from({ length: 1700 }, (_, n) => row(n)).join("\n");
  const data = labeledTable(text, "digits.csv");
  expect([data.size, data.labels.length, Math.max(...data.inputs)]).toEqual([3, 1700, 1]);
  expect([...labeledBatch(data, [5, 23]).targets!]).toEqual([5, 3]);
  const few = Array.from({ length: 20 }, (_, n) => row(n)).join("\n");
  expect(() => labeledTable(few, "few.csv")).toThrow("few.csv: at least 1700 rows, got 20");
});

it("folded batch normalization leaves the plain network with the same loss", () => {
  const plain = { kind: "feedforward", inputs: 6, outputs: 2, depth: 4, width: 9, activation: "sigmoid" } as const;
  const [own, normed] = [createNetwork(plain, { seed: 1 }), createNetwork({ ...plain, norm: "batch" }, { seed: 1 })];
  const stream = random(1, "scales");
  for (const name of normed.parameters.names.filter((each) => each.startsWith("norms."))) {
    normed.parameters.set(
      name,
      normed.parameters.get(name).map(() => 0.5 + stream.uniform()),
    );
  }
  const test = resolveTask({ name: "parity", bits: 6 }, { batch: 64, seed: 2, kind: "feedforward" });
  const before = lossOf(own, test);
  foldBatchNorm(normed, own, test.inputs, 64);
  const wanted = lossOf(normed, test);
  expect(lossOf(own, test) / wanted).toBeCloseTo(1, 5); // float32's digits over four layers
  expect(Math.abs(before / wanted - 1)).toBeGreaterThan(1e-3);
  own.dispose();
  normed.dispose();
});
