import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resolveTask } from "../../src/tasks/index.ts";
import { crossEntropy, expectMean, mean, refusal, squaredError } from "./helpers.ts";

const DATA = "../shared/data";
const found = (path: string) => (existsSync(path) ? "found" : `no ${path}`);
const [IMAGES, LABELS] = [`${DATA}/mnist/t10k-images-idx3-ubyte.gz`, `${DATA}/mnist/t10k-labels-idx1-ubyte.gz`];
const DIGITS = `${DATA}/optdigits/optdigits.tes`;
const large = { batch: 40_000, seed: 3 };

const frequencies = (targets: ArrayLike<number>, classes: number) =>
  Array.from({ length: classes }, (_, c) => Array.from(targets).filter((y) => y === c).length / targets.length);

test.each([
  ["gaussian", { inputs: 2, classes: 7 }, 7],
  ["spirals", { classes: 3 }, 3],
  ["circles", {}, 2],
  ["parity", { bits: 5 }, 2],
  ["xor", {}, 2],
])("%s: classes are equally frequent, and guessing costs ln C, the baseline", (name, options, classes) => {
  const { targets, baseline, outputSize } = resolveTask({ name, ...options }, large);
  expect(outputSize).toBe(classes);
  for (let c = 0; c < classes; c++) {
    expectMean(
      (targets as Int32Array).map((y) => Number(y === c)),
      1 / classes,
    );
  }
  expect(crossEntropy(targets!, () => 1 / classes)).toBeCloseTo(baseline!, 10);
});

test("gaussian: inputs are N(0, 1)", () => {
  const { inputs } = resolveTask({ name: "gaussian", inputs: 3 }, large);
  expectMean(inputs, 0);
  expectMean(
    inputs.map((x) => x ** 2),
    1,
  );
});

describe("teacher", () => {
  test.each([1, 4, 17])(
    "%i hidden units: every output has mean 0 and variance 1, so that answering 0 costs 1",
    (hidden) => {
      const Y = 3;
      const { targets, baseline } = resolveTask({ name: "teacher", inputs: 17, hidden, outputs: Y }, large);
      for (let y = 0; y < Y; y++) {
        const column = targets!.filter((_, i) => i % Y === y);
        expect(Math.abs(mean(column))).toBeLessThan(0.02);
        expect(Math.abs(squaredError(column, () => 0) - 1)).toBeLessThan(0.03);
      }
      expect(baseline).toBe(1);
    },
  );

  test("the teacher stays the same from seed to seed, and changes with teacherSeed", () => {
    // A linear teacher in effect: one input, one unit, y = ± tanh(x)/√c.
    const ratio = (seed: number, teacherSeed: number) => {
      const { inputs, targets } = resolveTask(
        { name: "teacher", inputs: 1, hidden: 1, teacherSeed },
        { batch: 1, seed },
      );
      return targets![0] / Math.tanh(inputs[0]);
    };
    const signs = Array.from({ length: 20 }, (_, teacher) => {
      expect(ratio(2, teacher)).toBeCloseTo(ratio(1, teacher), 5);
      return Math.sign(ratio(1, teacher));
    });
    expect(new Set(signs).size).toBe(2);
  });

  test("a teacher wider than its inputs is refused", () => {
    expect(refusal(() => resolveTask({ name: "teacher", inputs: 4, hidden: 5 }, large)).message).toMatch(
      /^task.hidden: at most inputs, 4, got 5/,
    );
  });
});

test("spirals: without noise the angle tells the arm", () => {
  const { inputs, targets } = resolveTask({ name: "spirals", classes: 3, turns: 2, noise: 0 }, { batch: 500, seed: 1 });
  for (let b = 0; b < 500; b++) {
    const [x, y] = [inputs[2 * b], inputs[2 * b + 1]];
    const arm = Math.atan2(y, x) / (2 * Math.PI) - 2 * Math.hypot(x, y) - targets![b] / 3;
    expect(Math.abs(arm - Math.round(arm))).toBeLessThan(1e-4);
  }
});

test("circles: without noise the radius is (class + 1)/C; noise has its standard deviation", () => {
  const clean = resolveTask({ name: "circles", classes: 4, noise: 0 }, { batch: 500, seed: 1 });
  for (let b = 0; b < 500; b++) {
    const radius = Math.hypot(clean.inputs[2 * b], clean.inputs[2 * b + 1]);
    expect(radius).toBeCloseTo((clean.targets![b] + 1) / 4, 6);
  }
  const noisy = resolveTask({ name: "circles", classes: 4, noise: 0.1 }, { batch: 500, seed: 1 });
  expect(squaredError(noisy.inputs, (i) => clean.inputs[i])).toBeCloseTo(0.01, 3);
});

test.each([1, 3, 4, 5, 17])("parity of %i bits: class 1 where an odd number is set", (bits) => {
  const { inputs, targets } = resolveTask({ name: "parity", bits }, { batch: 200, seed: 1 });
  for (let b = 0; b < 200; b++) {
    const row = [...inputs.subarray(b * bits, (b + 1) * bits)];
    expect(row.every((bit) => Math.abs(bit) === 1)).toBe(true);
    expect(targets![b]).toBe(row.filter((bit) => bit === 1).length % 2);
  }
});

test("xor: a batch of four is the whole problem", () => {
  const { inputs, targets } = resolveTask("xor", { batch: 4, seed: 1 });
  expect([...inputs]).toEqual([-1, -1, -1, 1, 1, -1, 1, 1]);
  expect([...targets!]).toEqual([0, 1, 1, 0]);
});

