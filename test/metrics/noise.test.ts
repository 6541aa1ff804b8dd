import { describe, expect, test } from "vitest";
import { addSample, createMoments, type GradientStatistics, gradientNoise } from "../../src/metrics/index.ts";
import { createNetwork } from "../../src/network/create.ts";
import { random } from "../../src/base/random.ts";
import type { NetworkInput } from "../../src/spec/index.ts";
import { gradientStatistics, gradientStatisticsAsync } from "../../src/measure/statistics.ts";
import { resolveTask } from "../../src/tasks/index.ts";

/** The statistics of samples of one parameter, `value · 2^exponent` each. */
function of(samples: readonly ArrayLike<number>[], exponent = 0, name = "w"): GradientStatistics {
  const moments = createMoments(samples[0].length);
  for (const data of samples) addSample(moments, { data, exponent });
  return gradientNoise([[name, moments]]);
}

const normals = (seed: number, count: number, length: number) => {
  const stream = random(seed, "noise");
  return Array.from({ length: count }, () => Float64Array.from({ length }, () => stream.normal()));
};

describe("the definitions, by plain sums", () => {
  const samples = normals(1, 9, 7).map((row) => row.map((value, j) => value + (j === 2 ? 3 : 0)));
  const B = samples.length;
  const mean = Array.from({ length: 7 }, (_, j) => samples.reduce((sum, row) => sum + row[j] / B, 0));
  const variance = mean.map((m, j) => samples.reduce((sum, row) => sum + (row[j] - m) ** 2 / (B - 1), 0));
  const square = (row: ArrayLike<number>) => Array.from(row).reduce((sum, value) => sum + value * value, 0);
  const total = samples.reduce((sum, row) => sum + square(row), 0);
  const trace = variance.reduce((sum, value) => sum + value, 0);
  const { all } = of(samples);

  test("mean, variance and size of the samples' gradients", () => {
    expect(Math.exp(all.lnMeanNorm)).toBeCloseTo(Math.sqrt(square(mean)), 12);
    expect(Math.exp(all.lnVariance!)).toBeCloseTo(trace, 12);
    expect(Math.exp(2 * all.lnSampleNorm)).toBeCloseTo(total / B, 12);
  });

  test("GSNR, its median, the norm test and the noise scale", () => {
    const ratios = mean.map((m, j) => m ** 2 / variance[j]);
    expect(all.gsnr).toBeCloseTo(ratios.reduce((sum, ratio) => sum + ratio, 0) / 7, 12);
    expect(all.gsnrMedian).toBeCloseTo(ratios.sort((a, b) => a - b)[3], 12);
    const norm = square(mean);
    expect(all.normTest).toBeCloseTo(Math.sqrt((total - B * norm) / (B * (B - 1) * norm)), 12);
    expect(all.noiseScale).toBeCloseTo(trace / (norm - trace / B), 10);
  });
});

test("from the means of groups of b samples, the same of single samples: the variance is b times theirs", () => {
  const [K, b] = [4, 3];
  const groups = normals(4, K, 7);
  const plain = of(groups).all;
  const moments = createMoments(7);
  for (const data of groups) addSample(moments, { data });
  const { samples, all } = gradientNoise([["w", moments]], b);
  expect(samples).toBe(K * b);
  expect(all.lnMeanNorm).toBe(plain.lnMeanNorm);
  expect(all.lnVariance).toBeCloseTo(plain.lnVariance! + Math.log(b), 12);
  expect([all.gsnr! * b, all.gsnrMedian! * b]).toEqual([
    expect.closeTo(plain.gsnr!, 12),
    expect.closeTo(plain.gsnrMedian!, 12),
  ]);
  expect(all.normTest).toBeCloseTo(plain.normTest!, 12); // ḡ has the error it has, however it came about
  expect(Number.isFinite(plain.noiseScale)).toBe(true);
  expect(all.noiseScale! / plain.noiseScale!).toBeCloseTo(b, 9);
});

describe("nothing depends on the gradient's size", () => {
  const samples = normals(2, 6, 40).map((row) => row.map((value) => value + 0.5));
  const { all } = of(samples);

  test.each([-2000, -400, -100, 100, 2000])("2^%i: same ratios, norms shifted", (exponent) => {
    const scaled = of(samples, exponent).all;
    expect([scaled.gsnr, scaled.gsnrMedian]).toEqual([all.gsnr, all.gsnrMedian]); // to the bit
    expect(scaled.normTest! / all.normTest!).toBeCloseTo(1, 9); // by logarithms of norms
    expect(scaled.noiseScale! / all.noiseScale!).toBeCloseTo(1, 9);
    expect(scaled.lnMeanNorm).toBeCloseTo(all.lnMeanNorm + exponent * Math.LN2, 9);
    expect(scaled.lnVariance).toBeCloseTo(all.lnVariance! + 2 * exponent * Math.LN2, 9);
  });

  test("samples of very different size, in any order", () => {
    const sizes = [1e-200, 1e-30, 1, 1e30, 1e-5, 0];
    const rows = samples.map((row, b) => row.map((value) => value * sizes[b]));
    const forward = of(rows).all;
    const backward = of([...rows].reverse()).all;
    expect(forward.gsnr! / backward.gsnr!).toBeCloseTo(1, 9);
    expect(forward.normTest! / backward.normTest!).toBeCloseTo(1, 12);
    // one sample rules: ḡ = g/B, so tr Σ/(B ‖ḡ‖²) = 1
    expect(forward.normTest).toBeCloseTo(1, 9);
  });
});

