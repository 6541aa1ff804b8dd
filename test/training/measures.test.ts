import { finish } from "../../src/base/time-slicing.ts";
import { describe, expect, it } from "vitest";
import { clipByNorm, clipByUnit, clipByValue } from "../../src/metrics/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import type { Batch } from "../../src/tasks/batch.ts";
import { baselineOf, type ClipOptions, createTrainer, measureGsnr, type StepRecord } from "../../src/training/index.ts";
import { normals } from "../oracle/draw.ts";
import { batchFor, EVERY_KIND, networkOf } from "./networks.ts";

const SPEC = EVERY_KIND[0];

describe("clipping between backward pass and update", () => {
  const clippers = { norm: clipByNorm, value: clipByValue, unit: clipByUnit } as const;
  const CASES: (readonly [keyof ClipOptions, number])[] = [
    ["norm", 0.01],
    ["norm", 1e6],
    ["value", 0.003],
    ["value", 1e3],
    ["unit", 0.001],
    ["unit", 100],
  ];

  it.each(CASES)("by %s at %d: what the functions on arrays do, with their ledger", (method, limit) => {
    const network = networkOf(SPEC);
    const batch = batchFor(SPEC, 1);
    network.propagate(batch);
    const tensors = network.gradients.names.map((name) => ({
      name,
      gradient: network.gradients.get(name) as Float32Array,
      shape: network.parameters.shape(name),
      weight: network.parameters.get(name),
    }));
    const before = tensors.map(({ name }) => network.parameters.get(name));
    const { gradients, ledger } = clippers[method](tensors, limit);
    const trainer = createTrainer(network, { optimizer: { name: "sgd", learningRate: 1 }, clip: { [method]: limit } });
    const { clips, parameters } = trainer.step(batch);
    expect(clips).toHaveLength(1);
    const [{ angle, before: lnBefore, after, ...exact }] = clips;
    expect(exact).toEqual({ method, limit, of: ledger.of, share: ledger.share });
    expect(lnBefore).toBeCloseTo(ledger.before, 6);
    expect(after).toBeCloseTo(ledger.after, 6);
    expect(angle).toBeCloseTo(ledger.angle as number, 6);
    gradients.forEach(({ name, gradient }, k) => {
      const moved = network.parameters.get(name);
      gradient.forEach((g, i) => {
        // θ − g, rounded as a float32
        expect(Math.abs(moved[i] - (before[k][i] - g))).toBeLessThanOrEqual(2 ** -23 * Math.max(1, Math.abs(g)));
      });
      expect(parameters[k].lnSeenNorm).toBeCloseTo(Math.log(Math.hypot(...gradient)), 5);
    });
    trainer.dispose();
    network.dispose();
  });

  it("several: by unit, then by value, then by norm", () => {
    const network = networkOf(SPEC);
    const trainer = createTrainer(network, { clip: { norm: 1, value: 1, unit: 0.01 } });
    const { clips } = trainer.step(batchFor(SPEC, 1));
    expect(clips.map(({ method }) => method)).toEqual(["unit", "value", "norm"]);
    expect(clips[1].before).toBe(clips[0].after);
    expect(clips[2].before).toBe(clips[1].after);
    trainer.dispose();
    network.dispose();
  });

  it("refuses an invalid limit", () => {
    const network = networkOf(SPEC);
    expect(() => createTrainer(network, { clip: { norm: 0 } })).toThrow("clip.norm: a finite number > 0");
    network.dispose();
  });
});

describe("accuracy", () => {
  /** One linear layer whose outputs are its inputs, so that the test chooses them. */
  function judge(outputs: readonly (readonly number[])[], targets: Int32Array | Float32Array, loss: Batch["loss"]) {
    const Y = outputs[0].length;
    const spec = { kind: "feedforward", width: Y, depth: 1, activation: "identity" } as const;
    const network = createNetwork(spec, { inputs: Y, outputs: null });
    const identity = Float32Array.from({ length: Y * Y }, (_, i) => (i % (Y + 1) === 0 ? 1 : 0));
    network.parameters.set("layers.0.weight", identity);
    const trainer = createTrainer(network);
    const inputs = Float32Array.from(outputs.flat());
    const batch = { name: "test", batch: outputs.length, inputSize: Y, outputSize: Y, inputs, targets, loss } as const;
    const record: StepRecord = trainer.step({ ...batch, lossAt: "last" });
    trainer.dispose();
    network.dispose();
    return record.accuracy;
  }

  it.each([1, 3, 4, 5, 7, 8, 9, 17])("of %d samples: the share whose own class has the largest output", (B) => {
    for (const Y of [2, 3, 9]) {
      const values = normals(B * Y, B, "outputs");
      const outputs = Array.from({ length: B }, (_, b) => [...values.subarray(b * Y, (b + 1) * Y)]);
      const targets = Int32Array.from({ length: B }, (_, b) => b % Y);
      const right = outputs.filter((row, b) => row.indexOf(Math.max(...row)) === targets[b]).length;
      expect(judge(outputs, targets, "cross_entropy")).toBe(right / B);
      expect(judge(outputs, targets, "hinge")).toBe(right / B);
      const ones = Float32Array.from(values, (_, i) => i % 2);
      const sides = values.filter((value, i) => value > 0 === ones[i] > 0.5).length;
      expect(judge(outputs, ones, "binary_cross_entropy")).toBe(sides / (B * Y));
      expect(judge(outputs, ones, "mse")).toBe(null);
    }
  });

  it("among equal outputs the first one counts: a dead network is not always right", () => {
    const flat = Array.from({ length: 6 }, () => [0, 0, 0]);
    expect(judge(flat, Int32Array.from([0, 1, 2, 0, 1, 2]), "cross_entropy")).toBe(2 / 6);
  });
});

