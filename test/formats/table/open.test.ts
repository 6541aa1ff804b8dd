/** Files as people have them: delimiters, headers, encodings, comments, JSON; and files that are no tables. */
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { openTable, type OpenOptions, type TableBytes } from "../../../src/formats/index.ts";
import { latin1, refusal, surviveMutations } from "../helpers.ts";

const open = (bytes: TableBytes, options?: OpenOptions) => {
  const source = openTable(bytes, "t.csv", options);
  const rows = [...source.rows()].map(({ cells }) => cells);
  return { ...source, rows };
};
const utf8 = (text: string) => new TextEncoder().encode(text);
const utf16 = (text: string, big = false) => {
  const bytes = new Uint8Array(2 * text.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), !big);
  return bytes;
};

describe("the separator", () => {
  test.each([",", ";", "\t", "|"])("%j is recognized", (delimiter) => {
    const text = `a${delimiter}b\n1${delimiter}2\n3${delimiter}4\n`;
    expect(open(text)).toMatchObject({
      columns: ["a", "b"],
      rows: [
        ["1", "2"],
        ["3", "4"],
      ],
    });
  });

  test.each([
    ["white space between numbers", "1.0  2.0 3\n 4   5  6\n", ["1.0", "2.0", "3"]],
    ["semicolons beside decimal commas", "1,5;2,5\n3,5;4,5\n", ["1,5", "2,5"]],
    ["bars within words", "1,a|b,2\n2,c,3\n3,d|e|f,4\n", ["1", "a|b", "2"]],
    ["one column alone", "1\n2\n3\n", ["1"]],
    ["one column of dates with times", "2020-01-01 10:00\n2020-01-02 11:00\n", ["2020-01-01 10:00"]],
    ["Excel's own line", "sep=;\n1;2\n3;4\n", ["1", "2"]],
    ["commas in quotes", '"a,b";"c,d"\n"1,0";"2,0"\n"x";"y"\n', undefined],
  ])("%s", (_, text, first) => {
    if (first === undefined) expect(open(text).columns).toHaveLength(2);
    else expect(open(text, { header: false }).rows[0]).toEqual(first);
  });

  test("can be said", () => {
    expect(open("1 2,3 4\n5 6,7 8\n", { delimiter: ",", header: false }).rows[0]).toEqual(["1 2", "3 4"]);
    expect(open("1 2,3 4\n5 6,7 8\n", { delimiter: "space", header: false }).rows[0]).toEqual(["1", "2,3", "4"]);
  });
});

describe("the header", () => {
  test.each<[string, string, boolean]>([
    ["names above numbers", "a,b\n1,2\n", true],
    ["numbers alone", "1,2\n3,4\n", false],
    ["names above words and numbers", "name,age\nanna,3\nbert,4\n", true],
    ["words and numbers alone", "anna,3\nbert,4\n", false],
    ["names above words alone", "x,y\na,b\na,c\n", true],
    ["words alone, which come again", "a,b\na,c\nd,b\n", false],
    ["missing cells in the first row", "?,5,NA\n1,2,3\n", false],
    ["pandas' numbers as names", "0,1,2\n0.5,0.25,1\n0.1,0.2,0.3\n", true],
    ["years as names", "country,1960,1961,1962\nA,5,6,8\nB,7,8,8\n", true],
    ["rows that count on", "1,2,3\n2,3,4\n", false],
    ["names above dates", "day,v\n2020-01-01,1\n2020-01-02,2\n", true],
  ])("%s", (_, text, named) => {
    expect(open(text).named).toBe(named);
  });

  test("of words alone is an assumption, which is said with the way out", () => {
    expect(open("x,y\na,b\na,c\n").notes).toEqual([
      "Line 1 (x, y) is taken as the columns' names; header=false takes it as data.",
    ]);
    expect(open("x,y\na,b\na,c\n", { header: false }).rows).toHaveLength(3);
  });

  test("can be said where it is of numbers", () => {
    expect(open("2019,2020\n3,4", { header: true })).toMatchObject({ columns: ["2019", "2020"], rows: [["3", "4"]] });
  });

  test("without names columns are numbered", () => {
    expect(open("1,2\n3,4").columns).toEqual(["column 1", "column 2"]);
    expect(open(",b\n1,2\n3,4").columns).toEqual(["column 1", "b"]);
  });

  test("one name fewer than fields: the rows' names come first, as R writes them, or each row ends in a delimiter", () => {
    expect(open("a,b\nx,1,2\ny,3,4\n")).toMatchObject({
      columns: ["column 1", "a", "b"],
      rows: [
        ["x", "1", "2"],
        ["y", "3", "4"],
      ],
    });
    expect(open("a,b\n1,2,\n3,4,\n")).toMatchObject({
      columns: ["a", "b"],
      rows: [
        ["1", "2"],
        ["3", "4"],
      ],
    });
  });

  test("half of names is refused with the way out", () => {
    expect(refusal(() => open("1,b\n2,3\n")).message).toMatch(
      /^t.csv: line 1, column 2: a number, or a header that is mostly names, got "b"; .*header=true or header=false/,
    );
  });
});

