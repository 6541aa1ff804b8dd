/** How the cells of a table are encoded: numbers, indicators, times, answers; and how columns are scaled. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { prepareTask } from "../../../src/tasks/index.ts";
import { taskSource } from "../../../src/training/data.ts";
import { mean, squaredError } from "../helpers.ts";

const all = (bytes: string, options: object = {}, kind: "feedforward" | "recurrent" = "feedforward") => {
  const { data } = prepareTask({ name: "csv", bytes, standardize: false, ...options }, kind);
  return data!.batch(Array.from({ length: data!.size }, (_, i) => i));
};
/** The inputs of every row. */
const rows = (bytes: string, options?: object) => {
  const { inputs, inputSize, batch } = all(bytes, options);
  return Array.from({ length: batch }, (_, b) => [...inputs.subarray(b * inputSize, (b + 1) * inputSize)]);
};
const column = (cells: readonly string[], options?: object) =>
  rows(`a;y\n${cells.map((cell, i) => `${cell};w${i % 2}`).join("\n")}\n`, options).map(([value]) => value);
const f = Math.fround;

describe("numbers", () => {
  test.each<[string, string[], number[]]>([
    ["decimal commas", ["1,5", "-20,00", "3"], [1.5, -20, 3]],
    ["points between thousands", ["1.234,5", "2.000", "-1.234.567"], [1234.5, 2000, -1234567]],
    ["commas between thousands", ["1,234.5", "2,000", "7"], [1234.5, 2000, 7]],
    ["spaces between thousands", ["1 234,5", "2 000", "7"], [1234.5, 2000, 7]],
    ["dollars", ["$1,234.50", "-$2.5", "$0.25"], [1234.5, -2.5, 0.25]],
    ["percent", ["12.5%", "3 %", "-1%"], [12.5, 3, -1]],
    ["negatives in brackets", ["(7.5)", "7.5", "(1,000.0)"], [-7.5, 7.5, -1000]],
    ["true and false", ["True", "false", "TRUE"], [1, 0, 1]],
  ])("%s", (_, cells, expected) => {
    expect(column(cells)).toEqual(expected);
  });

  test("decimal= decides how 1,234 is read", () => {
    expect(column(["1,234", "2,500"], { decimal: "." })).toEqual([1234, 2500]);
    expect(column(["1,234", "2,500"], { decimal: "," })).toEqual([f(1.234), 2.5]);
  });
});

describe("dates", () => {
  test("are the time since the first row, in the unit that rows are apart by", () => {
    expect(column(["2020-02-28", "2020-02-29", "2020-03-02"])).toEqual([0, 1, 3]);
    expect(column(["28/02/2020", "01/03/2020"])).toEqual([0, 2]);
    expect(column(["03/04/2020", "04/04/2020"], { dateFormat: "mdy" })).toEqual([0, 31]);
    expect(column(["03/04/2020", "04/04/2020"], { dateFormat: "%d/%m/%Y" })).toEqual([0, 1]);
    expect(column(["2020-01-01 10:00", "2020-01-01 10:30", "2020-01-01 11:00"])).toEqual([0, 30, 60]);
    expect(column(["10:00:00", "10:00:05"])).toEqual([36000, 36005]);
  });

  test("as numbers of days or time stamps", () => {
    const of = (name: string, cells: readonly string[]) =>
      rows(`${name};y\n${cells.map((cell, i) => `${cell};w${i % 2}`).join("\n")}\n`).map(([value]) => value);
    expect(of("date", ["20200228", "20200301", "20200302"])).toEqual([0, 2, 3]);
    expect(of("ts", ["1583020800", "1583020860"])).toEqual([0, 1]);
    expect(of("ts", ["1583020800000", "1583024400000"])).toEqual([0, 1]);
  });

  test("or sine and cosine of year, week and day", () => {
    const [first] = rows("d,y\n2020-01-01 06:00,a\n2020-07-01 18:00,b\n", { dates: "cyclic" });
    const year = (2 * Math.PI * 0.25) / 365.2425;
    const week = 2 * Math.PI * ((Date.UTC(2020, 0, 1, 6) / 86_400_000 + 4) / 7);
    const expected = [Math.sin(year), Math.cos(year), Math.sin(week), Math.cos(week), 1, 0];
    for (const [i, value] of first.entries()) expect(value).toBeCloseTo(expected[i], 6);
    const [day] = rows("d,y\n2020-01-06,a\n2020-07-01,b\n", { dates: "cyclic" });
    expect(day).toHaveLength(4); // no time of day
    expect(Math.atan2(day[2], day[3]) / (2 * Math.PI)).toBeCloseTo(1 / 7, 6); // a Monday
  });
});

