import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { random } from "../../src/base/random.ts";
import type { UpdateReading } from "../../src/diagnosis/index.ts";
import { resolveTask } from "../../src/tasks/index.ts";
import { baselineOfRun } from "../../src/training/baseline.ts";
import { judgeProgress, type TrainOptions, type TrainingTrace, train } from "../../src/training/index.ts";
import { repairOf } from "../../src/training/next-step.ts";

const BASELINE = { value: 1, source: "task" } as const;
const stream = random(1, "test/phases");
const losses = (count: number, at: (i: number) => number) =>
  Array.from({ length: count }, (_, i) => at(i) * (1 + 0.05 * stream.normal()));
const moving = (ratio: number, rate = 1e-3): UpdateReading => ({
  ratios: [
    { name: "layers.0.weight", ln: Math.log(ratio) },
    { name: "layers.1.weight", ln: Math.log(ratio / 10) },
  ],
  rate,
});
const look = (verdict: "vanishing" | "healthy" | "exploding", totalGain = 0) =>
  ({ verdict, state: "training", totalGain, axis: "layer" }) as const;

async function traced(options: TrainOptions): Promise<TrainingTrace> {
  const run = train(options);
  for await (const _ of run);
  return run.result;
}

describe("a run without a gradient", () => {
  const dead = { verdict: "dead", state: "plateau", totalGain: Number.NaN, axis: "layer" } as const;
  const flat = losses(200, () => 1);

  it("died of its rate where a large update ended the gradient", () => {
    const death = { update: 1, name: "layers.1.weight", ln: Math.log(12), rate: 0.1 };
    const phase = judgeProgress(flat, BASELINE, dead, moving(1e-9), death);
    expect(phase).toMatchObject({ name: "rate-too-large" });
    expect(phase.sentence).toContain("until update 1 moved layers.1.weight by 12");
    expect(phase.next).toMatch(/8\.3e-7 to 8\.3e-4/);
  });

  it("is dead where its updates were small, or none had a gradient", () => {
    const death = { update: 90, name: "layers.1.weight", ln: Math.log(1e-3), rate: 0.1 };
    expect(judgeProgress(flat, BASELINE, dead, moving(1e-9), death).name).toBe("dead");
    expect(judgeProgress(flat, BASELINE, dead, moving(1e-9), null).name).toBe("dead");
  });

  it("says so of real runs: rectifiers that the first update shuts", async () => {
    const inputs = { shape: [64, 1], data: Float32Array.from({ length: 64 }, (_, i) => i / 12) };
    const targets = { shape: [64, 1], data: Float32Array.from({ length: 64 }, (_, i) => 5 * (i / 12) ** 2) };
    const run = (learningRate: number) =>
      traced({
        network: { kind: "feedforward", width: [50, 30], activation: "relu", outputs: 1 },
        task: { name: "arrays", inputs, targets } as never,
        optimizer: { name: "sgd", learningRate },
        batch: 32,
        steps: 300,
      });
    expect((await run(0.1)).phase).toMatchObject({ name: "rate-too-large", next: expect.stringContaining("lower") });
    expect((await run(1e-3)).phase.name).not.toBe("rate-too-large");
  });
});

describe("a loss at the trivial answer's on a path within its threshold", () => {
  const updates: UpdateReading = {
    ratios: [
      { name: "layers.0.weight", ln: Math.log(1e-6) },
      { name: "layers.2.weight", ln: Math.log(5e-4) },
    ],
    rate: 0.01,
  };
  const flat = losses(400, () => 1);

  it("vanishes where the first weights stand still and the last ones move", () => {
    const phase = judgeProgress(flat, BASELINE, look("healthy", -6), updates);
    expect(phase).toMatchObject({ name: "vanishing" });
    expect(phase.sentence).toContain("layers.0.weight moves by 1.0e-6");
  });

  it("does not where the gradient hardly fades", () => {
    expect(judgeProgress(flat, BASELINE, look("healthy", -2), updates).name).toBe("trivial-baseline");
  });
});

describe("a loss that runs away is diverging, since the update after which it did not come back", () => {
  it("from 1 to 6e30, by updates larger than the weights: the learning rate", () => {
    const series = losses(200, (i) => (i < 40 ? 1 : 10 ** ((30.8 * (i - 40)) / 160)));
    const phase = judgeProgress(series, BASELINE, look("healthy"), moving(3, 5));
    expect(phase).toMatchObject({ name: "diverging" });
    expect(phase.since).toBeGreaterThan(41);
    expect(phase.since).toBeLessThan(60);
    expect(phase.sentence).toContain("the learning rate is too large");
    expect(phase.next).toMatch(/1\.7e-4 to 0\.17/);
  });

  it("says that the gradient is gone where the last update moved nothing", () => {
    const series = losses(200, (i) => (i < 40 ? 1 : 1e6));
    const { name, sentence } = judgeProgress(series, BASELINE, look("healthy"), moving(0));
    expect(name).toBe("diverging");
    expect(sentence).toContain("the last update moved no weight, because no gradient is left: the learning rate");
  });

  it("by a path that explodes, with updates of ordinary size: the path", () => {
    const series = losses(200, (i) => (i < 40 ? 1 : 1e6));
    const phase = judgeProgress(series, BASELINE, look("exploding", 40), moving(1e-3));
    expect(phase).toMatchObject({ name: "diverging" });
    expect(phase.sentence).toContain("the gradient grows by a factor of 2.4e17");
    expect(phase.next).toContain("path");
  });

  it("not where a large start falls, nor where a spike comes back, nor below zero", () => {
    expect(
      judgeProgress(
        losses(200, (i) => 100 / (1 + i)),
        BASELINE,
        null,
      ).name,
    ).not.toBe("diverging");
    expect(
      judgeProgress(
        losses(200, (i) => (i === 100 ? 1e6 : 1 - i / 400)),
        BASELINE,
        null,
      ).name,
    ).not.toBe("diverging");
    expect(
      judgeProgress(
        losses(200, (i) => -10 + i / 400),
        null,
        null,
      ).name,
    ).not.toBe("diverging");
    expect(
      judgeProgress(
        losses(200, (i) => (i < 50 ? -10 : 500)),
        null,
        null,
      ).name,
    ).toBe("diverging");
  });
});

