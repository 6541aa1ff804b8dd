import { describe, expect, test } from "vitest";
import { type Batch, findTask, outlineOf, prepareTask, resolveTask, TASKS } from "../../src/tasks/index.ts";
import { refusal, sample } from "./helpers.ts";

const idx = (...axes: number[]) => [0, 0, 8, axes.length, ...axes.flatMap((n) => [0, 0, 0, n])];
const TABLE = Array.from({ length: 40 }, (_, i) => `${i},${(i * i) % 7},${i % 3}`).join("\n");

/** Short options for every task; `arrays`, which draws nothing, apart. */
const IMAGES = {
  images: Uint8Array.from([...idx(40, 1, 1), ...Array(40).keys()]),
  labels: Uint8Array.from([...idx(40), ...Array(40).keys()]),
};

/** Forty lines of different words, of two classes. */
const LINES = Array.from(
  { length: 40 },
  (_, i) => `${i % 2 ? "good" : "bad"}\tWord${i} and ${"Other ".repeat(i % 5)}`,
).join("\n");
/** Forty sequences of one to three rows, of two classes. */
const GROUPS = Array.from({ length: 80 }, (_, i) => `${(i * 7) % 40},${i},${(i * i) % 11},${((i * 7) % 40) % 2}`).join(
  "\n",
);

const OPTIONS: Record<string, Record<string, unknown>> = {
  adding: { steps: 5 },
  copy: { steps: 5 },
  temporal_order: { steps: 20 },
  repeat: { steps: 5 },
  reverse: { steps: 5, alphabet: 3 },
  addition: { digits: 2 },
  autoencoder: { steps: 5, width: 3 },
  noise: { steps: 5, inputs: 3 },
  text: { steps: 5, bytes: "the quick brown fox jumps over the lazy dog" },
  lines: { bytes: LINES },
  tagging: { bytes: LINES, labels: "case" },
  csv: { steps: 5, bytes: TABLE },
  forecast: { steps: 5, ahead: 2, bytes: TABLE },
  sequences: { bytes: GROUPS, group: 0 },
  sequential_images: IMAGES,
  sequential_csv: { bytes: TABLE },
  gaussian: { inputs: 5 },
  teacher: { inputs: 5, hidden: 3 },
  spirals: {},
  circles: {},
  parity: { bits: 30 },
  xor: { noise: 0.1 },
  images: IMAGES,
  csv_classes: { bytes: TABLE },
};

describe.each(Object.entries(OPTIONS))("%s", (name, options) => {
  const make = (batch: number, seed: number) => resolveTask({ name, ...options }, { batch, seed });

  test("the same seed gives the same bits, another seed others", () => {
    expect(make(9, 1)).toEqual(make(9, 1));
    expect(make(9, 2).inputs).not.toEqual(make(9, 1).inputs);
    expect(make(9, 2 ** 53 - 1).inputs).not.toEqual(make(9, 1).inputs);
  });

  test("a sample depends on the seed and its place, not on the batch's size", () => {
    const [small, large] = [make(5, 1), make(17, 1)];
    for (let b = 0; b < 5; b++) expect(sample(large, b)).toEqual(sample(small, b));
    expect(sample(large, 1)).not.toEqual(sample(large, 0));
  });

  test.each([1, 3, 4, 5, 17])("a batch of %i is as long as its shapes say", (B) => {
    const batch = make(B, 1);
    const { kind } = findTask(name);
    const T = batch.steps ?? 1;
    expect(batch.name).toBe(name);
    expect(batch.batch).toBe(B);
    expect(batch.steps === undefined).toBe(kind === "feedforward");
    expect(batch.inputs.length).toBe(T * B * batch.inputSize);
    const width = batch.loss === "cross_entropy" ? 1 : batch.outputSize!;
    expect(batch.targets!.length).toBe((batch.lossAt === "every" ? T : 1) * B * width);
    expect(batch.targets).toBeInstanceOf(batch.loss === "cross_entropy" ? Int32Array : Float32Array);
    expect(batch.baseline).toBeGreaterThan(0);
    expect(batch.inputs.every(Number.isFinite)).toBe(true);
  });

  test.each([1, 5, 17])("the outline of a batch of %i is that of the drawn batch", (B) => {
    for (const loss of [
      undefined,
      "hinge",
      { name: "cross_entropy", labelSmoothing: 0.1 },
      "huber",
      "binary_cross_entropy",
    ]) {
      const sampler = prepareTask(
        { name, ...options, ...(loss === undefined ? {} : { loss }) },
        findTask(name).kind as never,
      );
      const drawn = batchOf(() => sampler({ batch: B, seed: 3 }));
      if (drawn !== undefined) expect(sampler.outline({ batch: B, seed: 3 })).toEqual(outlineOf(drawn));
      const { data } = sampler;
      const rows = [2, 0, 3];
      const taken = data === undefined ? undefined : batchOf(() => data.batch(rows));
      if (data !== undefined && taken !== undefined) expect(data.outline(rows)).toEqual(outlineOf(taken));
    }
  });
});

