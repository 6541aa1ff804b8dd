import { describe, expect, it } from "vitest";
import { count, counted, nats, power, ratio, significant, stationsEach } from "../../src/words/numbers.ts";

describe("numbers for people", () => {
  it.each([
    [0, "1.0"],
    [Math.log(0.0123), "0.012"],
    [Math.log(0.00123), "1.2e-3"],
    [Math.log(9940), "9,940"],
    [Math.log(9999), "1.0e4"],
    [Math.log(12345), "1.2e4"],
    [Math.log(9.97e-8), "1.0e-7"],
    [-99_999, "9.7e-43430"],
    [Number.NEGATIVE_INFINITY, "0"],
    [Number.POSITIVE_INFINITY, "∞"],
    [Number.NaN, "NaN"],
  ])("e^%d is %s", (ln, text) => expect(power(ln)).toBe(text));

  it.each([
    [0.16666, "0.167"],
    [1.3946, "1.39"],
    [17.19, "17.2"],
    [1234.4, "1,234"],
    [999_400, "999,400"],
    [999_999, "1.00e6"],
    [1.5e7, "1.50e7"],
    [2.5e-9, "2.50e-9"],
    [-0.5, "−0.500"],
    [-2.5e-9, "−2.50e-9"],
    [0, "0"],
  ])("%d reads %s", (value, text) => expect(significant(value)).toBe(text));

  it("signs nats, and gives none to a zero", () => {
    expect([-40.396, 0.04, -0.04, 12.34, -1431.4, Number.NEGATIVE_INFINITY].map(nats)).toEqual([
      ...["−40.4", "0.0", "0.0", "+12.3", "−1,431", "−∞"],
    ]);
  });

  it("counts things", () => {
    expect([ratio(-Math.log(500)), count(1_000_000), counted(1, "step"), counted(1500, "layer")]).toEqual([
      ...["500", "1,000,000", "1 step", "1,500 layers"],
    ]);
  });
});

it("a half-life of one station names the station alone", () => {
  const halfLives = [1, 1.001, -0.999, 1.02, 14.3, 1390];
  expect(halfLives.map((life) => stationsEach(life, "layer"))).toEqual([
    "layer",
    "layer",
    "0.999 layers",
    "1.02 layers",
    "14.3 layers",
    "1,390 layers",
  ]);
});
