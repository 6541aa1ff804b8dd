import { describe, expect, test } from "vitest";
import { taskSource } from "../../src/training/data.ts";
import { type ShapedData, writeNpy } from "../../src/formats/index.ts";
import { arraysBatch, prepareTask, requireClasses, resolveTask } from "../../src/tasks/index.ts";
import { crossEntropy, mean, refusal, squaredError } from "./helpers.ts";

const context = { batch: 32, seed: 1 };
const real = (...shape: number[]) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((p, n) => p * n, 1) }, (_, i) => Math.sin(i)),
});
const classes = (values: number[], ...shape: number[]) => ({ shape, data: Int32Array.from(values) });

describe("the caller's own arrays", () => {
  test("their shapes decide kind, sizes and where the loss is", () => {
    const [T, B, X, Y] = [5, 3, 4, 2];
    const make = (inputs: unknown, targets?: unknown) => resolveTask({ name: "arrays", inputs, targets }, context);
    expect(make(real(T, B, X), real(B, Y))).toMatchObject({
      steps: T,
      batch: B,
      inputSize: X,
      outputSize: Y,
      loss: "mse",
      lossAt: "last",
    });
    expect(make(real(T, B, X), real(T, B, Y))).toMatchObject({ outputSize: Y, loss: "mse", lossAt: "every" });
    expect(make(real(T, B, X), classes([0, 2, 1], B))).toMatchObject({
      outputSize: 3,
      loss: "cross_entropy",
      lossAt: "last",
    });
    expect(make(real(2, B, X), classes([0, 1, 1, 0, 1, 1], 2, B))).toMatchObject({ outputSize: 2, lossAt: "every" });
    const flat = make(real(B, X), real(B, Y));
    expect(flat.steps).toBeUndefined();
    expect(flat).toMatchObject({ batch: B, inputSize: X, outputSize: Y });
    const bare = make(real(B, X));
    expect(bare.loss).toBe("none");
    expect("targets" in bare || "outputSize" in bare || "baseline" in bare).toBe(false);
  });

  test(".npy files give the same batch as arrays", () => {
    const [inputs, targets] = [real(5, 3, 4), classes([0, 2, 1], 3)];
    const files = { inputs: writeNpy(inputs), targets: writeNpy(targets) };
    expect(resolveTask({ name: "arrays", ...files }, context)).toEqual(
      resolveTask({ name: "arrays", inputs, targets }, context),
    );
  });

  test("int64 class indices, as read from a file, are class indices; float64 values are rounded", () => {
    const targets = { shape: [2], dtype: "int64" as const, data: Float64Array.of(1, 0) };
    const batch = arraysBatch({ inputs: { shape: [2, 1], data: Float64Array.of(0.1, 1) }, targets });
    expect(batch.targets).toEqual(Int32Array.of(1, 0));
    expect(batch.inputs[0]).toBe(Math.fround(0.1));
  });

  test("the baseline is what the best constant answer costs", () => {
    const targets = real(40, 3);
    const squared = arraysBatch({ inputs: real(40, 1), targets });
    const means = [0, 1, 2].map((y) => mean(targets.data.filter((_, i) => i % 3 === y)));
    expect(squared.baseline).toBeCloseTo(
      squaredError(targets.data, (i) => means[i % 3]),
      6,
    );

    const indices = classes([0, 0, 0, 2], 4);
    const cross = arraysBatch({ inputs: real(4, 1), targets: indices });
    expect(cross.baseline).toBeCloseTo(
      crossEntropy(indices.data, (_, c) => (c === 0 ? 3 / 4 : 1 / 4)),
      12,
    );

    const bits = { shape: [4, 1], data: Float32Array.of(0, 1, 1, 1) };
    const binary = arraysBatch({ inputs: real(4, 1), targets: bits, loss: "binary_cross_entropy" });
    expect(binary.baseline).toBeCloseTo(
      crossEntropy(bits.data, (_, y) => (y === 1 ? 3 / 4 : 1 / 4)),
      6,
    );
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["inputs of one axis", { inputs: real(3) }, /^task.inputs: shape \[T, B, X\] .* or \[B, X\] .*got "\[3\]"/],
    ["an axis of 0", { inputs: real(0, 3) }, /^task.inputs: no axis of 0, got "\[0, 3\]"/],
    [
      "data that do not fill the shape",
      { inputs: { shape: [2, 2], data: new Float32Array(3) } },
      /4 elements, for shape \[2, 2\], got 3/,
    ],
    ["a negative axis", { inputs: { shape: [-2, 2], data: new Float32Array(3) } }, /whole numbers ≥ 0/],
    ["no typed array", { inputs: { shape: [1, 1], data: [1] } }, /^task.inputs: an .npy file's bytes, or an object/],
    [
      "NaN inputs",
      { inputs: { shape: [1, 2], data: Float32Array.of(1, NaN) } },
      /^task.inputs\[0, 1\]: a finite number, got NaN/,
    ],
    [
      "infinite targets",
      { inputs: real(1, 2), targets: { shape: [1, 1], data: Float32Array.of(-Infinity) } },
      /^task.targets\[0, 0\]: .*got -Infinity/,
    ],
    [
      "another batch size",
      { inputs: real(5, 3, 1), targets: real(4, 1) },
      /^task.targets: shape \[3, Y\] or, at every step, \[5, 3, Y\].*got "\[4, 1\]"; give the targets of all 3 samples/,
    ],
    [
      "real targets of [B] for two outputs",
      { inputs: real(3, 1), targets: real(3), outputs: 2 },
      /store class indices as int64/,
    ],
    [
      "whole numbers of [B, Y]",
      { inputs: real(3, 1), targets: classes([1, 2, 3, 4, 5, 6], 3, 2) },
      /store real targets as float32/,
    ],
    [
      "a class too large",
      { inputs: real(2, 1), targets: classes([0, 3], 2), classes: 3 },
      /^task.targets\[1\]: a class index from 0 to 2, got 3/,
    ],
    [
      "a negative class",
      { inputs: real(1, 2, 1), targets: classes([0, -1], 1, 2) },
      /^task.targets\[0, 1\]: a class index from 0 to 0, got -1/,
    ],
    [
      "cross-entropy of real numbers",
      { inputs: real(2, 1), targets: real(2, 1), loss: "cross_entropy" },
      /class indices, whole numbers/,
    ],
    [
      "a class 2 for one output",
      { inputs: real(2, 1), targets: classes([0, 2], 2), outputs: 1 },
      /^task.targets\[1\]: 0 or 1, for a network of one output, got 2; give the network one output for each class/,
    ],
    [
      "sequences whose axes are exchanged",
      { inputs: real(4, 7, 3), targets: real(4, 1) },
      /^task.targets: shape \[7, Y\] .*got "\[4, 1\]"; it fits only if the first two axes .* add --batch-first/,
    ],
    [
      "inputs whose last axis is another",
      { inputs: real(4, 3, 7), inputSize: 3 },
      /^task.inputs: X = 3 on its last axis, .*its axis 1 is 3: .* axes 1 and 2 are exchanged, for example with .transpose\(0, 2, 1\)/,
    ],
    [
      "one sequence without a batch",
      { inputs: real(9, 3), kind: "recurrent" },
      /one sequence of 9 steps is \[9, 1, 3\]/,
    ],
    ["rows with --batch-first", { inputs: real(9, 3), batchFirst: true }, /^task.inputs: sequences \[B, T, X\]/],
    [
      "a probability of 1.5",
      { inputs: real(1, 1), targets: { shape: [1, 1], data: Float32Array.of(1.5) }, loss: "binary_cross_entropy" },
      /a probability from 0 to 1, got 1.5/,
    ],
    ["a loss without targets", { inputs: real(1, 1), loss: "mse" }, /^task.loss: none, without targets/],
    ["truncated .npy", { inputs: writeNpy(real(2, 2)).slice(0, -1), inputsFile: "X.npy" }, /^X.npy: 16 bytes of data/],
  ])("%s: refused with array, expectation and value", (_, options, message) => {
    expect(refusal(() => resolveTask({ name: "arrays", ...options }, context)).message).toMatch(message);
  });

  describe("in the order that others write them", () => {
    const counted = (...shape: number[]): ShapedData => ({
      shape,
      data: Float32Array.from({ length: shape.reduce((product, axis) => product * axis, 1) }, (_, i) => i),
    });
    const made = (options: object) => resolveTask({ name: "arrays", ...options }, context);

    test("sequences [B, T, X] are turned with batchFirst, and targets of every step with them", () => {
      const plain = made({ inputs: counted(2, 3, 2), targets: counted(2, 3, 1), batchFirst: true });
      expect(plain).toMatchObject({ batch: 2, steps: 3, inputSize: 2, outputSize: 1, lossAt: "every" });
      expect([...plain.inputs]).toEqual([0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11]);
      expect([...plain.targets!]).toEqual([0, 3, 1, 4, 2, 5]);
      const last = made({ inputs: counted(2, 3, 2), targets: counted(2, 1), batchFirst: true });
      expect([last.lossAt, ...last.targets!]).toEqual(["last", 0, 1]);
      const classed = made({ inputs: counted(2, 3, 2), targets: classes([0, 1, 2, 3, 4, 5], 2, 3), batchFirst: true });
      expect([...classed.targets!]).toEqual([0, 3, 1, 4, 2, 5]);
    });

    test("the axis taken for time is said where nothing tells it from the batch and it is the shorter one", () => {
      const note =
        /^task.inputs \[3, 8, 2\]: the first axis, 3, is read as time and the second, 8, as the batch; --batch-first/;
      expect(made({ inputs: real(3, 8, 2) }).notes).toEqual([expect.stringMatching(note)]);
      expect(made({ inputs: real(8, 3, 2) }).notes).toBeUndefined();
      expect(made({ inputs: real(3, 8, 2), targets: real(8, 1) }).notes).toBeUndefined();
      expect(made({ inputs: real(3, 8, 2), batchFirst: true }).notes).toBeUndefined();
    });

    test("real numbers [B] are one output a sample, [T, B] one at every step", () => {
      expect(made({ inputs: real(3, 1), targets: counted(3) })).toMatchObject({ outputSize: 1, loss: "mse" });
      expect(made({ inputs: real(4, 3, 1), targets: counted(4, 3), outputs: 1 })).toMatchObject({
        outputSize: 1,
        lossAt: "every",
      });
    });

    test("whole numbers and truth values for one output are a binary cross-entropy, which is said", () => {
      for (const dtype of ["int64", "bool"] as const) {
        const targets = { shape: [3], data: Uint8Array.of(0, 1, 1), dtype };
        const batch = made({ inputs: real(3, 1), targets, outputs: 1 });
        expect(batch).toMatchObject({ loss: "binary_cross_entropy", outputSize: 1 });
        expect([...batch.targets!]).toEqual([0, 1, 1]);
        expect(batch.notes).toEqual([expect.stringMatching(/binary cross-entropy of its logit/)]);
        expect(made({ inputs: real(3, 1), targets, outputs: 2 })).toMatchObject({
          loss: "cross_entropy",
          outputSize: 2,
        });
        expect(made({ inputs: real(3, 1), targets, outputs: 1, loss: "mse" })).toMatchObject({ loss: "mse" });
      }
      const real01 = { shape: [3], data: Float32Array.of(0, 1, 1) };
      expect(made({ inputs: real(3, 1), targets: real01, outputs: 1 }).loss).toBe("mse");
      expect(made({ inputs: real(3, 1), targets: real01, outputs: 1, loss: "bce" }).loss).toBe("binary_cross_entropy");
    });

    test("float16 and float64 are read as float32", () => {
      const half = { shape: [2, 1], data: Float32Array.of(0.5, 1), dtype: "float16" as const };
      expect([...made({ inputs: half }).inputs]).toEqual([0.5, 1]);
      const double = { shape: [2, 1], data: Float64Array.of(0.1, 1) };
      expect([...made({ inputs: double }).inputs]).toEqual([Math.fround(0.1), 1]);
    });

    test("samples are dealt out to a training run, their steps together", () => {
      const task = { name: "arrays", inputs: counted(2, 4, 1), targets: counted(2, 4, 1) };
      const batch = prepareTask(task).data!.batch([3, 1]);
      expect(batch).toMatchObject({ batch: 2, steps: 2 });
      expect([...batch.inputs]).toEqual([3, 1, 7, 5]);
      expect([...batch.targets!]).toEqual([3, 1, 7, 5]);
      const last = prepareTask({ ...task, targets: classes([0, 1, 2, 3], 4) }).data!.batch([2]);
      expect([...last.targets!]).toEqual([2]);
      const source = taskSource(prepareTask({ name: "arrays", inputs: counted(40, 1) }), { batch: 8, seed: 1 });
      expect([source.examples, source.updatesPerEpoch]).toEqual([32, 4]);
      const few = taskSource(prepareTask({ name: "arrays", inputs: counted(8, 1) }), { batch: 8, seed: 1 });
      expect([...few.next(1).inputs]).toEqual([...few.next(2).inputs]);
    });
  });

  test("a class index of 2^31 − 1 takes no memory", () => {
    const batch = arraysBatch({ inputs: real(1, 1), targets: classes([2 ** 31 - 1], 1) });
    expect(batch).toMatchObject({ outputSize: 2 ** 31, baseline: 0 });
  });

  test("sequences for a feed-forward network, and rows for a recurrent one, are refused", () => {
    const make = (shape: number[], kind: "recurrent" | "feedforward") => () =>
      resolveTask({ name: "arrays", inputs: real(...shape) }, { ...context, kind });
    expect(refusal(make([2, 3, 4], "feedforward")).message).toMatch(/^task.inputs: shape \[B, X\].*got "\[2, 3, 4\]"/);
    expect(refusal(make([3, 4], "recurrent")).message).toMatch(/^task.inputs: shape \[T, B, X\].*got "\[3, 4\]"/);
  });

  test("class indices can be checked against a network's own outputs", () => {
    expect(refusal(() => requireClasses("y.npy", Int32Array.of(0, 5), 5, [2], false)).message).toMatch(
      /^y.npy\[1\]: .*0 to 4, got 5/,
    );
  });
});
