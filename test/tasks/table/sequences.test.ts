/** Groups of a table as sequences, and forecasts of several rows. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { finish } from "../../../src/base/time-slicing.ts";
import { prepareTask } from "../../../src/tasks/index.ts";
import { IGNORED } from "../../../src/tasks/lengths.ts";
import { entropy } from "../../../src/tasks/statistics.ts";
import type { DataSet } from "../../../src/tasks/dataset.ts";
import { train } from "../../../src/training/index.ts";
import { refusal } from "../helpers.ts";

function dataOf(input: { readonly name: string; readonly [option: string]: unknown }): DataSet {
  return prepareTask(input, "recurrent").data as DataSet;
}

function whole(input: Parameters<typeof dataOf>[0]) {
  const data = dataOf(input);
  return data.batch(Array.from({ length: data.size }, (_, i) => i));
}

const VISITS = `id,x,y,out
b,1,10,ill
a,2,20,well
b,3,30,ill
b,4,,ill
a,5,50,well
c,6,60,ill`;

describe("sequences", () => {
  const options = { name: "sequences", bytes: VISITS, group: "id", standardize: false, missing: "fill" };

  test("rows of one group in their order, groups by their first row; one class each where it never changes", () => {
    const batch = whole(options);
    expect([...(batch.lengths as Int32Array)]).toEqual([3, 2, 1]);
    expect(batch).toMatchObject({ steps: 3, inputSize: 2, outputSize: 2, lossAt: "last", loss: "cross_entropy" });
    const x = (b: number) => Array.from({ length: 3 }, (_, t) => batch.inputs[(t * 3 + b) * 2]);
    expect([x(0), x(1), x(2)]).toEqual([
      [1, 3, 4],
      [2, 5, 0],
      [6, 0, 0],
    ]);
    expect([...(batch.targets as Int32Array)]).toEqual([0, 1, 0]); // ill, well
    expect(batch.baseline).toBe(entropy([2, 1]));
    expect(batch.notes?.at(-1)).toBe(
      "3 sequences by `id`, of 1 to 3 rows; one target for each sequence, that of its last row.",
    );
  });

  test("a label a row where it changes; a row without one has no loss", () => {
    const bytes = "id,x,tag\n1,1,A\n1,2,B\n2,3,\n2,4,A\n1,5,A";
    const batch = whole({ ...options, bytes });
    expect([...(batch.lengths as Int32Array)]).toEqual([3, 2]);
    expect(batch.lossAt).toBe("every");
    expect([...(batch.targets as Int32Array)]).toEqual([0, IGNORED, 1, 0, 0, IGNORED]); // [T, B]
    expect(batch.baseline).toBe(entropy([3, 1]));
  });

  test("numbers: NaN where there is no loss, scaled by the training part alone", () => {
    const bytes = "id,x,v\n1,1,10\n1,2,\n2,3,30\n2,4,40\n3,9,1000\n3,9,1001";
    const data = dataOf({ ...options, bytes, lossAt: "every", targetKind: "number", standardize: true });
    const scaled = finish((data.scaledBy as NonNullable<DataSet["scaledBy"]>)(Int32Array.of(0, 1))).batch([0, 1]);
    const targets = [...(scaled.targets as Float32Array)];
    expect(targets[2]).toBeNaN();
    const mean = (10 + 30 + 40) / 3;
    const deviation = Math.sqrt(((10 - mean) ** 2 + (30 - mean) ** 2 + (40 - mean) ** 2) / 3);
    for (const [at, value] of [
      [0, 10],
      [1, 30],
      [3, 40],
    ]) {
      expect(targets[at]).toBeCloseTo((value - mean) / deviation, 5);
    }
    expect(scaled.baseline).toBeCloseTo(1, 6);
  });

  test.each([
    [{ group: "nobody" }, /group: a column/],
    [{ group: "out" }, /target: a column other than the group's, got "out"/],
    [{ group: undefined }, /^task\.group: the name of a column, or its number from 0/],
  ])("%j is refused", (more, message) => {
    expect(refusal(() => whole({ ...options, ...more })).message).toMatch(message);
  });

  const DIGITS = "../shared/data/optdigits/optdigits.tes";
  const present = existsSync(DIGITS);
  test.skipIf(!present)(`digits, a row of pixels a step: learned (${present ? "found" : "no"} ${DIGITS})`, async () => {
    const table = ["id,a,b,c,d,e,f,g,h,digit"];
    for (const [n, line] of readFileSync(DIGITS, "utf8").trim().split("\n").slice(-400).entries()) {
      const values = line.split(",");
      const digit = values[64];
      // as many rows of pixels as the digit needs: trailing ones are cut from some
      for (let k = 0; k < 6 + (n % 3); k++) table.push([n, ...values.slice(8 * k, 8 * k + 8), digit].join(","));
    }
    const task = { name: "sequences", bytes: table.join("\n"), group: "id" };
    const { final, baseline, evaluations } = await train({
      ...{ network: { kind: "recurrent", cell: "gru", hidden: 24 }, task, steps: 250, seed: 1 },
      ...{ optimizer: { name: "adam", learningRate: 0.01 }, diagnoseEvery: 0, traceEvery: 0 },
    }).result;
    expect(final?.loss).toBeLessThan(0.3 * (baseline?.value as number));
    expect(evaluations.at(-1)?.accuracy).toBeGreaterThan(0.5);
  });
});

describe("forecast", () => {
  const rows = Array.from({ length: 60 }, (_, i) => Math.sin((2 * Math.PI * i) / 12) + 0.01 * i);
  const bytes = `v\n${rows.join("\n")}`;

  test("answers the rows behind the window, one after the other", () => {
    const batch = whole({ name: "forecast", bytes, steps: 5, ahead: 3, standardize: false });
    expect(batch).toMatchObject({ name: "forecast", steps: 5, outputSize: 3, loss: "mse", lossAt: "last" });
    expect(batch.batch).toBe(60 - 5 - 3 + 1);
    for (const b of [0, 17, batch.batch - 1]) {
      for (let k = 0; k < 3; k++) expect(batch.targets?.[b * 3 + k]).toBeCloseTo(rows[b + 5 + k], 6);
    }
  });

  test("the trivial answer is the best of mean, last value and last season, over all leads", () => {
    const ahead = 4;
    const error = (guess: (row: number, lead: number) => number, back: (lead: number) => number) => {
      let [sum, count] = [0, 0];
      for (let lead = 1; lead <= ahead; lead++) {
        for (let row = back(lead); row < rows.length; row++) {
          sum += (rows[row] - guess(row, lead)) ** 2;
          count++;
        }
      }
      return sum / count;
    };
    const own = { name: "forecast", bytes, steps: 12, ahead, standardize: false };
    const persistence = error(
      (row, lead) => rows[row - lead],
      (lead) => lead,
    );
    const seasonal = error(
      (row) => rows[row - 12],
      () => 12,
    );
    expect(seasonal).toBeLessThan(persistence);
    expect(whole({ ...own, season: 12 }).baseline).toBeCloseTo(seasonal, 6);
    expect(whole(own).baseline).toBeLessThanOrEqual(persistence + 1e-6);
    const next = whole({ name: "csv", bytes, steps: 12, lossAt: "last", standardize: false });
    expect(whole({ ...own, ahead: 1 }).baseline).toBeCloseTo(next.baseline as number, 9);
  });

  test.each([
    [{ steps: 58, ahead: 4 }, /at least 62 rows, for 58 steps and 4 more, got 60/],
    [{ steps: 5, ahead: 2, season: 8 }, /^task\.season: at most 7/],
  ])("%j is refused", (more, message) => {
    expect(refusal(() => whole({ name: "forecast", bytes, ...more })).message).toMatch(message);
  });
});