describe("comments", () => {
  test("above the table and within it are left out; a data cell that begins alike is not", () => {
    expect(open("# made on Monday\na,b\n1,2\n# break\n3,4\n").rows).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
    expect(open("a,b\n#1,2\n#3,4\n").rows).toEqual([
      ["#1", "2"],
      ["#3", "4"],
    ]);
  });

  test("the last one names the columns where it has a word for each", () => {
    const { columns, rows, notes } = open("# weather\n# time, rain\n1,2\n3,4\n");
    expect(columns).toEqual(["time", "rain"]);
    expect(rows).toEqual([
      ["1", "2"],
      ["3", "4"],
    ]);
    expect(notes).toHaveLength(1);
  });

  test("lines above the table are skipped where that is said, and counted", () => {
    const text = "Source,World Bank\nDate,today\na,b,c\n1,2,3\n4,5\n";
    expect(refusal(() => open(text)).message).toMatch(/^t.csv: line 3: 2 fields, as line 1 has, got "3 fields"/);
    expect(refusal(() => open(text, { skip: 2 })).message).toMatch(/^t.csv: line 5: 3 fields, as line 3 has/);
  });
});

describe("encodings", () => {
  const text = "größe,wert\n1,2\n3,4\n";
  test.each<[string, Uint8Array]>([
    ["UTF-8", utf8(text)],
    ["UTF-8 with a byte order mark", utf8(`\uFEFF${text}`)],
    ["UTF-16, little endian", utf16(`\uFEFF${text}`)],
    ["UTF-16, big endian", utf16(`\uFEFF${text}`, true)],
    ["UTF-16 without a mark", utf16(text)],
    ["Latin-1", latin1(text)],
    ["gzip", gzipSync(utf8(text))],
  ])("%s, whole and a byte at a time", (_, bytes) => {
    expect(open(bytes).columns).toEqual(["größe", "wert"]);
    const pieces = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
    const whole = bytes[0] === 0x1f ? [bytes.subarray(0, 5), bytes.subarray(5)] : pieces;
    const marked = bytes[0] >= 0xfe || bytes.includes(0) ? [bytes] : whole; // UTF-16 is told by its first bytes
    expect(open(marked)).toMatchObject({
      columns: ["größe", "wert"],
      rows: [
        ["1", "2"],
        ["3", "4"],
      ],
    });
  });

  test("Latin-1 is said", () => {
    expect(open(latin1(text)).notes.join()).toMatch(/Windows-1252/);
    expect(open(utf8(text)).notes).toEqual([]);
  });

  test("UTF-8 and bytes that are not, in one file, are refused", () => {
    const bytes = new Uint8Array([...utf8("é,a\n1,2\n"), 0xe9, 44, 49]);
    const pieces = [bytes.subarray(0, 9), bytes.subarray(9)];
    expect(refusal(() => open(pieces)).message).toMatch(/^t.csv: text in one encoding/);
  });
});

