import { describe, expect, test } from "vitest";
import { layerName, magnitudeHistogram, updateRatios } from "../../src/metrics/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import { random } from "../../src/base/random.ts";
import { histograms } from "../../src/measure/statistics.ts";

describe("a histogram counts every entry once, by the decade of its magnitude", () => {
  test("powers of ten open their decade; signs do not matter", () => {
    for (let k = -300; k <= 300; k += 3) {
      const value = Number(`1e${k}`);
      expect(magnitudeHistogram({ data: [value, -value * 9.99] })).toMatchObject({ firstDecade: k, bins: [2] });
    }
    expect(magnitudeHistogram({ data: [1000, 0.02, -5] })).toMatchObject({ firstDecade: -2, bins: [1, 0, 1, 0, 0, 1] });
  });

  test("zeros, NaN and the two infinities apart; what a float32 cannot hold is named", () => {
    const data = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-40, 1e-50, 1e39, 1];
    const { bins, ...rest } = magnitudeHistogram({ data });
    expect(rest).toEqual({
      count: 9,
      firstDecade: -50,
      zero: 2,
      nan: 1,
      positiveInfinity: 1,
      negativeInfinity: 1,
      subnormal: 1,
      underflow: 1,
      overflow: 1,
    });
    expect(bins.reduce((sum, count) => sum + count, 0)).toBe(4);
    expect([bins[0], bins[10], bins[50], bins[89]]).toEqual([1, 1, 1, 1]);
  });

  test("far below float64, by the exponent beside it", () => {
    const { firstDecade, bins, underflow } = magnitudeHistogram({ data: [1, 2 ** 10], exponent: -4000 });
    expect(firstDecade).toBe(Math.floor(-4000 * Math.log10(2)));
    expect([bins.length, bins[0], bins.at(-1), underflow]).toEqual([4, 1, 1, 2]);
  });

  test("nothing with a magnitude: no bins", () => {
    expect(magnitudeHistogram({ data: [0, 0] })).toMatchObject({ bins: [], zero: 2 });
    expect(magnitudeHistogram({ data: [] })).toMatchObject({ count: 0, bins: [] });
  });

  test("of a network: entries of every gradient and weight", () => {
    const stream = random(1, "inputs");
    const network = createNetwork({ kind: "feedforward", inputs: 5, width: 8, depth: 60, activation: "sigmoid" });
    expect(() => histograms(network)).toThrow("call propagate first");
    network.propagate({ inputs: Float32Array.from({ length: 20 }, () => stream.normal()) });
    const [first] = histograms(network);
    expect(first.name).toBe("layers.0.weight");
    expect(first.gradient.count).toBe(40);
    expect(first.gradient.bins.reduce((sum, count) => sum + count, first.gradient.zero)).toBe(40);
    expect(first.gradient.firstDecade).toBeLessThan(-30); // a quarter a layer, and less
    expect(first.weight.firstDecade).toBeGreaterThan(-6);
    network.dispose();
  });
});

test("update ratios are lr·‖g‖/‖w‖; of weights that are all zero there is none", () => {
  const parameters = [
    { name: "a", lnGradientNorm: Math.log(0.5), lnNorm: Math.log(10) },
    { name: "b", lnGradientNorm: Number.NEGATIVE_INFINITY, lnNorm: 0 },
    { name: "c", lnGradientNorm: 0, lnNorm: Number.NEGATIVE_INFINITY },
    { name: "d", lnGradientNorm: -2000, lnNorm: 0 },
  ];
  const ratios = updateRatios(parameters, 0.02).map(({ log10 }) => log10);
  expect(ratios[0]).toBeCloseTo(-3, 12);
  expect(ratios.slice(1, 3)).toEqual([Number.NEGATIVE_INFINITY, null]);
  expect(ratios[3]).toBeCloseTo((Math.log(0.02) - 2000) / Math.LN10, 9);
  for (const rate of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => updateRatios(parameters, rate)).toThrow("learningRate: a finite number > 0");
  }
});

test("a layer's name is its parameters' without their last part", () => {
  const names = [
    "layers.3.weight",
    "dense_Dense1/kernel",
    "rnn.weight_hh_l0",
    "rnn.bias_ih_l1_reverse",
    "kernel",
    "a/b.c",
  ];
  expect(names.map(layerName)).toEqual(["layers.3", "dense_Dense1", "rnn.l0", "rnn.l1_reverse", "kernel", "a/b"]);
});