describe("a loss that stands at or above the trivial answer's", () => {
  it("under updates below 1e-5 of the weights: the rate is too small, with the range that would move them", () => {
    const phase = judgeProgress(
      losses(300, () => 1),
      BASELINE,
      look("vanishing", -30),
      moving(2e-9, 1e-8),
    );
    expect(phase).toMatchObject({ name: "rate-too-small" });
    expect(phase.next).toMatch(/5\.0e-4 to 0\.50/);
    expect(
      judgeProgress(
        losses(30, () => 1),
        BASELINE,
        look("healthy"),
        moving(2e-9, 1e-8),
      ).name,
    ).toBe("rate-too-small");
  });

  it("under updates of more than a tenth: the rate is too large, whatever the path", () => {
    const phase = judgeProgress(
      losses(300, () => 1.8),
      BASELINE,
      look("vanishing", -30),
      moving(0.6, 2),
    );
    expect(phase).toMatchObject({ name: "rate-too-large" });
  });

  it.each([1.6, 2.4])("at %f times it: above the trivial answer, with what stands in the way", (level) => {
    const obstacle = { part: "input", state: "saturated", evidence: "98 % of the derivatives are small." };
    const phase = judgeProgress(
      losses(300, () => level),
      BASELINE,
      { ...look("healthy"), obstacle },
      moving(1e-3),
    );
    expect(phase).toMatchObject({ name: "above-trivial" });
    expect(phase.sentence).toContain("98 % of the derivatives are small");
    expect(phase.next).toBe("Repair the input first.");
  });

  it("of a path that is sick too, the next step says how to repair it", () => {
    const obstacle = { part: "loss", state: "above-trivial", evidence: "The outputs are far too large." };
    const advice = [{ sentence: "Initialize for relu." }];
    expect(repairOf({ ...look("exploding", 12), obstacle, advice })).toBe(
      "Repair the loss first, and the path: initialize for relu.",
    );
    expect(repairOf({ ...look("healthy"), verdict: "blocked", obstacle, advice })).toBe(
      "Repair the loss first: initialize for relu.",
    );
  });

  it("under ordinary updates the cause is the path where it is unhealthy, and none is named where it is healthy", () => {
    expect(
      judgeProgress(
        losses(300, () => 1),
        BASELINE,
        look("vanishing", -30),
        moving(1e-3),
      ).name,
    ).toBe("vanishing");
    expect(
      judgeProgress(
        losses(300, () => 1),
        BASELINE,
        look("healthy"),
        moving(1e-3),
      ).name,
    ).toBe("trivial-baseline");
  });
});

describe("real runs", () => {
  const adding = (optimizer: object, updates = 120): TrainOptions =>
    ({
      network: { kind: "recurrent", cell: "gru", hidden: 8 },
      task: { name: "adding", steps: 8 },
      batch: 16,
      seed: 3,
      steps: updates,
      optimizer,
    }) as TrainOptions;

  it("Adam at 1e-8 does not move, and Adam at 1e-2 learns", async () => {
    expect((await traced(adding({ name: "adam", learningRate: 1e-8 }))).phase.name).toBe("rate-too-small");
    expect((await traced(adding({ name: "adam", learningRate: 1e-2 }))).phase.name).toBe("learning");
  });

  it("plain descent at 50 diverges or jumps about, and is not called learning", async () => {
    const { phase } = await traced(adding({ name: "sgd", learningRate: 50 }));
    expect(["diverging", "rate-too-large", "nonfinite"]).toContain(phase.name);
    expect(phase.next).toContain("learning rate");
  });

  it("raw prices at a rate of 400: run away since the first updates, by the rate", async () => {
    const bytes = readFileSync(fileURLToPath(new URL("../cases/raw_prices.csv", import.meta.url)));
    const trace = await traced({
      network: { kind: "recurrent", cell: "lstm", hidden: 32 },
      task: { name: "csv", bytes, steps: 10 },
      batch: 32,
      seed: 1,
      steps: 60,
      optimizer: { name: "sgd", learningRate: 400 },
    } as TrainOptions);
    expect(["diverging", "nonfinite"]).toContain(trace.phase.name);
    expect(trace.phase.since).toBeLessThan(40);
    expect(trace.summary).toContain("learning rate is too large");
  });
});

describe("the constant answer's loss", () => {
  const batchOf = (values: readonly number[]) => {
    const { baseline: _, ...batch } = resolveTask(
      { name: "adding", steps: 4 },
      { batch: values.length, seed: 1, kind: "recurrent" },
    );
    return { ...batch, targets: Float32Array.from(values) };
  };

  it("of batches of one sample is that of many together, not 0", () => {
    const found = baselineOfRun((update) => batchOf([update % 2]));
    expect(found).toMatchObject({ source: "constant" });
    expect(found?.value).toBeCloseTo(0.25, 6);
  });

  it("is not known where one sample comes again and again in a batch too small", () => {
    let asked = 0;
    const found = baselineOfRun((update) => {
      asked = Math.max(asked, update);
      return batchOf([1, 2, 3, 4, 5, 6, 7, 8]);
    });
    expect(found?.value).toBeCloseTo(5.25, 6);
    expect(asked).toBe(32);
  });
});