describe("signal-to-noise of the gradient", () => {
  it("is that of the parts' gradients, entry by entry", () => {
    const spec = { kind: "feedforward", width: 4, depth: 2 } as const;
    const network = networkOf(spec);
    const [K, b, X, Y] = [8, 2, 3, 5];
    const B = K * b + 1; // one left over
    const inputs = Float32Array.from(normals(B * X, 1, "inputs"));
    const targets = Float32Array.from(normals(B * Y, 1, "targets"));
    const batch = { name: "t", inputSize: X, outputSize: Y, loss: "mse", lossAt: "last" } as const;
    const got = finish(measureGsnr(network, { ...batch, batch: B, inputs, targets }));
    const parts = Array.from({ length: K }, (_, k) => {
      const cut = (values: Float32Array, N: number) => values.slice(k * b * N, (k + 1) * b * N);
      network.propagate({ ...batch, batch: b, inputs: cut(inputs, X), targets: cut(targets, Y) });
      return network.gradients.names.map((name) => Float64Array.from(network.gradients.get(name)));
    });
    network.gradients.names.forEach((name, i) => {
      const n = parts[0][i].length;
      let [signal, noise] = [0, 0];
      const ratios: number[] = [];
      for (let j = 0; j < n; j++) {
        const column = parts.map((part) => part[i][j]);
        const mean = column.reduce((sum, value) => sum + value, 0) / K;
        const variance = (b * column.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / (K - 1);
        signal += mean ** 2 - variance / (b * K);
        noise += variance;
        ratios.push(mean ** 2 / variance);
      }
      const middle = ratios.sort((one, other) => one - other);
      const median = (middle[(n - 1) >> 1] + middle[n >> 1]) / 2;
      expect(got?.[i].name).toBe(name);
      expect(got![i].gsnr! / (ratios.reduce((sum, ratio) => sum + ratio, 0) / n)).toBeCloseTo(1, 6);
      expect(got![i].gsnrMedian! / median).toBeCloseTo(1, 6);
      expect(1 / got![i].noiseScale!).toBeCloseTo(Math.max(signal, 0) / noise, 8);
    });
    network.dispose();
  });

  it("of equal samples there is no noise, of one sample nothing to tell, of a dead network neither", () => {
    const spec = { kind: "feedforward", width: 4, depth: 2, activation: "relu" } as const;
    const network = networkOf(spec);
    const one = { name: "t", inputSize: 3, outputSize: 5, loss: "mse", lossAt: "last", batch: 1 } as const;
    const [inputs, targets] = [new Float32Array(3).fill(1), new Float32Array(5).fill(1)];
    expect(finish(measureGsnr(network, { ...one, inputs, targets }))).toBe(null);
    network.parameters.set("layers.0.bias", new Float32Array(4).fill(-1e3));
    const dead = finish(
      measureGsnr(network, {
        ...one,
        batch: 4,
        inputs: new Float32Array(12),
        targets: new Float32Array(20),
      }),
    );
    expect(dead?.find(({ name }) => name === "layers.0.weight")?.gsnr).toBe(null);
    network.dispose();
  });
});

describe("the trivial answer's loss", () => {
  const batch = { name: "t", batch: 4, inputSize: 1, inputs: new Float32Array(4), lossAt: "last" } as const;

  it("is the task's, or that of the best constant", () => {
    expect(baselineOf({ ...batch, loss: "mse", baseline: 0.25 })).toEqual({ value: 0.25, source: "task" });
    expect(baselineOf({ ...batch, loss: "none" })).toBe(null);
    const targets = Float32Array.from([1, 0, 3, 0, 1, 1, 3, 1]); // columns 1 3 1 3 and 0 0 1 1: variances 1 and ¼
    expect(baselineOf({ ...batch, outputSize: 2, targets, loss: "mse" })?.value).toBeCloseTo(0.625, 12);
    const classes = Int32Array.from([0, 0, 0, 2]);
    const entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
    expect(baselineOf({ ...batch, outputSize: 3, targets: classes, loss: "cross_entropy" })?.value).toBeCloseTo(
      entropy,
      12,
    );
    const ones = Float32Array.from([0, 1, 1, 1]);
    expect(baselineOf({ ...batch, outputSize: 1, targets: ones, loss: "binary_cross_entropy" })?.value).toBeCloseTo(
      entropy,
      12,
    );
  });
});
