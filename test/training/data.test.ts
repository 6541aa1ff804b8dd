/** What is held out is never trained on; every epoch sees every example once; a batch depends on its number alone. */
import { describe, expect, it } from "vitest";
import { type Batch, prepareTask, type TaskInput } from "../../src/tasks/index.ts";
import { type DataOptions, fixedSource, taskSource } from "../../src/training/data.ts";

const CSV = `a,class\n${Array.from({ length: 103 }, (_, i) => `${i},${i % 2}`).join("\n")}\n`;
const TASK = { name: "csv_classes", bytes: CSV, standardize: false };
const open = (task: TaskInput, options: Partial<DataOptions>) =>
  taskSource(prepareTask(task, task === TASK || task === "gaussian" ? "feedforward" : "recurrent"), {
    batch: 32,
    seed: 0,
    ...options,
  });
const whole = (batches: readonly Batch[] | undefined) => batches?.flatMap((batch) => [...batch.inputs]) ?? [];
const rows = (batch: { inputs: Float32Array } | undefined) => [...(batch?.inputs ?? [])];
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

describe("a finite set", () => {
  const data = open(TASK, { batch: 8, seed: 3, validation: 0.1, test: 13 });

  it("is split whole into three parts that share nothing", () => {
    expect(data.examples).toBe(80);
    const epoch = Array.from({ length: 10 }, (_, u) => rows(data.next(u + 1))).flat();
    const all = [...epoch, ...whole(data.validation?.()), ...whole(data.test?.())];
    expect(whole(data.validation?.())).toHaveLength(10);
    expect(whole(data.test?.())).toHaveLength(13);
    expect(sorted(all)).toEqual(Array.from({ length: 103 }, (_, i) => i));
  });

  it("is gone through once an epoch, in another order each", () => {
    const epoch = (e: number) => Array.from({ length: 10 }, (_, u) => rows(data.next(10 * e + u + 1))).flat();
    expect(data.updatesPerEpoch).toBe(10);
    expect(sorted(epoch(1))).toEqual(sorted(epoch(0)));
    expect(epoch(1)).not.toEqual(epoch(0));
  });

  it("gives an update the same batch whatever came before", () => {
    const again = open(TASK, { batch: 8, seed: 3, validation: 0.1, test: 13 });
    expect(rows(again.next(37))).toEqual(rows(data.next(37)));
    expect(rows(again.next(2))).toEqual(rows(data.next(2)));
  });

  it("is split otherwise by another seed", () => {
    const other = open(TASK, { batch: 8, seed: 4, validation: 0.1, test: 13 });
    expect(sorted(whole(other.test?.()))).not.toEqual(sorted(whole(data.test?.())));
  });

  it("leaves out the last, incomplete batch of an epoch", () => {
    expect(open(TASK, { batch: 8, validation: 0, test: 0 })).toMatchObject({
      examples: 103,
      updatesPerEpoch: 12,
    });
  });

  it("refuses to train on less than a batch", () => {
    expect(() => open(TASK, { batch: 64, test: 50 })).toThrow(
      "task.bytes: at least a batch of 64 examples left to train on, got 43",
    );
  });

  it.each([-1, 1.5, Number.NaN])("refuses to hold out %s", (validation) => {
    expect(() => open(TASK, { validation })).toThrow("validation: a share from 0 to 1, or a whole");
  });
});

describe("a text", () => {
  // every byte tells its place: three parts in the order of time, no byte in two of them
  const bytes = Uint8Array.from({ length: 200 }, (_, i) => i);
  const data = open({ name: "text", bytes, steps: 4 }, { batch: 5, validation: 30, test: 20 });
  const places = (batch: { targets?: ArrayLike<number>; batch: number } | undefined) => {
    const targets = Array.from(batch?.targets ?? []); // [T, B]: the byte of step 0 is the first target less one
    return [...targets, ...targets.slice(0, batch?.batch).map((place) => place - 1)];
  };

  it("is split in the order of time, no byte in two parts", () => {
    const trained = Array.from({ length: data.updatesPerEpoch as number }, (_, u) => places(data.next(u + 1))).flat();
    const [watched, judged] = [places(data.validation?.()[0]), places(data.test?.()[0])];
    expect(Math.max(...trained)).toBeLessThan(Math.min(...watched));
    expect(Math.max(...watched)).toBeLessThan(Math.min(...judged));
    expect(Math.max(...judged)).toBeLessThanOrEqual(199);
    expect(judged.length).toBe(4 * 5);
  });

  it("is judged on windows that do not overlap", () => {
    expect(new Set(places(data.test?.()[0])).size).toBe(places(data.test?.()[0]).length);
  });
});

describe("an endless task", () => {
  it("draws anew for every update and holds out what it never draws again", () => {
    const data = open({ name: "adding", steps: 10 }, { batch: 4, seed: 1 });
    expect(data.updatesPerEpoch).toBeUndefined();
    expect(rows(data.next(2))).not.toEqual(rows(data.next(1)));
    expect(rows(data.next(2))).toEqual(rows(data.next(2)));
    expect(data.validation?.()[0].batch).toBe(4);
    expect(whole(data.validation?.())).not.toEqual(whole(data.test?.()));
    expect(open("adding", { batch: 4, validation: 0, test: 0 }).validation).toBeUndefined();
  });

  it("can be one batch for ever", () => {
    const first = open("gaussian", { batch: 4 }).next(1);
    expect(fixedSource(first).next(9)).toBe(first);
  });
});
