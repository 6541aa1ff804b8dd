import { describe, expect, test } from "vitest";
import { resolveTask } from "../../src/tasks/index.ts";
import { category, crossEntropy, expectMean, refusal } from "./helpers.ts";

const SIZES = [3, 4, 5, 17];

describe("adding problem", () => {
  test.each([2, ...SIZES])("T = %i: one marker in each half, the target is the sum of the marked values", (T) => {
    const B = 33;
    const { inputs, targets, steps } = resolveTask({ name: "adding", steps: T }, { batch: B, seed: 5 });
    expect(steps).toBe(T);
    for (let b = 0; b < B; b++) {
      const marked: number[] = [];
      for (let t = 0; t < T; t++) {
        expect([0, 1]).toContain(inputs[(t * B + b) * 2 + 1]);
        if (inputs[(t * B + b) * 2 + 1] === 1) marked.push(t);
      }
      expect(marked.length).toBe(2);
      expect(marked[0]).toBeLessThan(Math.floor(T / 2));
      expect(marked[1]).toBeGreaterThanOrEqual(Math.floor(T / 2));
      const sum = marked.reduce((total, t) => total + inputs[(t * B + b) * 2], 0);
      expect(targets?.[b]).toBeCloseTo(sum, 6);
    }
  });

  test("values are U[0, 1]: mean 1/2, variance 1/12; both markers are uniform over their halves", () => {
    const B = 5000;
    const T = 10;
    const { inputs } = resolveTask({ name: "adding", steps: T }, { batch: B, seed: 1 });
    const values = inputs.filter((_, i) => i % 2 === 0);
    expectMean(values, 1 / 2);
    expectMean(
      values.map((x) => (x - 0.5) ** 2),
      1 / 12,
    );
    for (let t = 0; t < T; t++) {
      expectMean(
        Float64Array.from({ length: B }, (_, b) => inputs[(t * B + b) * 2 + 1]),
        1 / 5,
      );
    }
  });

  test("always answering 1 has a mean squared error of 1/6, the baseline", () => {
    const { targets, baseline } = resolveTask({ name: "adding", steps: 4 }, { batch: 100_000, seed: 1 });
    expect(baseline).toBe(1 / 6);
    expectMean(
      (targets as Float32Array).map((y) => (y - 1) ** 2),
      1 / 6,
    );
  });
});

describe("copy memory", () => {
  test("10 symbols, T − 1 blanks, a delimiter, 10 blanks; the targets are T + 10 blanks and the symbols", () => {
    const [B, T] = [3, 17];
    const batch = resolveTask({ name: "copy", steps: T }, { batch: B, seed: 2 });
    expect([batch.steps, batch.inputSize, batch.outputSize]).toEqual([T + 20, 10, 10]);
    for (let b = 0; b < B; b++) {
      const row = Array.from({ length: T + 20 }, (_, t) => category(batch, t, b));
      const wanted = Array.from({ length: T + 20 }, (_, t) => batch.targets![t * B + b]);
      const symbols = row.slice(0, 10);
      expect(symbols.every((s) => s >= 0 && s < 8)).toBe(true);
      expect(row.slice(10)).toEqual([...new Array(T - 1).fill(8), 9, ...new Array(10).fill(8)]);
      expect(wanted).toEqual([...new Array(T + 10).fill(8), ...symbols]);
    }
  });

  test.each([
    [100, 0.1732868],
    [500, 0.03998926],
  ])("T = %i: blank, then a guess among 8, costs 10 ln 8/(T + 20) = %f", (T, expected) => {
    const B = 20;
    const { targets, baseline } = resolveTask({ name: "copy", steps: T }, { batch: B, seed: 2 });
    expect(baseline).toBeCloseTo(expected, 7);
    const loss = crossEntropy(targets!, (i, c) => (Math.floor(i / B) < T + 10 ? Number(c === 8) : c < 8 ? 1 / 8 : 0));
    expect(loss).toBeCloseTo(baseline!, 12);
  });

  test("the number of symbols and the alphabet may be changed", () => {
    const task = { name: "copy", steps: 5, symbols: 3, alphabet: 2 };
    const batch = resolveTask(task, { batch: 2, seed: 2 });
    expect([batch.steps, batch.inputSize]).toEqual([11, 4]);
    expect(batch.baseline).toBeCloseTo((3 * Math.log(2)) / 11, 12);
  });
});

describe("temporal order", () => {
  test.each([...SIZES, 100])("T = %i: two relevant symbols in their ranges, whose order is the class", (T) => {
    const B = 200;
    const batch = resolveTask({ name: "temporal_order", steps: T }, { batch: B, seed: 3 });
    for (let b = 0; b < B; b++) {
      const row = Array.from({ length: T }, (_, t) => category(batch, t, b));
      const at = row.flatMap((symbol, t) => (symbol < 2 ? [t] : []));
      expect(at.length).toBe(2);
      expect(at[0]).toBeGreaterThanOrEqual(Math.floor(T / 10));
      expect(at[0]).toBeLessThanOrEqual(Math.floor((2 * T) / 10));
      expect(at[1]).toBeGreaterThanOrEqual(Math.floor((4 * T) / 10));
      expect(at[1]).toBeLessThanOrEqual(Math.floor((5 * T) / 10));
      expect(batch.targets?.[b]).toBe(2 * row[at[0]] + row[at[1]]);
    }
  });

  test("the four classes are equally frequent: guessing costs ln 4", () => {
    const { targets, baseline } = resolveTask({ name: "temporal_order", steps: 10 }, { batch: 20_000, seed: 3 });
    for (let c = 0; c < 4; c++)
      expectMean(
        (targets as Int32Array).map((y) => Number(y === c)),
        1 / 4,
      );
    expect(crossEntropy(targets!, () => 1 / 4)).toBeCloseTo(baseline!, 12);
  });
});

describe("noise", () => {
  test("inputs and targets are N(0, 1): mean 0, variance 1, fourth moment 3; answering 0 costs 1", () => {
    const task = { name: "noise", steps: 5, inputs: 4, outputs: 2 };
    const { inputs, targets, baseline } = resolveTask(task, { batch: 50_000, seed: 4 });
    expectMean(inputs, 0);
    expectMean(
      inputs.map((x) => x ** 2),
      1,
    );
    expectMean(
      inputs.map((x) => x ** 4),
      3,
    );
    expect(baseline).toBe(1);
    expectMean(
      targets!.map((y) => y ** 2),
      1,
    );
  });
});

test("sequences of any whole length are given exactly; anything else is refused with its reason", () => {
  const make = (steps: unknown) => () => resolveTask({ name: "adding", steps }, { batch: 1, seed: 0 });
  expect(make(1000)().steps).toBe(1000);
  expect(refusal(make(1)).message).toBe("task.steps: a whole number ≥ 2, got 1; meaning: length T of a sequence");
  for (const steps of [Number.NaN, Infinity, -3, 2.5, "10", null]) {
    expect(refusal(make(steps)).message).toMatch(/^task.steps: a whole number ≥ 2, got /);
  }
});

test("a batch above 2 GiB is refused with its size, not by running out of memory", () => {
  const huge = () => resolveTask({ name: "adding", steps: 2 ** 31 - 1 }, { batch: 1000, seed: 0 });
  expect(refusal(huge).message).toMatch(
    /tensors of at most 2147483648 bytes, got .*\[2147483647, 1000, 2\].*fewer steps/,
  );
});
