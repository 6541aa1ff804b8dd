import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvRows } from "../../src/formats/csv-rows.ts";
import { type CsvOptions, readCsv } from "../../src/formats/index.ts";
import { refusal, surviveMutations } from "./helpers.ts";

const DIGITS = "../shared/data/optdigits/optdigits.tra";
const present = existsSync(DIGITS);
const values = (text: string | Uint8Array, options?: CsvOptions) => [...readCsv(text, "t.csv", options).data];

describe("reading CSV", () => {
  test.each([",", ";", "\t"])("fields are separated by %j, detected", (delimiter) => {
    const table = readCsv(`a${delimiter}b\n1${delimiter}2\n3${delimiter}4\n`, "t.csv");
    expect(table).toEqual({ name: "t.csv", columns: ["a", "b"], rows: 2, data: Float64Array.of(1, 2, 3, 4) });
  });

  test("without a header every row is data, and columns are numbered", () => {
    const table = readCsv("1,2\n3,4", "t.csv");
    expect(table.columns).toEqual(["column 1", "column 2"]);
    expect(table.rows).toBe(2);
  });

  test("the caller may say that a row of numbers is a header", () => {
    expect(readCsv("2019,2020\n3,4", "t.csv", { header: true })).toMatchObject({ columns: ["2019", "2020"], rows: 1 });
  });

  test("LF, CRLF, CR, blank lines, a byte order mark, spaces and a missing last line end are all understood", () => {
    for (const end of ["\n", "\r\n", "\r"]) expect(values(`1, 2${end}${end} 3 ,4`)).toEqual([1, 2, 3, 4]);
    expect(values(new TextEncoder().encode("\uFEFF1,2\n"))).toEqual([1, 2]);
    expect(values("\uFEFF1,2\n")).toEqual([1, 2]);
  });

  test("quoted fields may hold delimiters, line ends and doubled quotes", () => {
    const table = readCsv('"a ""x"", b","c\nd"\n"1",2\n', "t.csv");
    expect(table.columns).toEqual(['a "x", b', "c\nd"]);
    expect([...table.data]).toEqual([1, 2]);
  });

  test("a quoted field may stand behind spaces, delimiters and quotes within it too", () => {
    expect(readCsv('"a" , "b, ""c"""\n 1, "2"\n', "t.csv").columns).toEqual(["a", 'b, "c"']);
    expect(values('a, b\n 1, "2"\n')).toEqual([1, 2]);
    expect(values('name,"6"" pipe"\n1,2\n')).toEqual([1, 2]);
  });

  test("rows keep their lines behind fields of several lines, whatever ends a line", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = `a,"b${end}${end}c"${end}1,2${end}${end}3,x${end}`;
      expect(refusal(() => readCsv(text, "t.csv")).message).toMatch(/^t.csv: line 6, column 2/);
    }
  });

  test("text in pieces gives the rows of the whole, wherever it is cut", () => {
    const text = 'a,"b ""x"", y"\r\n1,"2"\r\n\r\n"3\n4",5\r\n';
    const whole = [...csvRows(text, ",", "t.csv")];
    expect(whole.map(({ line }) => line)).toEqual([1, 2, 4]);
    const filler = `${"7".repeat(2 ** 12)},8\n`.repeat(2 ** 8); // more than is parsed at once
    for (let cut = 0; cut <= text.length; cut++) {
      const rows = [...csvRows([text.slice(0, cut), text.slice(cut), filler, text], ",", "t.csv")];
      expect(rows.slice(0, 3)).toEqual(whole);
      expect(rows.length).toBe(3 + 2 ** 8 + 3);
      expect(rows.at(-1)).toEqual({ line: 5 + 2 ** 8 + 4, fields: ["3\n4", "5"] });
    }
  });

  test("numbers are decimal: signs, points and exponents", () => {
    expect(values("-1,+2,.5,3.,1e3,-2.5E-2")).toEqual([-1, 2, 0.5, 3, 1000, -0.025]);
  });

  test("a class column is numbered in ascending order: words by character, numbers by value", () => {
    const words = readCsv("x,kind\n1,iris\n2,aster\n3,iris", "t.csv", { label: "last" });
    expect(words.label).toEqual({ column: 1, names: ["aster", "iris"] });
    expect([...words.data]).toEqual([1, 1, 2, 0, 3, 1]);
    expect(readCsv("10,1\n9,2\n10.0,3", "t.csv", { label: 0 }).label?.names).toEqual(["9", "10"]);
    expect(readCsv("x,y\n1,0", "t.csv", { label: "x" }).label?.column).toBe(0);
  });

  test.each<[string, string, CsvOptions, RegExp]>([
    ["an empty file", "", {}, /t.csv: at least one row, got "0 characters"/],
    ["blank lines alone", "\n \n", {}, /at least one row/],
    ["a header alone", "a,b\n", {}, /at least one row of numbers/],
    ["a word", "a,b\n1,2\n3,x\n", {}, /^t.csv: line 3, column 2 \(b\): a finite number, got "x"/],
    ["a missing value", "1,2\n3,\n", {}, /line 2, column 2: a finite number, got ""/],
    ["NaN", "1,2\nnan,3\n", {}, /line 2, column 1: a finite number, got "nan"/],
    ["infinity", "1,2\n1,-Infinity\n", {}, /got "-Infinity"/],
    ["a number beyond float64", "1,2\n1,1e999\n", {}, /got "1e999"/],
    ["hexadecimal", "1,2\n1,0x10\n", {}, /got "0x10"/],
    ["a decimal comma", "1,5;2\n", {}, /line 1, column 1: .*got "1,5"/],
    ["a short row", "a,b\n1,2\n\n3\n", {}, /line 4: 2 fields, as line 1 has, got "1 fields"/],
    ["a long row", "1,2\n3,4,5\n", {}, /line 2: 2 fields/],
    ["a first row half of names", "1,b\n2,3\n", {}, /line 1, column 2: a number, or a header that is mostly names/],
    ["a quote left open", 'a,b\n1,"2\n', {}, /line 2: a closing quote, got "the end of the file"/],
    ["text behind a quote", '"a"b,c\n', {}, /line 1: a delimiter behind a closing quote, got "b"/],
    ["a class column that is not there", "1,2\n", { label: 2 }, /label: .*got 2; the file has 2 columns/],
    ["a class column of that name twice", "y,y\n1,2\n", { label: "y" }, /label: /],
    ["a missing class", "1,a\n2,\n", { label: "last" }, /line 2, column 2: a class/],
    ["fractional classes", "1,0.5\n2,1\n", { label: "last" }, /words or whole numbers, got "0.5"/],
  ])("%s is refused, with its place", (_, text, options, message) => {
    expect(refusal(() => readCsv(text, "t.csv", options)).message).toMatch(message);
  });

  test("bytes that are not UTF-8 are refused", () => {
    expect(refusal(() => readCsv(Uint8Array.of(49, 44, 0xff), "t.csv")).message).toMatch(/UTF-8/);
  });

  test.skipIf(!present)(
    `8×8 digits: 3823 rows of 64 values and a class (${present ? "found" : "no"} ${DIGITS})`,
    () => {
      const table = readCsv(readFileSync(DIGITS), "optdigits.tra", { label: "last" });
      expect(table.rows).toBe(3823);
      expect(table.columns.length).toBe(65);
      expect(table.label?.names).toEqual([..."0123456789"]);
      expect(table.data.reduce((most, value) => Math.max(most, value), 0)).toBe(16);
    },
  );
});

test("any table of finite numbers survives writing and reading", () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(number, { minLength: 5, maxLength: 40 }), (width, list) => {
      const rows = Math.floor(list.length / width);
      const kept = list.slice(0, rows * width);
      const lines = Array.from({ length: rows }, (_, r) => kept.slice(r * width, (r + 1) * width).join(","));
      expect(values(lines.join("\n"))).toEqual(kept.map((x) => Number(String(x))));
    }),
  );
});

test("random damage to a file gives an EvanesceError or a table that is whole and finite", () => {
  const valid = new TextEncoder().encode('t,"x, y"\n1,2.5\n-3,4e2\r\n"5",6\n');
  for (const options of [{}, { label: "last" }]) {
    surviveMutations(
      valid,
      (bytes) => readCsv(bytes, "t.csv", options),
      ({ rows, columns, data }) => {
        expect(data.length).toBe(rows * columns.length);
        expect(data.every(Number.isFinite)).toBe(true);
      },
    );
  }
});
