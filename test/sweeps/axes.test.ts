/** Axes of a map: every form gives the points it names, and a broken rule is reported with its place. */
import { describe, expect, it } from "vitest";
import { type AxisInput, matches, pointsOf } from "../../src/sweeps/axes.ts";
import { sobol, SOBOL_DIMENSIONS } from "../../src/sweeps/sobol.ts";

const points = (axis: AxisInput) => pointsOf(axis, "map.axes.0", 1);
const values = (axis: AxisInput) => points(axis).map((point) => Object.values(point)[0]);

describe("ranges", () => {
  it("divide evenly, ends included", () => {
    expect(values({ key: "init.gain", from: 0.5, to: 2, count: 4 })).toEqual([0.5, 1, 1.5, 2]);
    expect(values({ key: "depth", from: 10, to: 50, step: 20 })).toEqual([10, 30, 50]);
    expect(values({ key: "depth", from: 50, to: 10, step: -20 })).toEqual([50, 30, 10]);
    expect(values({ key: "init.gain", from: 0.3, to: 0.9, step: 0.2 })).toHaveLength(4);
  });

  it("divide the logarithm, and round to whole numbers without repeating one", () => {
    expect(values({ key: "x", from: 1, to: 1000, count: 4, scale: "log" })).toEqual(
      [1, 10, 100, 1000].map((v) => expect.closeTo(v, 9)),
    );
    expect(values({ key: "depth", from: 1, to: 4, count: 7, scale: "log", whole: true })).toEqual([1, 2, 3, 4]);
  });

  it.each([
    [{ key: "x" }, "map.axes.0: a list `values`, or `from` and `to`"],
    [{ key: "x", from: 1, to: 2 }, "either count or step"],
    [{ key: "x", from: 0, to: 2, count: 3, scale: "log" }, "ends above 0 on a logarithmic scale"],
    [{ key: "x", from: 1, to: 2, step: -1 }, "a range of at least one point"],
    [{ key: "x", values: [] }, "at least one value"],
    [
      {
        zip: [
          { key: "a", values: [1, 2] },
          { key: "b", values: [1] },
        ],
      },
      "map.axes.0.zip.1: 2 values, as a has",
    ],
  ] as [AxisInput, string][])("%j is refused", (axis, message) => {
    expect(() => points(axis)).toThrow(message);
  });
});

it("a zip changes its keys together", () => {
  expect(
    points({
      zip: [
        { key: "depth", values: [10, 20] },
        { key: "width", values: [8, 4] },
      ],
    }),
  ).toEqual([
    { depth: 10, width: 8 },
    { depth: 20, width: 4 },
  ]);
});

it("random samples fill the box, and another root draws others", () => {
  const axis: AxisInput = {
    random: [
      { key: "a", from: 1, to: 100, scale: "log" },
      { key: "b", values: ["x", "y"] },
    ],
    samples: 400,
  };
  const drawn = points(axis);
  expect(drawn).toHaveLength(400);
  const a = drawn.map((point) => point.a as number);
  expect(Math.min(...a)).toBeGreaterThanOrEqual(1);
  expect(Math.max(...a)).toBeLessThan(100);
  // half of them lie below the geometric mean: 400 fair coins, 4 standard deviations
  expect(Math.abs(a.filter((value) => value < 10).length - 200)).toBeLessThan(40);
  expect(new Set(drawn.map((point) => point.b))).toEqual(new Set(["x", "y"]));
  expect(pointsOf(axis, "", 2)).not.toEqual(drawn);
  expect(points(axis)).toEqual(drawn);
});

describe("Sobol's sequence", () => {
  it("every dimension puts one of 2^k points into each of 2^k equal parts", () => {
    const next = sobol(SOBOL_DIMENSIONS);
    // the origin, which is left out, would be the first point
    const all = [new Array<number>(SOBOL_DIMENSIONS).fill(0), ...Array.from({ length: 255 }, next)];
    for (let d = 0; d < SOBOL_DIMENSIONS; d++) {
      for (const k of [1, 3, 5, 8]) {
        const parts = new Set(all.slice(0, 2 ** k).map((point) => Math.floor(point[d] * 2 ** k)));
        expect(parts.size, `dimension ${d}, ${2 ** k} points`).toBe(2 ** k);
      }
    }
  });

  it("two dimensions fill the elementary boxes of the plane", () => {
    const next = sobol(2);
    const all = [[0, 0], ...Array.from({ length: 63 }, next)];
    for (const [p, q] of [
      [1, 5],
      [3, 3],
      [5, 1],
    ]) {
      expect(new Set(all.map(([x, y]) => `${Math.floor(x * 2 ** p)}/${Math.floor(y * 2 ** q)}`)).size).toBe(64);
    }
  });

  it("the first points are known (Joe and Kuo 2008)", () => {
    const next = sobol(3);
    expect([next(), next(), next()]).toEqual([
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
    ]);
  });

  it("refuses more dimensions than it has polynomials", () => {
    const many = Array.from({ length: SOBOL_DIMENSIONS + 1 }, (_, i) => ({ key: `k${i}`, from: 0, to: 1 }));
    expect(() => points({ sobol: many, samples: 4 })).toThrow("map.axes.0.sobol: at most 10 keys");
  });
});

it("a match takes a value, a list or two ends", () => {
  const at = (key: string) => ({ depth: 20, cell: "lstm" })[key];
  expect(matches({ depth: 20, cell: "lstm" }, at)).toBe(true);
  expect(matches({ cell: ["gru", "lstm"] }, at)).toBe(true);
  expect(matches({ cell: ["gru"] }, at)).toBe(false);
  expect(matches({ depth: { least: 20, most: 20 } }, at)).toBe(true);
  expect(matches({ depth: { least: 21 } }, at)).toBe(false);
  expect(matches({ width: { most: 8 } }, at)).toBe(false);
});
