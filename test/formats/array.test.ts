import { describe, expect, test } from "vitest";
import { requireFinite, toFloat32, toInt32 } from "../../src/formats/index.ts";
import { refusal } from "./helpers.ts";

describe("values that are not finite", () => {
  test.each([
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
  ])("%s is named with the index of the first", (value, text) => {
    const data = Float32Array.of(1, 2, value, 4, Number.NaN, 6);
    expect(refusal(() => requireFinite("W: x", data)).message).toContain(`W: x[2]: a finite number, got ${text};`);
    expect(refusal(() => requireFinite("W: x", data, [3, 2])).message).toContain("W: x[1, 0]: ");
  });

  test("finite data pass", () => {
    expect(() => requireFinite("x", Float32Array.of(0, -1, 3e38))).not.toThrow();
  });
});

describe("to float32", () => {
  test("float64 is rounded, integers must be exact", () => {
    expect(toFloat32("x", { shape: [1], data: Float64Array.of(0.1) })[0]).toBe(Math.fround(0.1));
    expect([...toFloat32("x", { shape: [2], data: Uint8Array.of(0, 255) })]).toEqual([0, 255]);
    const odd = { shape: [1], data: Int32Array.of(2 ** 24 + 1) };
    expect(refusal(() => toFloat32("x", odd)).message).toMatch(
      /^x\[0\]: an integer float32 holds exactly, got 16777217/,
    );
    const wide = { shape: [1], dtype: "int64" as const, data: Float64Array.of(2 ** 24 + 1) };
    expect(refusal(() => toFloat32("x", wide)).message).toMatch(/exactly/);
  });

  test("a finite number never becomes infinite; NaN and infinities stay", () => {
    expect(refusal(() => toFloat32("x", { shape: [1], data: Float64Array.of(1e39) })).message).toMatch(
      /3.4e38.*got 1e\+39/,
    );
    expect([...toFloat32("x", { shape: [2], data: Float64Array.of(NaN, -Infinity) })]).toEqual([NaN, -Infinity]);
  });
});

test("to int32: whole numbers within range only", () => {
  expect([...toInt32("x", { shape: [2], data: Float64Array.of(-3, 9) })]).toEqual([-3, 9]);
  for (const value of [0.5, 2 ** 31, NaN]) {
    expect(refusal(() => toInt32("x", { shape: [1], data: Float64Array.of(value) })).message).toMatch(
      /^x\[0\]: a whole/,
    );
  }
});