describe("words", () => {
  test("are one input each, in the order of their characters, 0 or 1 and never scaled", () => {
    const bytes = "c,y\nred,1.5\nblue,2.5\nred,0.5\n";
    for (const standardize of [true, false]) {
      expect(rows(bytes, { standardize })).toEqual([
        [0, 1],
        [1, 0],
        [0, 1],
      ]);
    }
  });

  test("beside numbers, a number is a word too", () => {
    const cells = ["1", "2", "3+", "2"].flatMap((cell) => Array<string>(6).fill(cell));
    const inputs = rows(`n;y\n${cells.map((cell, i) => `${cell};w${i % 2}`).join("\n")}\n`);
    expect([inputs[0], inputs[6], inputs[12]]).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });
});

describe("missing cells", () => {
  const bytes = "a,b,y\n1,5,p\n,7,q\n3,NA,p\n8,9,q\n";
  test("are the mean of the column's others, marked where asked", () => {
    expect(rows(bytes, { missing: "fill" })).toEqual([
      [1, 5],
      [4, 7],
      [3, 7],
      [8, 9],
    ]);
    expect(rows(bytes, { missing: "mask" }).map((row) => row.slice(2))).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
    expect(rows(bytes, { missing: "fill", standardize: true })[1][0]).toBe(0);
    expect(rows(bytes, { missing: "drop" })).toEqual([
      [1, 5],
      [8, 9],
    ]);
  });

  test("a target's are never filled", () => {
    const { targets } = all("a,y\n1,5\n2,\n3,7\n", { missing: "fill" });
    expect([...targets!]).toEqual([5, 7]);
  });
});

describe("answers", () => {
  test("classes are numbered in ascending order: words by character, numbers by value", () => {
    expect([...all("x,kind\n1,iris\n2,aster\n3,iris\n").targets!]).toEqual([1, 0, 1]);
    const { targets, outputSize } = all("10,1.5\n9,2.5\n10.0,3.5\n9,1\n", { target: 0, targetKind: "classes" });
    expect([...targets!, outputSize]).toEqual([1, 0, 1, 0, 2]);
  });

  test("a number is answered as it stands, or scaled: the mean then costs 1", () => {
    const bytes = `x,y\n${Array.from({ length: 50 }, (_, i) => `${i},${100 + ((i * 37) % 53)}`).join("\n")}\n`;
    expect(all(bytes).targets![1]).toBe(137);
    const { targets, baseline, loss } = all(bytes, { standardize: true });
    expect(loss).toBe("mse");
    expect(mean(targets!)).toBeCloseTo(0, 6);
    expect(squaredError(targets!, () => 0)).toBeCloseTo(1, 6);
    expect(baseline).toBeCloseTo(1, 6);
    expect(all(bytes).baseline).toBeCloseTo(
      squaredError(all(bytes).targets!, () => mean(all(bytes).targets!)),
      3,
    );
  });
});

describe("scaling", () => {
  test("keeps what rows differ by, at any magnitude", () => {
    const bytes = `a,b,c,y\n${Array.from({ length: 64 }, (_, i) => `${1.5e12 + i},${i % 2 === 0 ? 1e308 : -1e308},${1e-300 * (i + 1)},w${i % 2}`).join("\n")}\n`;
    const inputs = rows(bytes, { standardize: true });
    const expected = (i: number) => (i - 31.5) / Math.sqrt((64 ** 2 - 1) / 12);
    for (const [i, [a, b, c]] of inputs.entries()) {
      expect(a).toBeCloseTo(expected(i), 5);
      expect(b).toBeCloseTo(i % 2 === 0 ? 1 : -1, 6);
      expect(c).toBeCloseTo(expected(i), 5);
    }
  });

  test("of a training run is by its training part alone", () => {
    const N = 200;
    const bytes = `x,y\n${Array.from({ length: N }, (_, i) => `${i},${i * i}`).join("\n")}\n`;
    const data = taskSource(prepareTask({ name: "csv", bytes }, "feedforward"), { batch: 160, seed: 3 });
    const { inputs, targets } = data.next(1);
    for (const values of [inputs, targets!]) {
      expect(mean(values)).toBeCloseTo(0, 5);
      expect(squaredError(values, () => 0)).toBeCloseTo(1, 5);
    }
  });

  test("of a series is by what comes first, which the run trains on", () => {
    const bytes = `v\n${Array.from({ length: 300 }, (_, i) => (i < 240 ? i % 7 : 1000 + i)).join("\n")}\n`;
    const data = taskSource(prepareTask({ name: "csv", bytes, steps: 4 }, "recurrent"), { batch: 8, seed: 1 });
    const { inputs } = data.next(1);
    expect(Math.max(...inputs)).toBeLessThan(2);
    expect(Math.max(...data.test!()[0].inputs)).toBeGreaterThan(100);
  });
});

