import { describe, expect, it } from "vitest";
import {
  type Clipped,
  clipByNorm,
  clipByUnit,
  clipByValue,
  type NamedGradient,
  traceClipping,
} from "../../src/metrics/index.ts";
import { clippingGoldens } from "../golden/read.ts";

const METHODS = { norm: clipByNorm, value: clipByValue, unit: clipByUnit } as const;
const one = (...values: number[]): NamedGradient[] => [{ name: "w", gradient: Float64Array.from(values) }];
const values = ({ gradients }: Clipped) => gradients.map(({ gradient }) => Array.from(gradient));

describe("PyTorch's gradients, entry by entry", () => {
  const goldens = clippingGoldens();
  it("has goldens of every method in both precisions", () => {
    expect(goldens.map(({ method, dtype }) => `${method} ${dtype}`).sort()).toEqual(
      ["norm", "unit", "value"].flatMap((method) => [`${method} float32`, `${method} float64`]),
    );
  });
  for (const { method, dtype, cases } of goldens) {
    const Type = dtype === "float32" ? Float32Array : Float64Array;
    // float32: torch sums squares in float32
    const tolerance = method === "value" ? 0 : dtype === "float32" ? 1e-6 : 1e-14;
    for (const { limit, weights, before, after } of cases) {
      it(`${method}, ${dtype}, limit ${limit}`, () => {
        const tensors = Object.entries(before).map(([name, { shape, data }]) => ({
          name,
          shape,
          gradient: Type.from(data),
          weight: weights[name].data,
        }));
        const { gradients, ledger } = METHODS[method](tensors, limit);
        let changed = 0;
        gradients.forEach(({ name, gradient }, k) => {
          expect(gradient).toBeInstanceOf(Type);
          const expected = after[name].data;
          gradient.forEach((value, i) => {
            expect(Math.abs(value - expected[i]), `${name} ${i}`).toBeLessThanOrEqual(
              tolerance * Math.abs(expected[i]),
            );
            if (expected[i] !== before[name].data[i]) changed++;
          });
          const lnNorm = Math.log(Math.hypot(...expected));
          if (lnNorm === -Infinity) expect(ledger.tensors[k].after).toBe(lnNorm);
          else expect(Math.abs(ledger.tensors[k].after - lnNorm)).toBeLessThan(1e-6);
        });
        expect(ledger.share > 0).toBe(changed > 0);
        const all = (side: typeof before) => Object.values(side).flatMap(({ data }) => Array.from(data));
        const [g, c] = [all(before), all(after)];
        const cosine = g.reduce((sum, x, i) => sum + x * c[i], 0) / Math.hypot(...g) / Math.hypot(...c);
        expect(Math.cos(ledger.angle as number)).toBeCloseTo(cosine, 6);
        expect(ledger.before).toBeCloseTo(Math.log(Math.hypot(...g)), 6);
        expect(ledger.after).toBeCloseTo(Math.log(Math.hypot(...c)), 6);
      });
    }
  }
});

describe("by norm", () => {
  it("g · min(1, c/(‖g‖ + 1e−6)): (3, 4) at 1 and at 5.000001", () => {
    expect(values(clipByNorm(one(3, 4), 1))[0][0]).toBeCloseTo(3 / (5 + 1e-6), 14);
    expect(values(clipByNorm(one(3, 4), 5.1))).toEqual([[3, 4]]);
    expect(clipByNorm(one(3, 4), 5).ledger.share).toBe(1); // 5/(5 + 1e−6) < 1
  });

  it("holds from 1e-300 to 1e+300, and beyond where norms overflow", () => {
    for (const size of [1e-300, 1e-160, 1, 1e160, 1e300]) {
      const limit = size < 1e-6 ? 1e-8 : 1e-5; // beside ‖g‖ + 1e−6
      const { gradients, ledger } = clipByNorm(one(3 * size, 4 * size), limit);
      const lnFactor = Math.log(limit) - Math.log(5 * size + 1e-6);
      expect(ledger.before - Math.log(5) - Math.log(size)).toBeCloseTo(0, 11);
      expect(Math.log(gradients[0].gradient[0]) - Math.log(3) - Math.log(size) - lnFactor).toBeCloseTo(0, 11);
      expect(ledger.after - ledger.before - lnFactor).toBeCloseTo(0, 10);
      expect(ledger.angle).toBeLessThan(1e-13);
    }
    const { gradients, ledger } = clipByNorm(one(1e308, 1e308, 1e308, 1e308), 2); // ‖g‖ = 2e308
    expect(Array.from(gradients[0].gradient)).toEqual(Array(4).fill(expect.closeTo(1, 11)));
    expect(ledger.after).toBeCloseTo(Math.log(2), 11);
  });

  it("keeps the direction, of several tensors as of one", () => {
    const tensors = [
      { name: "a", gradient: Float64Array.of(1, -2, 2) },
      { name: "b", gradient: Float64Array.of(4) },
    ];
    const { ledger } = clipByNorm(tensors, 0.5);
    expect(ledger).toMatchObject({ method: "norm", of: "tensors", limit: 0.5, share: 1 });
    expect(ledger.before).toBeCloseTo(Math.log(5), 14);
    expect(ledger.angle).toBeLessThan(1e-15);
    expect(ledger.tensors.map(({ name, share }) => [name, share])).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
  });

  it("a gradient that is not finite stays so, as in PyTorch", () => {
    const [[a, b]] = values(clipByNorm(one(Number.POSITIVE_INFINITY, 3), 1));
    expect([a, b]).toEqual([Number.NaN, 0]);
    expect(values(clipByNorm(one(Number.NaN, 3), 1))).toEqual([[Number.NaN, Number.NaN]]);
    expect(clipByNorm(one(Number.NaN, 3), 1).ledger).toMatchObject({ before: Number.NaN, angle: null });
  });

  it("zero, and nothing at all", () => {
    expect(clipByNorm(one(0, 0), 1).ledger).toMatchObject({
      before: -Infinity,
      after: -Infinity,
      share: 0,
      angle: null,
    });
    expect(clipByNorm([], 1).ledger).toMatchObject({ before: -Infinity, share: 0, tensors: [] });
  });
});

