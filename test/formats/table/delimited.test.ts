/** Rows of delimited text: quotes, line ends, lines in messages, and text that comes in pieces. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvRows } from "../../../src/formats/table/delimited.ts";
import { spacedRows } from "../../../src/formats/table/spaced.ts";
import { refusal } from "../helpers.ts";

const rows = (text: string) => [...csvRows(text, ",", "t.csv")];
const fields = (text: string) => rows(text).map((row) => row.fields);

describe("comma-separated text", () => {
  test("LF, CRLF, CR, blank lines, spaces and a missing last line end are all understood", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      expect(fields(`1, 2${end}${end} 3 ,4`)).toEqual([
        ["1", "2"],
        ["3", "4"],
      ]);
    }
  });

  test("quoted fields may hold delimiters, line ends and doubled quotes", () => {
    expect(fields('"a ""x"", b","c\nd"\n"1",2\n')).toEqual([
      ['a "x", b', "c\nd"],
      ["1", "2"],
    ]);
  });

  test("a quoted field may stand behind spaces, delimiters and quotes within it too", () => {
    expect(fields('"a" , "b, ""c"""\n 1, "2"\n')).toEqual([
      ["a", 'b, "c"'],
      ["1", "2"],
    ]);
    expect(fields('name,6" pipe\n')).toEqual([["name", '6" pipe']]);
  });

  test("rows keep their lines behind fields of several lines, whatever ends a line", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = `a,"b${end}${end}c"${end}1,2${end}${end}3,x${end}`;
      expect(rows(text).map(({ line }) => line)).toEqual([1, 4, 6]);
    }
  });

  test("text in pieces gives the rows of the whole, wherever it is cut", () => {
    const text = 'a,"b ""x"", y"\r\n1,"2"\r\n\r\n"3\n4",5\r\n';
    const whole = rows(text);
    expect(whole.map(({ line }) => line)).toEqual([1, 2, 4]);
    const filler = `${"7".repeat(2 ** 12)},8\n`.repeat(2 ** 8); // more than is parsed at once
    for (let cut = 0; cut <= text.length; cut++) {
      const pieces = [...csvRows([text.slice(0, cut), text.slice(cut), filler, text], ",", "t.csv")];
      expect(pieces.slice(0, 3)).toEqual(whole);
      expect(pieces.length).toBe(3 + 2 ** 8 + 3);
      expect(pieces.at(-1)).toEqual({ line: 5 + 2 ** 8 + 4, fields: ["3\n4", "5"] });
    }
  });

  test.each([
    ["a quote left open", 'a,b\n1,"2\n', /^t.csv: line 2: a closing quote, got "the end of the file"; add a "/],
    ["text behind a quote", '"a"b,c\n', /^t.csv: line 1: a delimiter after a closing quote, got "b"; double a "/],
    ["text behind a quote further down", 'a,c\n1,"x"y\n', /^t.csv: line 2: a delimiter .*, got "y"/],
    ["a quote open over 16 MiB", `a,"${"7\n".repeat(2 ** 23 + 9)}"`, /^t.csv: line 1: a row of at most 16777216 char/],
  ])("%s is refused with its line", (_, text, message) => {
    expect(refusal(() => rows(text)).message).toMatch(message);
  });

  test("any fields survive writing and reading", () => {
    const field = fc
      .string({ unit: fc.constantFrom(..."a,\"'\n\r x1") })
      .map((text) => text.trim().replaceAll("\r", ""));
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(table, (lines) => {
        const text = lines.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(",")).join("\n");
        expect(fields(text)).toEqual(lines);
      }),
    );
  });
});

describe("text with white space between", () => {
  test("runs of spaces and tabs are one separator, quotes keep spaces, lines are counted", () => {
    const text = ' 1  2\t"a b"\r\n\n3 4   5\n';
    for (let cut = 0; cut < text.length; cut++) {
      expect([...spacedRows([text.slice(0, cut), text.slice(cut)])]).toEqual([
        { line: 1, fields: ["1", "2", "a b"] },
        { line: 3, fields: ["3", "4", "5"] },
      ]);
    }
  });
});
