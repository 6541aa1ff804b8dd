import { describe, expect, it } from "vitest";
import { constantLoss, LOSSES, type LossName, type LossOptions, lossFacts } from "../../src/catalogue/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import { parseSpec } from "../../src/spec/index.ts";
import { parseLoss, withLoss } from "../../src/tasks/loss.ts";
import { resolveTask } from "../../src/tasks/index.ts";
import { LOSS } from "../oracle/losses.ts";

const OPTIONS: readonly [LossName, LossOptions][] = [
  ...LOSSES.filter((name) => name !== "none" && name !== "hinge").map((name): [LossName, LossOptions] => [name, {}]),
  ["huber", { delta: 0.3 }],
  ["binary_cross_entropy", { posWeight: [0.25, 4, 1] }],
  ["cross_entropy", { classWeights: [1, 0.5, 3] }],
  ["cross_entropy", { labelSmoothing: 0.2 }],
  ["cross_entropy", { classWeights: [1, 0, 3], labelSmoothing: 0.2 }],
];

describe("the baseline is the smallest loss of a constant output", () => {
  it.each(OPTIONS)("%s %o", (name, options) => {
    const [N, Y] = [17, 3];
    const classes = lossFacts(name).targets === "classes";
    const values = classes
      ? Array.from({ length: N }, (_, n) => [0, 2, 2, 1, 0][n % 5])
      : Array.from({ length: N * Y }, (_, i) => Math.abs(Math.sin(i * i + 1)));
    const at = (z: readonly number[]) =>
      LOSS[name as Exclude<LossName, "none">](
        Array.from({ length: N }, () => Float64Array.from(z)) as never,
        values,
        options,
      ).loss;
    // descent on the constant: coordinate by coordinate, the step halved where nothing helps
    let best = [0.1, 0.2, 0.3];
    for (let step = 1; step > 1e-9; ) {
      const tried = best.flatMap((_, y) => [step, -step].map((by) => best.with(y, best[y] + by)));
      const next = tried.reduce((least, z) => (at(z) < at(least) ? z : least), best);
      if (next === best) step /= 2;
      else best = next;
    }
    const baseline = constantLoss(name, values, Y, options) as number;
    expect(baseline).toBeLessThanOrEqual(at(best) * (1 + 1e-12));
    expect(baseline).toBeGreaterThan(at(best) * (1 - 1e-6));
  });
});

describe("a task with another loss", () => {
  const adding = (loss: unknown) => resolveTask({ name: "adding", steps: 10, loss }, { batch: 5, seed: 1 });

  it("keeps its inputs and targets, and has the new loss's baseline", () => {
    const [plain, other] = [adding(undefined), adding({ name: "huber", delta: 0.5 })];
    expect(other.inputs).toEqual(plain.inputs);
    expect(other.targets).toEqual(plain.targets);
    expect([other.loss, other.lossOptions]).toEqual(["huber", { delta: 0.5 }]);
    expect(other.baseline).toBe(constantLoss("huber", other.targets as Float32Array, 1, { delta: 0.5 }));
    expect(adding("mse")).toEqual(plain);
  });

  it("two classes become one probability for binary cross-entropy", () => {
    const batch = resolveTask({ name: "spirals", loss: "bce" }, { batch: 8, seed: 1 });
    expect([batch.outputSize, batch.loss]).toEqual([1, "binary_cross_entropy"]);
    expect(batch.targets).toBeInstanceOf(Float32Array);
    expect(batch.baseline).toBeCloseTo(Math.LN2, 1);
  });

  it.each([
    ["cross_entropy", "task.loss: a loss of real targets, got"],
    ["hubert", "task.loss: one of mse, cross_entropy, binary_cross_entropy, hinge, huber, mae, none, got"],
    [{ name: "huber", delta: 0 }, "task.loss.delta: a number > 0, got 0"],
    [{ name: "mse", delta: 1 }, "task.loss.delta: an option there is"],
    ["bce", "task.loss: a probability from 0 to 1, got"],
  ])("%o is refused", (loss, message) => {
    expect(() => adding(loss)).toThrow(message);
  });

  it("weights are as many as classes", () => {
    const batch = resolveTask({ name: "copy", steps: 5 }, { batch: 2, seed: 1 });
    const loss = parseLoss({ name: "cross_entropy", classWeights: [1, 2] });
    expect(() => withLoss(batch, loss)).toThrow(
      `task.loss.classWeights: ${batch.outputSize} numbers, one for each class`,
    );
  });
});

describe("the same bits, however the pass is run", () => {
  const classWeights = Array.from({ length: 10 }, (_, i) => 1 + (i % 3) / 4);
  it.each([
    ["lstm", { name: "copy", steps: 12, loss: { name: "cross_entropy", classWeights } }],
    ["tanh", { name: "copy", steps: 12, loss: { name: "cross_entropy", labelSmoothing: 0.1, classWeights } }],
    ["gru", { name: "adding", steps: 12, loss: "mae" }],
  ])("%s, %o: two workers", async (cell, task) => {
    const batch = resolveTask(task, { batch: 19, seed: 2 });
    const spec = parseSpec({ kind: "recurrent", cell, hidden: 5, inputs: batch.inputSize, outputs: batch.outputSize });
    const network = createNetwork(spec, { seed: 1 });
    const alone = network.propagate(batch);
    const gradients = network.parameters.names.map((name) => network.gradients.get(name));
    const together = await network.propagateAsync(batch, { threads: 2 });
    expect(together.loss).toBe(alone.loss);
    expect(together.lnGradientNorm).toEqual(alone.lnGradientNorm);
    expect(network.parameters.names.map((name) => network.gradients.get(name))).toEqual(gradients);
    network.dispose();
  });
});