describe("by value", () => {
  it("clips entries, counts them, and says how far the direction turned", () => {
    const { gradients, ledger } = clipByValue(one(3, -0.5, 0, -7), 1);
    expect(Array.from(gradients[0].gradient)).toEqual([1, -0.5, 0, -1]);
    expect(ledger.share).toBe(0.5);
    const cosine = (3 + 0.25 + 7) / Math.hypot(3, 0.5, 7) / Math.hypot(1, 0.5, 1);
    expect(ledger.angle).toBeCloseTo(Math.acos(cosine), 14);
  });
  it("NaN stays, infinity is clipped", () => {
    expect(values(clipByValue(one(Number.NaN, Number.POSITIVE_INFINITY, -Infinity), 2))).toEqual([[Number.NaN, 2, -2]]);
  });
  it("the given array is left alone", () => {
    const tensors = one(9);
    clipByValue(tensors, 1);
    expect(tensors[0].gradient[0]).toBe(9);
  });
});

describe("by unit", () => {
  it("g_i · λ max(‖W_i‖, 1e−3)/‖g_i‖ row by row", () => {
    const tensors = [
      {
        name: "W",
        shape: [3, 2],
        gradient: Float64Array.of(3, 4, 0.003, 0.004, 3e-6, 4e-6),
        weight: [6, 8, 6, 8, 0, 0],
      },
    ];
    const { gradients, ledger } = clipByUnit(tensors, 0.01);
    const expected = [0.06, 0.08, 0.003, 0.004, 3e-6, 4e-6];
    gradients[0].gradient.forEach((value, i) => {
      expect(value / expected[i]).toBeCloseTo(1, 14);
    });
    expect(ledger.share).toBeCloseTo(1 / 3, 15);
    expect(ledger.of).toBe("units");
  });
  it("holds far outside float64's squares", () => {
    const tensors = [{ name: "W", shape: [1, 2], gradient: Float64Array.of(3e300, 4e300), weight: [3e-300, 4e-300] }];
    const { gradients } = clipByUnit(tensors, 0.01); // to λ · 1e−3
    expect(gradients[0].gradient[0] / 6e-6).toBeCloseTo(1, 11);
  });
});

describe("a sequence of gradients", () => {
  it("the share of steps that were clipped", () => {
    const trace = traceClipping([3, 0.1, 5, 0].map((size) => clipByNorm(one(size), 1).ledger));
    expect(trace).toMatchObject({ method: "norm", limit: 1, share: 0.5 });
    expect(Array.from(trace!.before)).toEqual([Math.log(3), Math.log(0.1), Math.log(5), -Infinity]);
    expect(trace!.after[0]).toBeCloseTo(0, 6);
    expect(Array.from(trace!.angle)).toEqual([0, 0, 0, Number.NaN]);
    expect(traceClipping([])).toBe(null);
  });
});

describe("a caller's mistake", () => {
  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("limit %s", (limit) => {
    expect(() => clipByNorm(one(1), limit)).toThrow(/^clip\.norm: a finite number > 0, got /);
    expect(() => clipByValue(one(1), limit)).toThrow(/^clip\.value: /);
    expect(() => clipByUnit(one(1), limit)).toThrow(/^clip\.unit: /);
  });
  it("a unit's clip without the weight, or of another shape", () => {
    expect(() => clipByUnit(one(1))).toThrow(/^clip\.w: the weight's 1 values, to clip by unit, got undefined; /);
    expect(() => clipByUnit([{ ...one(1, 2)[0], weight: [1, 2], shape: [3, 1] }])).toThrow(/^clip\.w: a shape of 2/);
  });
});
