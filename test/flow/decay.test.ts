import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitDecay } from "../../src/flow/index.ts";
import { random } from "../../src/base/random.ts";

const line = (stations: number, perStation: number, last = 0) =>
  Float64Array.from({ length: stations }, (_, s) => last - perStation * (stations - 1 - s));

describe("fitDecay", () => {
  it("an exact line gives its slope, half-life and total gain, with r² = 1", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 3000 }),
        fc.double({ min: 1e-3, max: 100, noNaN: true }),
        fc.boolean(),
        fc.double({ min: -1e4, max: 1e4, noNaN: true }),
        (stations, magnitude, grows, last) => {
          const perStation = grows ? -magnitude : magnitude;
          const decay = fitDecay(line(stations, perStation, last))!;
          expect(Math.abs(decay.perStation / perStation - 1)).toBeLessThan(1e-8);
          expect(decay.halfLife).toBe(Math.LN2 / decay.perStation);
          expect(decay.rSquared).toBeGreaterThan(1 - 1e-8);
          expect(decay.rSquared).toBeLessThanOrEqual(1);
          expect(Math.abs(decay.totalGain + perStation * (stations - 1))).toBeLessThanOrEqual(
            1e-12 * (1e4 + magnitude * stations),
          );
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it("a million stations keep eight digits", () => {
    const decay = fitDecay(line(1_000_000, 0.01, 1e6))!;
    expect(Math.abs(decay.perStation / 0.01 - 1)).toBeLessThan(1e-8);
    expect(decay.rSquared).toBeGreaterThan(1 - 1e-12);
  });

  it("noise about a line: the slope within three standard errors, r² = explained variance", () => {
    const stream = random(1, "test/noise");
    const [stations, sigma] = [400, 0.5];
    const profile = line(stations, 0.02).map((value) => value + sigma * stream.normal());
    const { perStation, rSquared } = fitDecay(profile)!;
    const spread = (stations * (stations * stations - 1)) / 12; // Σ (s − mean)²
    expect(Math.abs(perStation - 0.02)).toBeLessThan((3 * sigma) / Math.sqrt(spread));
    const mean = profile.reduce((sum, value) => sum + value, 0) / stations;
    const variance = profile.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    expect(rSquared).toBeCloseTo((perStation ** 2 * spread) / variance, 10);
  });

  it("stations of −∞, NaN or +∞ are left out of the fit", () => {
    const profile = line(20, 0.3);
    for (const s of [0, 5, 6]) profile[s] = Number.NEGATIVE_INFINITY;
    profile[9] = Number.NaN;
    profile[11] = Number.POSITIVE_INFINITY;
    const decay = fitDecay(profile)!;
    expect(decay.perStation).toBeCloseTo(0.3, 12);
    expect(decay.rSquared).toBeCloseTo(1, 12);
    expect(decay.totalGain).toBe(Number.NEGATIVE_INFINITY);
  });

  it("total gain is of all stations: −∞, +∞ and NaN told apart", () => {
    const gain = (...profile: number[]) => fitDecay(Float64Array.from(profile))!.totalGain;
    expect(gain(Number.NEGATIVE_INFINITY, 1, 2)).toBe(Number.NEGATIVE_INFINITY);
    expect(gain(Number.POSITIVE_INFINITY, 1, 2)).toBe(Number.POSITIVE_INFINITY);
    expect(gain(1, 2, Number.NEGATIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(gain(Number.NaN, 1, 2)).toBeNaN();
  });

  it("fewer than two finite stations have no decay", () => {
    for (const profile of [[], [1], [1, Number.NaN], [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, 3]]) {
      expect(fitDecay(Float64Array.from(profile))).toBeNull();
    }
    expect(fitDecay(Float64Array.of(1, Number.NaN, 3))!.perStation).toBe(1);
  });

  it("a constant profile is fitted exactly and never halves", () => {
    for (const level of [0, 1, -3000, 0.1]) {
      expect(fitDecay(new Float64Array(50).fill(level))).toEqual({
        perStation: 0,
        halfLife: Number.POSITIVE_INFINITY,
        rSquared: 1,
        totalGain: 0,
      });
    }
  });
});