describe("what has no statistic says so", () => {
  test("zero, one sample, samples that agree, samples that cancel, NaN", () => {
    const zero = of([new Float64Array(3), new Float64Array(3)]).all;
    expect(zero).toMatchObject({ magnitude: "zero", gsnr: null, normTest: null, noiseScale: null });
    expect([zero.lnMeanNorm, zero.lnVariance]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(zero.sentence).toContain("exactly zero");

    const one = of([Float64Array.of(1, 2)]).all;
    expect(one).toMatchObject({ lnVariance: null, gsnr: null, normTest: null, noiseScale: null });

    const same = of([Float64Array.of(1, 2), Float64Array.of(1, 2)]).all;
    expect(same).toMatchObject({ gsnr: Number.POSITIVE_INFINITY, normTest: 0, noiseScale: 0 });

    const cancel = of([Float64Array.of(1, -2), Float64Array.of(-1, 2)]).all;
    expect(cancel).toMatchObject({ gsnr: 0, normTest: Number.POSITIVE_INFINITY, noiseScale: Number.POSITIVE_INFINITY });

    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const broken = of([Float64Array.of(1, 2), Float64Array.of(bad, 2), Float64Array.of(1, 2)]).all;
      expect(broken).toMatchObject({ magnitude: "nonfinite", gsnr: Number.NaN, lnMeanNorm: Number.NaN });
    }
  });

  test("a low variance is called what it is where the gradient has vanished", () => {
    const rows = normals(3, 8, 50);
    const parameter = (name: string, size: number) => {
      const moments = createMoments(50);
      for (const row of rows) addSample(moments, { data: row.map((value) => value * size) });
      return [name, moments] as const;
    };
    const { parameters, layers } = gradientNoise([
      parameter("first.kernel", 1e-30),
      parameter("first.bias", 1e-31),
      parameter("middle.kernel", 2e-3),
      parameter("last.kernel", 1),
    ]);
    expect(layers.map(({ name, magnitude }) => [name, magnitude])).toEqual([
      ["first", "vanished"],
      ["middle", "ordinary"],
      ["last", "ordinary"],
    ]);
    expect(parameters[0].lnVariance).toBeCloseTo(parameters[3].lnVariance! - 60 * Math.LN10, 9);
    expect(parameters[0].normTest).toBeCloseTo(parameters[3].normTest!, 12);
    expect(parameters[0].sentence).toMatch(
      /^its variance is low because the gradient is small: its entries are 1\.0e30 times smaller/,
    );
  });
});

describe("linear regression, where the answers are known: g = x(xᵀΔ − ε), x ~ N(0, I)", () => {
  const [d, sigma, B] = [5, 0.5, 4096];
  const delta = [0.6, -0.6, 0.4, -0.2, 0.28];
  const length2 = delta.reduce((sum, value) => sum + value * value, 0);

  test("B = d + 1 + dσ²/|Δ|² (McCandlish 2018) and GSNR = Δ_j²/(|Δ|² + σ² + Δ_j²), by a real network", () => {
    // y = wᵀx against wᵀx − xᵀΔ + ε: the error is xᵀΔ − ε, and the squared error's factor 2 cancels in every ratio
    const network = createNetwork({ kind: "feedforward", inputs: d, width: 1, depth: 1, activation: "identity" });
    network.parameters.set("layers.0.weight", delta);
    const stream = random(11, "regression");
    const inputs = Float32Array.from({ length: B * d }, () => stream.normal());
    const targets = Float32Array.from({ length: B }, () => sigma * stream.normal());
    const { parameters } = gradientStatistics(network, { inputs, targets });
    const weight = parameters.find(({ name }) => name === "layers.0.weight")!;
    // 4,096 samples: g's fourth moments leave some per cent
    expect(weight.noiseScale! / (d + 1 + (d * sigma * sigma) / length2)).toBeCloseTo(1, 1);
    const gsnr = delta.reduce((sum, value) => sum + value ** 2 / (length2 + sigma ** 2 + value ** 2) / d, 0);
    expect(weight.gsnr! / gsnr).toBeCloseTo(1, 1);
    network.dispose();
  });
});

