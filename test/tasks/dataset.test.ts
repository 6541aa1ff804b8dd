/** Finite sets of examples: any of them, in any order, and their features as steps. */
import { describe, expect, it } from "vitest";
import { prepareTask } from "../../src/tasks/index.ts";

const CSV = `a,b,c,d,class\n${Array.from({ length: 12 }, (_, i) => `${i},${i + 100},${i + 200},${i + 300},${i % 3}`).join("\n")}\n`;
const rows = { bytes: CSV, standardize: false };

describe("examples by number", () => {
  it("are the table's rows, in the order asked for", () => {
    const { data } = prepareTask({ name: "csv_classes", ...rows, targetKind: "classes" });
    expect(data).toMatchObject({ size: 12, span: 1 });
    const batch = data!.batch([7, 0, 7]);
    expect([...batch.inputs]).toEqual([7, 107, 207, 307, 0, 100, 200, 300, 7, 107, 207, 307]);
    expect([...batch.targets!]).toEqual([1, 0, 1]);
  });

  it("are a text's windows, each one byte on", () => {
    const { data } = prepareTask({ name: "text", bytes: "abcdef", steps: 3 });
    expect(data).toMatchObject({ size: 3, span: 4 });
    const { targets, steps } = data!.batch([2]);
    expect(steps).toBe(3);
    expect(String.fromCharCode(...targets!)).toBe("def");
  });

  it("are a series' windows", () => {
    const { data } = prepareTask({ name: "csv", ...rows, steps: 10 }, "recurrent");
    expect(data).toMatchObject({ size: 2, span: 11 });
    expect(data!.batch([1]).targets![9 * 5]).toBe(11);
  });

  it("are not to be had where a task draws without end", () => {
    expect(prepareTask("adding").data).toBeUndefined();
  });
});

describe("features as steps", () => {
  const sequence = (options: object) =>
    prepareTask({ name: "sequential_csv", ...rows, targetKind: "classes", ...options }).data!.batch([3, 5]);

  it("come one after the other, [T, B, X]", () => {
    const batch = sequence({});
    expect(batch).toMatchObject({ steps: 4, batch: 2, inputSize: 1, lossAt: "last", outputSize: 3 });
    expect([...batch.inputs]).toEqual([3, 5, 103, 105, 203, 205, 303, 305]);
    expect([...batch.targets!]).toEqual([0, 2]);
  });

  it("or several a step", () => {
    const batch = sequence({ perStep: 2 });
    expect(batch).toMatchObject({ steps: 2, inputSize: 2 });
    expect([...batch.inputs]).toEqual([3, 103, 5, 105, 203, 303, 205, 305]);
  });

  it("or in one order of their own, the same for all rows", () => {
    const { inputs } = sequence({ permute: true });
    const of = (b: number) => [0, 1, 2, 3].map((t) => inputs[t * 2 + b]);
    expect(of(0)).not.toEqual([3, 103, 203, 303]);
    expect([...of(0)].sort((a, b) => a - b)).toEqual([3, 103, 203, 303]);
    expect(of(1)).toEqual(of(0).map((value) => value + 2));
  });

  it("are refused where they are no whole number of steps", () => {
    expect(() => sequence({ perStep: 3 })).toThrow("task.perStep: a divisor of 4, the features of a row, got 3");
  });
});