describe("images", () => {
  const header = (...axes: number[]) => [0, 0, 8, axes.length, ...axes.flatMap((n) => [0, 0, 0, n])];
  const pixels = Uint8Array.of(...header(3, 1, 2), 0, 255, 51, 102, 255, 0);
  const labels = Uint8Array.of(...header(3), 0, 2, 2);

  test("pixels are scaled to [0, 1] and keep their label; each image comes once", () => {
    const { inputs, targets, outputSize } = resolveTask(
      { name: "images", images: pixels, labels },
      { batch: 3, seed: 1 },
    );
    expect(outputSize).toBe(3);
    const rows = [0, 1, 2].map((b) => `${inputs[2 * b].toFixed(1)} ${inputs[2 * b + 1].toFixed(1)} ${targets![b]}`);
    expect(rows.sort()).toEqual(["0.0 1.0 0", "0.2 0.4 2", "1.0 0.0 2"]);
  });

  test.each([
    [
      { images: pixels, labels: Uint8Array.of(...header(2), 0, 1) },
      1,
      /^task.labels: whole numbers of shape \[3\], one for each image/,
    ],
    [{ images: labels, labels }, 1, /^task.images: images of unsigned bytes.*uint8 of shape \[3\]/],
    [
      { images: pixels, labels: Uint8Array.of(...header(3), 0, 1, 9) },
      1,
      /classes numbered from 0, at most one for each image \(3\), got 9/,
    ],
    [{ images: pixels.slice(0, 20), labels }, 1, /^task.images: 6 bytes of data/],
    [{ images: pixels, labels, imagesFile: "i.gz" }, 4, /^batch: at most the 3 rows of i.gz, got 4; use 3 for all/],
  ])("refusal %#: named with file, expectation and value", (options, batch, message) => {
    expect(refusal(() => resolveTask({ name: "images", ...options }, { batch, seed: 1 })).message).toMatch(message);
  });

  test.skipIf(!existsSync(IMAGES))(
    `MNIST: frequencies cost the baseline, standardized pixels have moments 0 and 1 (${found(IMAGES)})`,
    () => {
      const files = { images: readFileSync(IMAGES), labels: readFileSync(LABELS) };
      const batch = resolveTask({ name: "images", ...files, standardize: true }, { batch: 10_000, seed: 1 });
      expect([batch.inputSize, batch.outputSize]).toEqual([784, 10]);
      const shares = frequencies(batch.targets!, 10);
      expect(crossEntropy(batch.targets!, (_, c) => shares[c])).toBeCloseTo(batch.baseline!, 10);
      expect(batch.baseline).toBeLessThan(Math.log(10));
      expect(mean(batch.inputs)).toBeCloseTo(0, 5);
      expect(squaredError(batch.inputs, () => 0)).toBeCloseTo(1, 4);
    },
  );
});

describe("csv_classes", () => {
  const bytes = "x,y,kind\n1,5,b\n2,5,a\n3,5,b\n";

  test("other columns are the inputs, words the classes in order", () => {
    const batch = resolveTask({ name: "csv_classes", bytes, standardize: false }, { batch: 3, seed: 1 });
    const rows = [0, 1, 2].map((b) => [...batch.inputs.subarray(2 * b, 2 * b + 2), batch.targets![b]].join());
    expect(rows.sort()).toEqual(["1,5,1", "2,5,0", "3,5,1"]);
    expect(batch.baseline).toBeCloseTo(-(Math.log(1 / 3) + 2 * Math.log(2 / 3)) / 3, 12);
  });

  test("the class column is found by name or number, in files and in tables", () => {
    const table = { columns: ["c", "x"], rows: 3, data: Float64Array.of(5, 0.5, 3, 1.5, 5, 2.5) };
    for (const options of [
      { table, label: "c" },
      { table, label: 0 },
      { bytes: "5,.5\n3,1.5\n5,2.5", label: 0 },
    ]) {
      const task = { name: "csv_classes", standardize: false, targetKind: "classes", ...options };
      const batch = resolveTask(task, { batch: 3, seed: 1 });
      const rows = [0, 1, 2].map((b) => [batch.inputs[b], batch.targets![b]].join());
      expect(rows.sort()).toEqual(["0.5,1", "1.5,0", "2.5,1"]);
    }
  });

  test.each([
    [
      { bytes, label: "z" },
      /^task.bytes: target: a column: its name in the header, its number from 0, or last, got "z"; .*x, y, kind/,
    ],
    [{ bytes: "1\n2" }, /^task.bytes: a target and at least one input column, got 1/],
    [
      { table: { columns: ["x", "c"], rows: 2, data: Float64Array.of(1, 0.5, 2, 0.5) }, targetKind: "classes" },
      /^task.table: target: classes that are words or whole numbers, got "c, a column of other numbers"/,
    ],
    [{ bytes, label: -1 }, /^task.target: /],
  ])("%j is refused with its place", (options, message) => {
    expect(refusal(() => resolveTask({ name: "csv_classes", ...options }, { batch: 1, seed: 1 })).message).toMatch(
      message,
    );
  });

  test.skipIf(!existsSync(DIGITS))(
    `8×8 digits: 64 inputs, 10 classes, constant pixels are 0 (${found(DIGITS)})`,
    () => {
      const batch = resolveTask(
        { name: "csv", bytes: readFileSync(DIGITS) },
        { batch: 1797, seed: 1, kind: "feedforward" },
      );
      expect([batch.inputSize, batch.outputSize]).toEqual([64, 10]);
      expect(batch.inputs.every(Number.isFinite)).toBe(true);
      expect(batch.inputs.filter((_, i) => i % 64 === 0).every((value) => value === 0)).toBe(true);
      expect(batch.baseline).toBeCloseTo(Math.log(10), 3);
    },
  );
});
