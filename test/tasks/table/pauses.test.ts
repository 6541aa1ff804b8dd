import { describe, expect, it } from "vitest";
import { finish } from "../../../src/base/time-slicing.ts";
import { prepareTask, readTaskAhead } from "../../../src/tasks/index.ts";
import { scalingOf } from "../../../src/tasks/table/scaling.ts";
import { splitAhead, taskSource, train } from "../../../src/training/index.ts";

/** The number of pauses of some work, and its result. */
function paused<Result>(work: Generator<unknown, Result>): { readonly pauses: number; readonly result: Result } {
  for (let pauses = 0; ; pauses++) {
    const { done, value } = work.next();
    if (done) return { pauses, result: value };
  }
}

const ROWS = 60_000;
const csv = `a,b,y\n${Array.from({ length: ROWS }, (_, n) => `${n % 97},${(n * n) % 89},${n % 13}.5`).join("\n")}`;
const task = () => ({ name: "csv_regression", bytes: csv });

describe("a large table pauses for the event loop", () => {
  it("while its columns are measured, and gets the same numbers", () => {
    const data = Float32Array.from({ length: 4 * 100_000 }, (_, i) => Math.sin(i));
    const { pauses, result } = paused(scalingOf(data, [true, true, true, false], 100_000));
    expect(pauses).toBeGreaterThanOrEqual((2 * data.length) / 65_536 - 1);
    for (let c = 0; c < 3; c++) {
      let mean = 0;
      for (let i = c; i < data.length; i += 4) mean += data[i] / 100_000;
      expect(result.mean[c]).toBeCloseTo(mean, 12);
      expect(result.shift[c]).toBe(result.mean[c]);
    }
    expect([result.shift[3], result.deviation[3]]).toEqual([0, 1]);
    const rows = Int32Array.from({ length: 50_000 }, (_, i) => 2 * i);
    expect(paused(scalingOf(data, [true, true, true, false], rows)).pauses).toBeGreaterThanOrEqual(5);
  });

  it("while a run divides it; the run then takes this division", async () => {
    const input = task();
    finish(readTaskAhead(input, "feedforward"));
    const options = {
      network: { kind: "feedforward", depth: 1, width: 4 },
      task: input,
      steps: 3,
      batch: 8,
      seed: 3,
    } as const;
    expect(paused(splitAhead(options)).pauses).toBeGreaterThanOrEqual(2);
    const ahead = await train(options).result;
    const once = await train({ ...options, task: task() }).result;
    expect(ahead.losses).toEqual(once.losses);
    const sampler = prepareTask(input, "feedforward");
    const division = { batch: 8, seed: 3 };
    expect(taskSource(sampler, division)).toBe(taskSource(sampler, division));
    expect(taskSource(sampler, { ...division, seed: 4 })).not.toBe(taskSource(sampler, { ...division, seed: 4 }));
  });

  it("while a series is compared with simple forecasts", () => {
    const series = { name: "forecast", bytes: csv, steps: 5, ahead: 3, target: "y" };
    expect(paused(readTaskAhead(series, "recurrent")).pauses).toBeGreaterThanOrEqual(12);
  });
});
