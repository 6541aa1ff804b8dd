/**
 * The recorder for TensorFlow.js: with a stand-in of its tensors and its gradient descent; and under
 * `npm run test:frameworks`, with bench/tfjs-monitor installed, with @tensorflow/tfjs itself.
 */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { judgeRun } from "../../src/monitor/run/judge.ts";
import { recordModel } from "../../src/records/tensorflow.ts";
import { describeFramework, withFrameworks } from "../setup/frameworks.ts";
import { runOf } from "./helpers.ts";

const bench = fileURLToPath(new URL("../../bench/tfjs-monitor/package.json", import.meta.url));

const linesOf = (lines: readonly string[]) => lines.map((line) => JSON.parse(line));
const norm = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));

describeFramework("@tensorflow/tfjs itself", () => {
  // biome-ignore lint/suspicious/noExplicitAny: its types are not installed here
  const tf: any = withFrameworks ? createRequire(bench)("@tensorflow/tfjs") : undefined;

  async function setup() {
    await tf.setBackend("cpu");
    const model = tf.sequential({ name: "net" });
    for (const [name, units] of [
      ["a", 5],
      ["b", 3],
      ["out", 1],
    ] as const) {
      const kernelInitializer = tf.initializers.glorotNormal({ seed: units });
      model.add(
        tf.layers.dense({
          name,
          units,
          activation: name === "out" ? "linear" : "tanh",
          ...(name === "a" ? { inputShape: [4] } : {}),
          kernelInitializer,
        }),
      );
    }
    const optimizer = tf.train.sgd(0.1);
    model.compile({ optimizer, loss: "meanSquaredError" });
    return {
      model,
      optimizer,
      x: tf.randomNormal([16, 4], 0, 1, "float32", 1),
      y: tf.randomNormal([16, 1], 0, 1, "float32", 2),
    };
  }

  it("records model.fit: names, order, losses, norms and updates", async () => {
    const { model, optimizer, x, y } = await setup();
    const lines: string[] = [];
    // the first update's gradients, computed separately
    const { grads } = tf.variableGrads(() => tf.losses.meanSquaredError(y, model.apply(x)));
    const recorder = recordModel(model, optimizer, { write: (line) => lines.push(line), every: 2 });
    const history = await model.fit(x, y, { epochs: 3, batchSize: 16, shuffle: false, verbose: 0 });
    recorder.stop();
    await model.fit(x, y, { epochs: 1, batchSize: 16, verbose: 0 });
    const [header, ...updates] = linesOf(lines);
    expect(header).toMatchObject({
      schema: "evanesce.record/1",
      model: "net",
      order: "layers",
      loss: "meanSquaredError",
    });
    expect(header.tensors.map(({ name }: { name: string }) => name)).toEqual([
      "a/kernel",
      "a/bias",
      "b/kernel",
      "b/bias",
      "out/kernel",
      "out/bias",
    ]);
    expect(updates.map(({ update }) => update)).toEqual([0, 1, 2]);
    expect(recorder.updates).toBe(3);
    for (const [i, { loss }] of updates.entries()) expect(loss).toBeCloseTo(history.history.loss[i], 5);
    model.trainableWeights.forEach((weight: { val: { name: string } }, i: number) => {
      const wanted = norm(grads[weight.val.name].dataSync());
      expect(Math.abs(updates[0].norm[i] / wanted - 1)).toBeLessThan(1e-5);
    });
    // gradient descent moves every weight by the rate times its gradient
    for (const { norm: norms, updateNorm } of updates)
      for (const i of norms.keys()) expect(Math.abs(updateNorm[i] / (0.1 * norms[i]) - 1)).toBeLessThan(1e-3);
    expect(updates.map((line) => "histogram" in line)).toEqual([true, false, true]);
    expect(updates[0].histogram[0].counts.reduce((sum: number, n: number) => sum + n, 0)).toBe(20);
    const judged = judgeRun(await runOf(lines.join("")));
    expect(judged.layers.map(({ name }) => name)).toEqual(["a", "b", "out"]);
    expect(judged.verdict).toBe("healthy");
  });

  it("leaves no tensor behind", async () => {
    const { model, optimizer, x, y } = await setup();
    const step = () => optimizer.minimize(() => tf.losses.meanSquaredError(y, model.apply(x)).asScalar());
    const recorder = recordModel(model, optimizer, { write: () => {} });
    step();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 12; i++) step();
    expect(tf.memory().numTensors).toBe(before);
    recorder.stop();
  });

  it("tells a tiny gradient from none at all", async () => {
    const { model, optimizer } = await setup();
    const lines: string[] = [];
    recordModel(model, optimizer, { write: (line) => lines.push(line) });
    const grads = model.trainableWeights.map(({ val }: { val: { name: string; shape: number[] } }, i: number) => ({
      name: val.name,
      tensor: tf.fill(val.shape, i === 0 ? 1e-30 : i === 1 ? 0 : i === 2 ? Number.NaN : 1),
    }));
    optimizer.applyGradients(grads.slice(0, 4));
    const [, { norm: norms }] = linesOf(lines);
    expect(norms[0]).toBeCloseTo(1e-30 * Math.sqrt(20), 35);
    expect(norms[0]).toBeGreaterThan(0);
    expect(norms.slice(1)).toEqual([0, "NaN", expect.closeTo(Math.sqrt(3), 5), null, null]);
  });
});

