import { describe, expect, test } from "vitest";
import { type MonitorOptions, type MonitorStep, monitor } from "../../src/monitor/index.ts";

/** A kernel and a bias a layer with these gradient norms, nearest the input first. */
const records = (kernels: readonly number[], biases: readonly number[] = kernels) =>
  kernels.flatMap((norm, l) => [
    { name: `dense_${l}/kernel`, gradient: Float64Array.of(norm * 0.6, norm * 0.8) },
    { name: `dense_${l}/bias`, gradient: Float64Array.of(biases[l]) },
  ]);

function watched(
  kernels: readonly number[],
  steps: number,
  step: (s: number) => MonitorStep = () => ({}),
  options: MonitorOptions = {},
  biases?: readonly number[],
) {
  const watch = monitor(options);
  for (let s = 0; s < steps; s++) watch.record(records(kernels, biases), step(s));
  return watch.diagnose();
}

const even = [1, 1, 1, 1, 1];

describe("what a loss says of a sound path", () => {
  test("a loss at 1e60 diverges, whatever the gradients' ratios", () => {
    const judged = watched([1e30, 1e31, 1e32, 1e33], 40, (s) => ({ loss: s < 10 ? 1 : 10 ** (2 * (s - 10)) }));
    expect(judged).toMatchObject({ verdict: "blocked", state: "diverging", severity: 1 });
    expect(judged.summary).toContain("The run diverges");
    expect(judged.advice).toContain("learning rate");
  });

  test.each([1.6, 2.4])("a loss that stands at %f times the trivial answer's is above it", (times) => {
    const judged = watched(even, 40, () => ({ loss: 2.3 * times }), { baseline: 2.3 });
    expect(judged).toMatchObject({ verdict: "blocked", state: "above-trivial" });
    expect(judged.advice).toContain("Scale inputs and targets");
  });

  test("a loss below zero has no hundredth to converge to", () => {
    expect(watched(even, 40, (s) => ({ loss: -1 - s })).state).toBe("training");
    expect(watched(even, 40, () => ({ loss: -3 })).state).toBe("plateau");
    expect(watched(even, 40, (s) => ({ loss: s < 20 ? -3 : 300 })).state).toBe("diverging");
  });

  test("nor does a run diverge that falls from a large start, or has one bad batch", () => {
    expect(watched(even, 40, (s) => ({ loss: 100 / (1 + s) })).verdict).toBe("healthy");
    expect(watched(even, 40, (s) => ({ loss: s === 20 ? 1e4 : 2 })).verdict).toBe("healthy");
  });
});

describe("evidence beside the kernels' norms", () => {
  test("outputs at the ends of a sigmoid answer for a gradient of exactly zero: no cut graph", () => {
    const watch = monitor();
    const values = Array.from({ length: 4 }, () => new Array<number>(10).fill(1));
    watch.record(records([0, 0, 0.5, 1]), {
      activations: [{ name: "dense_1", values, activation: "sigmoid" }],
    });
    const judged = watch.diagnose();
    expect(judged).toMatchObject({ verdict: "dead", causes: [{ factor: "saturation", share: 1 }] });
    expect(judged.advice).not.toContain("cuts the graph");
  });

  test("a signal that grows on its way out hides a gradient that shrinks: the biases tell", () => {
    const biases = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1];
    const hidden = watched([1, 1, 1, 1, 1, 1], 5, () => ({}), {}, biases);
    expect(hidden.verdict).toBe("vanishing");
    // before a batch normalization a bias's gradient is rounding: small in every layer alike, and no path
    const rounding = [1e-9, 3e-9, 1e-9, 2e-9, 1e-9, 1];
    expect(watched([1, 1, 1, 1, 1, 1], 5, () => ({}), {}, rounding).verdict).toBe("healthy");
  });

  test("causes add up to the gain of the worst layer", () => {
    const judged = watched([1e-6, 1e-4, 1e-5, 1e-2, 1], 5);
    expect(judged.causes.reduce((sum, { nats }) => sum + nats, 0)).toBeCloseTo(judged.layers[0].gain, 9);
    expect(judged.causes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
  });
});

test("names without a separator: kernel and bias are one layer", () => {
  const watch = monitor();
  const gradient = [1, 2];
  watch.record(["fc1_weight", "fc1_bias", "W2", "b2", "headKernel", "headBias"].map((name) => ({ name, gradient })));
  expect(watch.diagnose().layers.map(({ parameters }) => parameters)).toEqual([
    ["fc1_weight", "fc1_bias"],
    ["W2", "b2"],
    ["headKernel", "headBias"],
  ]);
});
