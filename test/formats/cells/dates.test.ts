/** Every notation of a date, in every order of day, month and year. */
import { describe, expect, test } from "vitest";
import { compactDay, readDate } from "../../../src/formats/cells/dates.ts";

const at = (text: string) => Date.parse(text);

describe("a cell's date", () => {
  test.each([
    ["2019-01-02", { ymd: "2019-01-02" }],
    ["2019-1-2", { ymd: "2019-01-02" }],
    ["2019/01/02", { ymd: "2019-01-02" }],
    ["2019-01-02T03:04:05Z", { ymd: "2019-01-02T03:04:05Z" }],
    ["2019-01-02 03:04", { ymd: "2019-01-02T03:04:00Z" }],
    ["2019-01-02 03:04:05.25", { ymd: "2019-01-02T03:04:05.250Z" }],
    ["2019-01-02T03:04:05+02:00", { ymd: "2019-01-02T01:04:05Z" }],
    ["2019-01-02 03:04:05-0330", { ymd: "2019-01-02T06:34:05Z" }],
    ["20190102T030405", { ymd: "2019-01-02T03:04:05Z" }],
    ["2020-02-29", { ymd: "2020-02-29" }],
    ["13/04/2020", { dmy: "2020-04-13" }],
    ["04/13/2020", { mdy: "2020-04-13" }],
    ["03/04/2020", { dmy: "2020-04-03", mdy: "2020-03-04" }],
    ["03.04.2020", { dmy: "2020-04-03", mdy: "2020-03-04" }],
    ["3-4-2020 5:06 PM", { dmy: "2020-04-03T17:06:00Z", mdy: "2020-03-04T17:06:00Z" }],
    ["12/31/1999 12:00 AM", { mdy: "1999-12-31T00:00:00Z" }],
    ["31/12/99", { dmy: "1999-12-31" }],
    ["20/04/13", { ymd: "2020-04-13", dmy: "2013-04-20" }],
    ["5-Jan-2020", { ymd: "2020-01-05" }],
    ["Jan 5, 2020", { ymd: "2020-01-05" }],
    ["January 5 2020", { ymd: "2020-01-05" }],
    ["Mon, 06 Jan 2020 10:00:00 GMT", { ymd: "2020-01-06T10:00:00Z" }],
    ["2020-03", { ymd: "2020-03-01" }],
    ["Mar 2020", { ymd: "2020-03-01" }],
    ["2020Q2", { ymd: "2020-04-01" }],
  ])("%s is %j", (text, expected) => {
    const reading = readDate(text);
    expect(reading?.kind === "date" ? reading.orders : undefined).toEqual(
      Object.fromEntries(Object.entries(expected).map(([order, iso]) => [order, at(iso)])),
    );
  });

  test.each([
    ["10:30", 37_800_000],
    ["1:02:03.5", 3_723_500],
    ["12:15 AM", 900_000],
    ["36:00:00", 129_600_000],
  ])("%s is a time of %d ms", (text, ms) => {
    expect(readDate(text)).toEqual({ kind: "time", ms });
  });

  test.each([
    "2019-02-29",
    "2019-13-01",
    "32/01/2020",
    "13/13/2020",
    "Foo 5, 2020",
    "2019",
    "1.5",
    "12:75",
    "a-b-c",
    "10.0.0.1",
  ])("%s is none", (text) => {
    expect(readDate(text)).toBeUndefined();
  });

  test("days written as one number", () => {
    expect(compactDay(20200131)).toBe(at("2020-01-31"));
    for (const value of [20200132, 20201301, 17991231, 2020013, 20200131.5, Number.NaN])
      expect(compactDay(value)).toBeUndefined();
  });
});