describe("a stand-in of TensorFlow.js, without its chained operations", () => {
  const variable = (name: string, values: number[]) => {
    const state = { values };
    const tensor = (of: number[]) => ({
      shape: [of.length],
      dataSync: () => of,
      clone: () => tensor([...of]),
      dispose: () => {},
    });
    return {
      originalName: name,
      shape: [values.length],
      state,
      val: {
        ...tensor(values),
        name: `${name}_1`,
        dataSync: () => state.values,
        clone: () => tensor([...state.values]),
      },
    };
  };

  const setup = () => {
    const weights = [variable("a/kernel", [3, 4]), variable("b/kernel", [0, 2])];
    const optimizer = {
      learningRate: 0.5,
      computeGradients: () => ({ value: { clone: () => ({ dataSync: () => [2.5], dispose: () => {} }) }, grads: {} }),
      applyGradients: (grads: Record<string, { dataSync(): number[] }>) => {
        for (const { val, state } of weights) {
          const gradient = grads[val.name]?.dataSync();
          if (gradient) state.values = state.values.map((w, i) => w - 0.5 * gradient[i]);
        }
      },
    };
    return { model: { trainableWeights: weights }, optimizer };
  };

  it("is measured on this side", () => {
    const { model, optimizer } = setup();
    const lines: string[] = [];
    // biome-ignore lint/suspicious/noExplicitAny: a stand-in has no more than is used
    const recorder = recordModel(model as any, optimizer as any, { write: (line) => lines.push(line) });
    optimizer.computeGradients();
    // biome-ignore lint/suspicious/noExplicitAny: the same
    optimizer.applyGradients({ "a/kernel_1": { shape: [2], dataSync: () => [6, 8] } } as any);
    recorder.stop();
    const [, update] = linesOf(lines);
    expect(update).toMatchObject({
      update: 0,
      loss: 2.5,
      norm: [10, null],
      weightNorm: [0, 2],
      updateNorm: [5, 0],
      rate: [0.5],
    });
    expect(update.histogram).toEqual([{ from: 0, counts: [2] }, null]);
  });

  it("refuses what is neither a model nor an optimizer", () => {
    const { model, optimizer } = setup();
    const write = () => {};
    const record = recordModel as unknown as (...args: readonly unknown[]) => void;
    const call =
      (...args: readonly unknown[]) =>
      () =>
        record(...args);
    expect(call({ trainableWeights: [] }, optimizer, { write })).toThrow("with trainable weights");
    expect(call(model, {}, { write })).toThrow("a tf.Optimizer");
    expect(call(model, optimizer, {})).toThrow("a function that takes a line");
    expect(call(model, optimizer, { write, every: 0 })).toThrow("every: a whole number ≥ 1");
  });
});
