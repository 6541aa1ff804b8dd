import { describe, expect, test } from "vitest";
import { fitDecay } from "../../src/flow/index.ts";
import { concentration, crossing, gainsFromLast, reach, worstGain } from "../../src/metrics/index.ts";
import { random } from "../../src/base/random.ts";

const of = (...values: number[]) => Float64Array.of(...values);
const lineOf = (stations: number, perStation: number) =>
  Float64Array.from({ length: stations }, (_, s) => (stations - 1 - s) * perStation);

describe("gains are relative to the last station", () => {
  test("whatever its norm", () => {
    expect([...gainsFromLast(of(-5, -3, -4))]).toEqual([-1, 1, 0]);
    expect([...gainsFromLast(of(Number.NEGATIVE_INFINITY, -700))]).toEqual([Number.NEGATIVE_INFINITY, 0]);
  });

  test("none is defined from exactly zero", () => {
    expect([...gainsFromLast(of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY))]).toEqual([
      Number.NaN,
      Number.NaN,
    ]);
  });

  test("the worst is the farthest from 0 on either side, the nearest to the loss of equals", () => {
    expect(worstGain(of(-1, 30, -2, 0))).toEqual({ station: 1, gain: 30 });
    expect(worstGain(of(-9, -9, 0))).toEqual({ station: 1, gain: -9 });
    expect(worstGain(of(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 0))).toEqual({
      station: 1,
      gain: Number.NEGATIVE_INFINITY,
    });
    expect(worstGain(of(0))).toEqual({ station: 0, gain: 0 });
    expect(worstGain(of())).toEqual({ station: -1, gain: 0 });
  });
});

describe("reach counts the stations in a row that keep a part of the norm", () => {
  test("from the loss back to the first that does not", () => {
    expect(reach(of(-1, -9, -2, -1, 0), -3)).toEqual({ stations: 2, share: 0.5, floor: -3 });
    expect(reach(lineOf(101, -0.1), -5.05).stations).toBe(50);
  });

  test("a path of one station is reached completely, and a gradient of zero or NaN reaches nothing", () => {
    expect(reach(of(0), -3)).toEqual({ stations: 0, share: 1, floor: -3 });
    expect(reach(of(Number.NEGATIVE_INFINITY, 0), -3).share).toBe(0);
    expect(reach(of(Number.NaN, Number.NaN), -3).share).toBe(0);
  });
});

describe("a crossing is where a gradient of norm 1 leaves the range", () => {
  const limit = -126 * Math.LN2;

  test("seen in the profile where it happened there", () => {
    // 2⁻¹²⁶ itself is still normal: the 127th halving is the first below
    expect(crossing(lineOf(200, -Math.LN2), null, limit - 1e-9)).toEqual({ stations: 127, measured: true });
    expect(crossing(of(Number.NEGATIVE_INFINITY, 0, 0), null, limit)).toEqual({ stations: 2, measured: true });
  });

  test("extrapolated by the slope where the profile is straight", () => {
    const gains = lineOf(11, -1);
    expect(crossing(gains, fitDecay(gains), limit)).toEqual({ stations: 88, measured: false }); // 87.3 nats
    const growing = lineOf(11, 2);
    expect(crossing(growing, fitDecay(growing), 128 * Math.LN2)).toEqual({ stations: 45, measured: false }); // 88.7 nats
  });

  test("never, where the gradient goes the other way, hardly changes or wanders", () => {
    const growing = lineOf(11, 2);
    expect(crossing(growing, fitDecay(growing), limit)).toBeNull();
    const steady = lineOf(11, -1e-3);
    expect(crossing(steady, fitDecay(steady), limit)).toBeNull();
    const wandering = of(-2, 2, -2, 2, -1, 1, -1, 0);
    expect(crossing(wandering, fitDecay(wandering), limit)).toBeNull();
    expect(crossing(of(0), null, limit)).toBeNull();
  });
});

describe("concentration is the shortest run that holds half of the positive values", () => {
  test("of a few plain cases", () => {
    expect(concentration(of(1, 1, 8, 1, 1))).toEqual({ from: 2, to: 2 });
    expect(concentration(of(1, 1, 1, 1))).toEqual({ from: 0, to: 1 });
    expect(concentration(of(-9, 2, 3, -9, 1))).toEqual({ from: 2, to: 2 });
    expect(concentration(of(1, Number.POSITIVE_INFINITY, 1))).toEqual({ from: 1, to: 1 });
  });

  test("null where there is nothing positive; NaN counts as nothing", () => {
    expect(concentration(of())).toBeNull();
    expect(concentration(of(-1, 0, Number.NaN))).toBeNull();
    expect(concentration(of(Number.NaN, 2, Number.NaN))).toEqual({ from: 1, to: 1 });
  });

  test("as trying every run finds it", () => {
    const stream = random(1, "concentration");
    for (let round = 0; round < 300; round++) {
      const values = Float64Array.from({ length: 1 + stream.below(12) }, () => stream.normal());
      const held = (from: number, to: number) =>
        values.subarray(from, to + 1).reduce((sum, value) => sum + Math.max(value, 0), 0);
      const all = held(0, values.length - 1);
      const found = concentration(values);
      if (all === 0) {
        expect(found).toBeNull();
        continue;
      }
      let shortest = values.length;
      for (let from = 0; from < values.length; from++) {
        for (let to = from; to < values.length; to++) {
          if (held(from, to) >= 0.5 * all) shortest = Math.min(shortest, to - from + 1);
        }
      }
      expect(found!.to - found!.from + 1).toBe(shortest);
      expect(held(found!.from, found!.to)).toBeGreaterThanOrEqual(0.5 * all * (1 - 1e-9));
    }
  });
});
