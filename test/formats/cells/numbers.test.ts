/** Every notation of a number under both conventions, and texts that are no numbers. */
import { describe, expect, test } from "vitest";
import { isPlainNumber, readNumber } from "../../../src/formats/cells/numbers.ts";

const N = Number.NaN;

describe("a cell's number", () => {
  test.each<[string, number, number]>([
    ["12", 12, 12],
    ["-1", -1, -1],
    ["+2", 2, 2],
    ["\u22125", -5, -5],
    ["3.14", 3.14, N],
    [".5", 0.5, N],
    ["3.", 3, N],
    ["1e3", 1000, 1000],
    ["-2.5E-2", -0.025, N],
    ["20,00", N, 20],
    [",5", N, 0.5],
    ["0,123", N, 0.123],
    ["1,5e3", N, 1500],
    ["1,234", 1234, 1.234],
    ["1.234", 1.234, 1234],
    ["0.123", 0.123, N],
    ["1,234.5", 1234.5, N],
    ["1.234,5", N, 1234.5],
    ["1,234,567", 1234567, N],
    ["1.234.567", N, 1234567],
    ["12,345,678.90", 12345678.9, N],
    ["-12.345.678,90", N, -12345678.9],
    ["1 234", 1234, 1234],
    ["1\u00a0234,5", N, 1234.5],
    ["1\u202f234\u202f567.25", 1234567.25, N],
    ["1'234.5", 1234.5, N],
    ["1’234", 1234, 1234],
  ])("%s is %d with points, %d with commas", (text, point, comma) => {
    expect(readNumber(text)).toEqual({ point, comma, affix: "" });
  });

  test.each<[string, number, string]>([
    ["$5", 5, "$"],
    ["-$5.5", -5.5, "$"],
    ["$1,234.50", 1234.5, "$"],
    ["12.5%", 12.5, "%"],
    ["12.5 %", 12.5, "%"],
    ["5 kg", 5, "kg"],
    ["3mL", 3, "mL"],
    ["21.5°C", 21.5, "°C"],
    ["€ 7", 7, "€"],
    ["(7.5)", -7.5, ""],
    ["($1,234)", -1234, "$"],
  ])("%s is %d with the unit %j", (text, value, affix) => {
    expect(readNumber(text)).toMatchObject({ point: value, affix });
  });

  test.each([
    "",
    "x",
    "0x10",
    "Infinity",
    "nan",
    "1e",
    "--5",
    "1,23,456",
    "1.2.3",
    "5 apples pie",
    "12-5",
    "1e5e5",
    "-",
  ])("%j is none", (text) => {
    expect(readNumber(text)).toBeUndefined();
    expect(isPlainNumber(text)).toBe(false);
  });

  test("one beyond float64 is infinite", () => {
    expect(readNumber("1e999")?.point).toBe(Number.POSITIVE_INFINITY);
    expect(isPlainNumber("1e999")).toBe(false);
  });

  test.each(["1", "1.", ".", "1,", "1e", "1,2,", "a1", "1 ", "'1"])("200,000 times %j is none, at once", (piece) => {
    for (const tail of ["", "x", "e"]) expect(readNumber(piece.repeat(200_000) + tail)).toBeUndefined();
  });
});