describe("JSON", () => {
  const rows = [
    [1, "x"],
    [2, null],
  ];
  test.each([
    ["objects a line", '{"a": 1, "b": "x"}\n{"a": 2}\n'],
    ["objects in a list", '[{"a": 1, "b": "x"},\n {"a": 2, "b": null}]'],
    ["objects in a list, on one line", '[{"a": 1, "b": "x"}, {"a": 2}]'],
    ["lists by column", '{"a": [1, 2], "b": ["x", null]}'],
    ["objects by column, as pandas writes them", '{"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": null}}'],
  ])("%s", (_, text) => {
    expect(open(text)).toMatchObject({ columns: ["a", "b"], rows });
  });

  test("objects within are opened, keys that come later are columns too", () => {
    const { columns, rows } = open('{"x": [1, 2], "y": {"z": true}}\n{"x": [3, 4], "w": "late"}\n');
    expect(columns).toEqual(["x[0]", "x[1]", "y.z", "w"]);
    expect(rows).toEqual([
      [1, 2, true, null],
      [3, 4, null, "late"],
    ]);
  });

  test.each([
    ["a line that is no JSON", '{"a": 1}\n{"a": \n', /^t.csv: line 2: valid JSON/],
    ["a number a line", '{"a": 1}\n5\n', /^t.csv: line 2: an object/],
    ["columns of different lengths", '{"a": [1, 2], "b": [1]}', /columns of the same length/],
    ["values too deep", `{"a": ${"[".repeat(20)}1${"]".repeat(20)}}\n{"a": 1}\n`, /^t.csv: line 1: values at most 8/],
    ["a document cut off", '[{"a": 1},\n', /^t.csv: valid JSON/],
  ])("%s is refused", (_, text, message) => {
    expect(refusal(() => open(text)).message).toMatch(message);
  });
});

describe("what is no table is named for what it is", () => {
  test.each<[string, Uint8Array | string, RegExp]>([
    [
      "an Excel workbook",
      latin1("PK\x03\x04rest of it"),
      /a zip archive, e.g. an Excel workbook"; save the sheet as CSV/,
    ],
    ["Parquet", latin1("PAR1....PAR1"), /"a Parquet file"; await readParquet/],
    ["NumPy", latin1("\x93NUMPY\x01\x00"), /--input/],
    ["a web page", "<!DOCTYPE html><html></html>", /a web page or XML/],
    ["ARFF", "@relation r\n@attribute a numeric\n@data\n1\n", /an ARFF file/],
    ["binary data", latin1("ab\x00\x01\x02,c\n"), /binary data/],
    ["an empty file", "", /at least one row, got "0 characters"/],
    ["blank lines", "\n \n", /at least one row/],
    ["comments alone", "# a\n# b\n", /at least one row/],
  ])("%s", (_, bytes, message) => {
    expect(refusal(() => open(bytes)).message).toMatch(message);
  });

  test.each([
    ["a short row", "a,b\n1,2\n\n3\n", /^t.csv: line 4: 2 fields, as line 1 has, got "1 fields"; fill or cut the row/],
    ["a long row", "1,2\n3,4,5\n", /^t.csv: line 2: 2 fields, .*quote a field that holds a comma/],
    ["a quote left open", 'a,b\n1,"2\n', /^t.csv: line 2: a closing quote/],
  ])("%s, with its line", (_, text, message) => {
    expect(refusal(() => open(text)).message).toMatch(message);
  });

  test("random damage gives a refusal or rows of one width", () => {
    for (const valid of ['t,"x, y"\n1,2.5\n-3,4e2\r\n"5",6\n', '{"a": 1, "b": [2]}\n{"a": 3, "b": [4]}\n']) {
      surviveMutations(utf8(valid), open, ({ rows, columns }) => {
        for (const row of rows) expect(row.length).toBe(columns.length);
      });
    }
  });
});