describe("windows", () => {
  const bytes = `a,b\n${Array.from({ length: 30 }, (_, i) => `${i},${100 + i}`).join("\n")}\n`;
  const window = (options: object, index = 0) =>
    prepareTask({ name: "csv", bytes, standardize: false, ...options }, "recurrent").data!.batch([index]);

  test("without a target every step answers the next row", () => {
    const { inputs, targets, lossAt } = window({ steps: 3 }, 2);
    expect([...inputs]).toEqual([2, 102, 3, 103, 4, 104]);
    expect([...targets!]).toEqual([3, 103, 4, 104, 5, 105]);
    expect(lossAt).toBe("every");
  });

  test("with a target the last step answers its value, horizon rows on", () => {
    const { inputs, targets, lossAt, outputSize } = window({ steps: 3, target: "b", horizon: 4, stride: 5 }, 1);
    expect([...inputs]).toEqual([5, 105, 6, 106, 7, 107]);
    expect([...targets!]).toEqual([111]);
    expect([lossAt, outputSize]).toEqual(["last", 1]);
    expect([...window({ steps: 3, target: "b", horizon: 2, lossAt: "every" }).targets!]).toEqual([102, 103, 104]);
  });

  test("at horizon 0 the target is not fed in", () => {
    const { inputs, targets } = window({ steps: 3, target: "b", horizon: 0 }, 1);
    expect([...inputs]).toEqual([1, 2, 3]);
    expect([...targets!]).toEqual([103]);
  });

  test("never reach over a row that was left out", () => {
    const gap = bytes.replace("10,110", "10,");
    const { data } = prepareTask({ name: "csv", bytes: gap, standardize: false, steps: 3 }, "recurrent");
    expect(data!.size).toBe(7 + 16);
    for (let i = 0; i < data!.size; i++) {
      const { inputs, targets } = data!.batch([i]);
      expect(targets![4] - inputs[0]).toBe(3);
    }
  });

  test("go forward in time where the file goes back", () => {
    const back = `date,v\n${Array.from({ length: 20 }, (_, i) => `2020-01-${String(20 - i).padStart(2, "0")},${20 - i}.5`).join("\n")}\n`;
    const { data } = prepareTask({ name: "csv", bytes: back, standardize: false, steps: 2, target: "v" }, "recurrent");
    const { inputs, targets } = data!.batch([0]);
    expect([inputs[1], inputs[3], targets![0]]).toEqual([1.5, 2.5, 3.5]);
  });

  test("the baseline is what the better of mean and persistence costs", () => {
    const noisy = `v\n${Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1.5 : -1.5)).join("\n")}\n`;
    const of = (horizon: number) =>
      prepareTask({ name: "csv", bytes: noisy, steps: 3, target: 0, horizon }, "recurrent").data!.batch([0]).baseline;
    expect(of(2)).toBeCloseTo(0, 12);
    expect(of(1)).toBeCloseTo(1, 2);
  });
});

const DIGITS = "../shared/data/optdigits/optdigits.tra";
test.skipIf(!existsSync(DIGITS))(
  `8×8 digits: 3823 rows of 64 values and a class (${existsSync(DIGITS) ? "found" : "no"} ${DIGITS})`,
  () => {
    const { data } = prepareTask({ name: "csv", bytes: readFileSync(DIGITS), standardize: false }, "feedforward");
    const batch = data!.batch(Array.from({ length: 3823 }, (_, i) => i));
    expect([data!.size, batch.inputSize, batch.outputSize]).toEqual([3823, 64, 10]);
    expect(batch.inputs.reduce((most, value) => Math.max(most, value), 0)).toBe(16);
  },
);