describe("a network's samples, one by one", () => {
  const networks: [string, NetworkInput, string][] = [
    ["tanh RNN, a loss at the last step", { kind: "recurrent", cell: "tanh", hidden: 9 }, "adding"],
    ["LSTM, a loss at every step", { kind: "recurrent", cell: "lstm", hidden: 9, layers: 2 }, "copy"],
    ["cross-entropy", { kind: "feedforward", width: 9, depth: 3, activation: "relu" }, "gaussian"],
    ["LSUV", { kind: "feedforward", width: 9, depth: 3, init: { lsuv: true } }, "gaussian"],
    [
      "layer norm, dropped blocks",
      { kind: "feedforward", width: 9, depth: 6, norm: "layer", residual: "identity", stochasticDepth: 0.8 },
      "gaussian",
    ],
  ];

  test.each(networks)("their mean is the batch's gradient, which the network holds afterwards: %s", (_, spec, task) => {
    const batch = resolveTask(task, { batch: 11, seed: 4, kind: spec.kind });
    const network = createNetwork(spec, { seed: 4, inputs: batch.inputSize, outputs: batch.outputSize ?? null });
    const flow = network.propagate(batch);
    const before = network.gradients.get(flow.parameters[0].name);
    const { samples, parameters, layers } = gradientStatistics(network, batch);
    expect(samples).toBe(11);
    for (const [i, { name, lnMeanNorm }] of parameters.entries()) {
      expect(name).toBe(flow.parameters[i].name);
      const expected = flow.parameters[i].lnGradientNorm;
      if (expected === Number.NEGATIVE_INFINITY) expect(lnMeanNorm).toBe(expected);
      else expect(Math.abs(lnMeanNorm - expected), name).toBeLessThan(1e-4); // float32 sums
    }
    expect(layers.at(-1)?.name).toBe("readout");
    expect(network.gradients.get(flow.parameters[0].name)).toEqual(before);
    network.dispose();
  });

  test("a gradient of 2^−1740 has the GSNR of one that has not vanished, to the bit", () => {
    const depth = 30;
    const spec = { kind: "feedforward", inputs: 4, width: 8, depth, activation: "identity" } as const;
    const inputs = normals(5, 6, 4).flatMap((row) => [...row]);
    const measure = (factor: number) => {
      const network = createNetwork(spec, { seed: 1 });
      for (let l = 1; l < depth; l++) {
        const weights = network.parameters.get(`layers.${l}.weight`);
        network.parameters.set(
          `layers.${l}.weight`,
          weights.map((value) => value * factor),
        );
      }
      const { layers } = gradientStatistics(network, { inputs: Float32Array.from(inputs) });
      network.dispose();
      return layers[0];
    };
    const [plain, tiny] = [measure(1), measure(2 ** -60)];
    expect(tiny.lnMeanNorm - plain.lnMeanNorm).toBeCloseTo(-1740 * Math.LN2, 6);
    expect(tiny.gsnr).toBe(plain.gsnr);
    expect(tiny.normTest! / plain.normTest!).toBeCloseTo(1, 9); // by logarithms of norms
    expect(plain.normTest).toBeGreaterThan(0);
  });

  test("batch norm's samples have no gradient of their own", () => {
    const network = createNetwork({ kind: "feedforward", inputs: 2, width: 4, depth: 2, norm: "batch" });
    expect(() => gradientStatistics(network, { inputs: new Float32Array(8) })).toThrow(
      "gradientStatistics: a network that treats every sample for itself",
    );
    network.dispose();
  });
});

describe("asynchronously", () => {
  const network = () => createNetwork({ kind: "recurrent", hidden: 5, inputs: 2, outputs: 1 }, { seed: 1 });
  const batch = resolveTask({ name: "adding", steps: 8 }, { batch: 6, seed: 1, kind: "recurrent" });

  test("the same numbers, with the share done after every sample", async () => {
    const [one, other] = [network(), network()];
    const shares: number[] = [];
    const result = await gradientStatisticsAsync(one, batch, { onProgress: (share) => shares.push(share) });
    expect(result).toEqual(gradientStatistics(other, batch));
    expect(shares).toEqual([1, 2, 3, 4, 5, 6].map((b) => b / 7));
    one.dispose();
    other.dispose();
  });

  test("aborted between two samples it rejects with the signal's reason, and the network lives on", async () => {
    const one = network();
    const stop = new AbortController();
    const passes: unknown[] = [];
    one.on("pass", () => {
      if (passes.push(0) === 3) stop.abort();
    });
    await expect(gradientStatisticsAsync(one, batch, { signal: stop.signal })).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(passes.length).toBe(3);
    expect(one.propagate(batch).outcome).toBe("finite");
    one.dispose();
  });
});