/** A batch; undefined for a loss that does not fit its targets. */
function batchOf(draw: () => Batch): Batch | undefined {
  try {
    return draw();
  } catch (error) {
    if (/loss/.test(String(error))) return undefined;
    throw error;
  }
}

describe("the table of tasks", () => {
  test("every task is documented: summary, source, baseline and every option", () => {
    for (const task of TASKS) {
      for (const text of [task.summary, task.source, task.baseline]) expect(text).not.toBe("");
      for (const field of Object.values(task.options)) {
        expect(field.type).not.toBe("");
        expect(field.describe).not.toBe("");
      }
    }
    expect(TASKS.map((task) => task.name)).toEqual([...Object.keys(OPTIONS), "arrays"]);
  });

  test("no two tasks for one kind of network answer to the same name", () => {
    for (const kind of ["recurrent", "feedforward"]) {
      const fitting = TASKS.filter((task) => task.kind === kind || task.kind === "either");
      const names = fitting.flatMap((task) => [task.name, ...task.aliases]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test("every default is accepted as given: make with defaults equals make without options", () => {
    for (const task of TASKS) {
      if (Object.values(task.options).some((field) => field.default === undefined)) continue;
      expect(task.make(task.defaults, { batch: 2, seed: 1 })).toEqual(resolveTask(task.name, { batch: 2, seed: 1 }));
    }
  });
});

describe("names", () => {
  test("case and separators never matter, and neither do aliases", () => {
    for (const name of ["Temporal Order", "temporal-order", "TEMPORALORDER"])
      expect(findTask(name).name).toBe("temporal_order");
    expect(findTask("Copy Memory").name).toBe("copy");
  });

  test("csv is the next row for a recurrent network and a class for a feed-forward one", () => {
    expect(findTask("csv").name).toBe("csv");
    expect(findTask("csv", "recurrent").name).toBe("csv");
    expect(findTask("csv", "feedforward").name).toBe("csv_classes");
  });

  test.each<[unknown, "recurrent" | "feedforward" | undefined, RegExp]>([
    [
      "ading",
      undefined,
      /^task.name: the name of a task, got "ading"; did you mean adding\? choose one of adding, copy, /,
    ],
    ["something", undefined, /got "something"; choose one of/],
    ["", undefined, /got ""; choose one of/],
    [3, undefined, /^task.name: the name of a task, got 3/],
    [
      "adding",
      "feedforward",
      /^task.name: a task for a feedforward network, got "adding"; it is for recurrent ones; choose one of gaussian/,
    ],
  ])("%j for %s is refused with what was probably meant", (name, kind, message) => {
    expect(refusal(() => findTask(name, kind)).message).toMatch(message);
  });
});

describe("options", () => {
  test.each<[unknown, RegExp]>([
    [{ name: "adding", step: 5 }, /^task.step: an option of this task, got "step"; did you mean steps\?/],
    [{ name: "xor", steps: 5 }, /^task.steps: an option of this task, got "steps"; its options are noise/],
    [{ name: "spirals", noise: -1 }, /^task.noise: a finite number ≥ 0, got -1; meaning: standard deviation/],
    [{ name: "spirals", turns: NaN }, /^task.turns: a finite number ≥ 0, got NaN/],
    [{ name: "csv", bytes: TABLE, standardize: "yes" }, /^task.standardize: true or false, got "yes"/],
    [{ name: "text", bytes: 7 }, /^task.bytes: a Uint8Array or a string, got 7/],
    [{ steps: 3 }, /^task.name: /],
    [null, /^task: a name, or an object with a name, got null/],
  ])("%j is refused with rule, value and remedy", (input, message) => {
    expect(refusal(() => resolveTask(input as never, { batch: 1, seed: 1 })).message).toMatch(message);
  });

  test.each([
    [{ batch: 0, seed: 1 }, /^batch: a whole number ≥ 1, got 0/],
    [{ batch: 1.5, seed: 1 }, /^batch: /],
    [{ batch: 1, seed: -1 }, /^seed: a whole number from 0 to 2\^53 − 1, got -1/],
    [{ batch: 1, seed: NaN }, /^seed: .*got NaN/],
  ])("context %j is refused", (context, message) => {
    expect(refusal(() => resolveTask("xor", context)).message).toMatch(message);
  });

  test("a prepared task reads its data once and draws batch after batch", () => {
    const draw = prepareTask({ name: "csv", bytes: TABLE, steps: 3 });
    expect(draw({ batch: 2, seed: 5 })).toEqual(
      resolveTask({ name: "csv", bytes: TABLE, steps: 3 }, { batch: 2, seed: 5 }),
    );
  });
});
