import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { resolveTask } from "../../src/tasks/index.ts";
import { category, crossEntropy, mean, refusal, squaredError } from "./helpers.ts";

const SHAKESPEARE = "../shared/data/text/tinyshakespeare.txt";
const present = existsSync(SHAKESPEARE);
const context = { batch: 3, seed: 7 };

describe("text", () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => i % 251);

  test("every sequence is a window of the text, every target the byte after its input", () => {
    const T = 17;
    const batch = resolveTask({ name: "text", bytes, steps: T }, context);
    expect([batch.steps, batch.inputSize, batch.outputSize]).toEqual([T, 256, 256]);
    for (let b = 0; b < 3; b++) {
      const start = category(batch, 0, b);
      for (let t = 0; t < T; t++) {
        expect(category(batch, t, b)).toBe((start + t) % 251);
        expect(batch.targets?.[t * 3 + b]).toBe((start + t + 1) % 251);
      }
    }
  });

  test("windows begin anywhere, both ends of the text included", () => {
    const starts = new Set<number>();
    const B = 2000;
    const batch = resolveTask({ name: "text", bytes: bytes.slice(0, 9), steps: 4 }, { batch: B, seed: 1 });
    for (let b = 0; b < B; b++) starts.add(category(batch, 0, b));
    expect([...starts].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test("a text of T + 1 bytes has one window; a shorter one is refused", () => {
    expect(resolveTask({ name: "text", bytes: "abcd", steps: 3 }, context).steps).toBe(3);
    const short = () => resolveTask({ name: "text", bytes: "abc", steps: 3, file: "a.txt" }, context);
    expect(refusal(short).message).toBe(
      "a.txt: at least 4 bytes, for 3 steps and one more, got 3; use fewer steps or a longer text",
    );
    expect(refusal(() => resolveTask({ name: "text", steps: 3 }, context)).message).toMatch(
      /^task.bytes: a Uint8Array/,
    );
  });

  test("four equally frequent bytes have an entropy of ln 4; a single one of 0", () => {
    expect(resolveTask({ name: "text", bytes: "abcd", steps: 1 }, context).baseline).toBeCloseTo(Math.log(4), 12);
    expect(resolveTask({ name: "text", bytes: "aaaa", steps: 1 }, context).baseline).toBe(0);
  });

  test.skipIf(!present)(
    `Shakespeare: answering the bytes' frequencies costs the baseline (${present ? "found" : "no"} ${SHAKESPEARE})`,
    () => {
      const data = readFileSync(SHAKESPEARE);
      const batch = resolveTask({ name: "text", bytes: data, steps: 100 }, { batch: 200, seed: 1 });
      const counts = new Float64Array(256);
      for (const byte of data) counts[byte]++;
      const loss = crossEntropy(batch.targets!, (_, c) => counts[c] / data.length);
      expect(batch.baseline).toBeCloseTo(3.32, 1);
      expect(Math.abs(loss / batch.baseline! - 1)).toBeLessThan(0.01);
    },
  );
});

describe("csv", () => {
  const rows = Array.from({ length: 50 }, (_, i) => `${i},${Math.sin(i)},7`).join("\n");

  test("every target is the row after its input", () => {
    const T = 5;
    const { inputs, targets, steps } = resolveTask({ name: "csv", bytes: rows, steps: T, standardize: false }, context);
    expect(steps).toBe(T);
    for (let i = 0; i < T * 3; i++) {
      const row = inputs[i * 3];
      expect([...inputs.subarray(i * 3, i * 3 + 3)]).toEqual([row, Math.fround(Math.sin(row)), 7]);
      expect([...targets!.subarray(i * 3, i * 3 + 3)]).toEqual([row + 1, Math.fround(Math.sin(row + 1)), 7]);
    }
    for (let b = 0; b < 3; b++) expect(inputs[(3 + b) * 3]).toBe(inputs[b * 3] + 1);
  });

  test("columns are standardized over the whole table, constant ones are 0", () => {
    // One window is the whole table but its last row, in which the inputs' and targets' statistics meet.
    const { inputs, targets } = resolveTask({ name: "csv", bytes: rows, steps: 49 }, { batch: 1, seed: 1 });
    const table = [...inputs, ...targets!.slice(-3)];
    for (const x of [0, 1]) {
      const column = table.filter((_, i) => i % 3 === x);
      expect(mean(column)).toBeCloseTo(0, 6);
      expect(squaredError(column, () => 0)).toBeCloseTo(1, 6);
    }
    expect(table.filter((_, i) => i % 3 === 2).every((value) => value === 0)).toBe(true);
  });

  test("columns of 1e308 and of 1e-300 are standardized as any other", () => {
    const { inputs } = resolveTask(
      { name: "csv", bytes: "1e308,1e-300\n-1e308,3e-300\n1e308,1e-300", steps: 2 },
      context,
    );
    expect([...inputs].every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  });

  test("the baseline is the better of mean and persistence, as both do on the data", () => {
    for (const text of [rows, "1\n-1\n1\n-1\n1\n-1"]) {
      const steps = text.split("\n").length - 1;
      const { inputs, targets, baseline, inputSize } = resolveTask(
        { name: "csv", bytes: text, steps },
        { batch: 1, seed: 1 },
      );
      const persistence = squaredError(targets!, (i) => inputs[i]);
      const means = Array.from({ length: inputSize }, (_, x) =>
        mean([...targets!].filter((_, i) => i % inputSize === x)),
      );
      const constant = squaredError(targets!, (i) => means[i % inputSize]);
      expect(baseline).toBeCloseTo(Math.min(persistence, constant), 6);
    }
  });

  test("a table in memory gives the same batch as its file", () => {
    const data = Float64Array.from(rows.split(/[\n,]/), Number);
    const table = { columns: ["column 1", "column 2", "column 3"], rows: 50, data };
    expect(resolveTask({ name: "csv", table, steps: 4 }, context)).toEqual(
      resolveTask({ name: "csv", bytes: rows, steps: 4 }, context),
    );
  });

  test.each([
    [{ bytes: "1\n2", steps: 2 }, /^task.bytes: at least 3 rows, for 2 steps and one more, got 2; use fewer steps/],
    [{ bytes: "1\nx", steps: 1, file: "a.csv" }, /^a.csv: line 2, column 1: a finite number, got "x"/],
    [{ steps: 2 }, /^task: either bytes or table, got "neither"/],
    [{ table: { columns: ["a"], rows: 2, data: new Float64Array(3) }, steps: 1 }, /^task.table: an object of columns/],
    [
      { table: { columns: ["a"], rows: 2, data: Float64Array.of(1, NaN) }, steps: 1 },
      /^task.table: missing cells: at most 20 % .*, got "1 of 2 rows: a 1"; use missing=fill/,
    ],
  ])("%j is refused with its place", (options, message) => {
    expect(refusal(() => resolveTask({ name: "csv", ...options }, context)).message).toMatch(message);
  });
});
