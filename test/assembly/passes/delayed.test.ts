import { describe, expect, it } from "vitest";
import { CELLS } from "../../../src/catalogue/index.ts";
import { EQUATIONS } from "../../oracle/cells/equations.ts";
import type { GradientFlow } from "../../../src/flow/index.ts";
import { createNetwork } from "../../../src/network/create.ts";
import { type NetworkInput, parseSpec } from "../../../src/spec/index.ts";
import type { RecurrentSpec } from "../../../src/spec/recurrent.ts";
import { runCells } from "../../oracle/cells/network.ts";
import { rounded } from "../../setup/recurrent.ts";
import { gap } from "../../setup/numbers.ts";
import { sumFlow } from "../../setup/sum-flow.ts";
import { drawParameters } from "../../oracle/draw.ts";
import { networkOf, randomBatch } from "../cells/helpers.ts";
import { tensor } from "../../oracle/tensor.ts";

/*
 * Gradients that arrive late or by several routes, far below the smallest float32. A part that arrives by one route
 * must not move the others into its frame, and must not keep the old frame while it waits.
 */

const DEAD = Number.NEGATIVE_INFINITY;

/** ln Σ e^x. */
function lnSum(...terms: number[]): number {
  const top = Math.max(...terms);
  return top === DEAD ? DEAD : top + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - top), 0));
}

/** Every ln-norm within `tolerance` of what a recurrence in logarithms gives; zeros at the same places. */
function expectProfile(got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number): void {
  expect(got.length).toBe(want.length);
  for (let s = 0; s < want.length; s++) {
    if (!(gap(got[s], want[s]) <= tolerance)) expect.fail(`station ${s}: ${got[s]}, not ${want[s]}`);
  }
}

describe("a skip over time, δ_t = w δ_{t+1} + α δ_{t+s}", () => {
  it.each([
    [0, 0.5, 1, 300],
    [0, 0.5, 1, 3000],
    [0.25, 0.25, 1, 200],
    [0.25, 0.25, 7, 3000],
    [0.5, 0.25, 1, 600],
    [0.5, 0.25, 3, 6000],
    [0.1, 0.001, 2, 1000],
    [1e-30, 1e-3, 5, 1500],
    [0, 1e-30, 1, 60],
    [3, 0.5, 2, 1000],
  ])("w = %d, α = %d, s = %i over %i steps", (w, alpha, s, T) => {
    const [lnW, lnAlpha, lnB] = [Math.log(Math.fround(w)), Math.log(Math.fround(alpha)), Math.log(Math.fround(1e-3))];
    const spec: NetworkInput = {
      kind: "recurrent",
      cell: "identity",
      hidden: 1,
      inputs: 1,
      timeSkip: { steps: s, scale: alpha },
    };
    const flow = sumFlow(spec, { "rnn.weight_hh_l0": w, "rnn.weight_ih_l0": w + alpha < 1 ? 1e-3 : 0 }, { steps: T });
    const delta = new Float64Array(T);
    const state = new Float64Array(T);
    const skip = new Float64Array(T - 1);
    for (let t = 0; t < T; t++) state[t] = lnSum(lnB, lnW + (state[t - 1] ?? DEAD), lnAlpha + (state[t - s] ?? DEAD));
    for (let t = T - 2; t >= 0; t--) {
      const [hidden, skipped] = [lnW + delta[t + 1], lnAlpha + (delta[t + s] ?? DEAD)];
      delta[t] = lnSum(hidden, skipped);
      const weight = 1 / (1 + Math.exp(2 * (hidden - skipped)));
      skip[t] = weight === 0 ? 0 : weight * (skipped - delta[t + 1]);
    }
    expectProfile(flow.lnGradientNorm, delta, 1e-4);
    expectProfile((flow.probe as GradientFlow).lnGradientNorm, delta, 1e-4);
    expectProfile(flow.quantiles!.q50, delta, 1e-4);
    expectProfile(flow.layers[0].ledger!.factors.skip, skip, 1e-4);
    if (w + alpha < 1) {
      const contributions = delta.map((value, t) => value + (state[t - 1] ?? DEAD));
      expectProfile(flow.contributions![0], contributions, 1e-4);
      const parameter = flow.parameters.find(({ name }) => name === "rnn.weight_hh_l0")!;
      expect(gap(parameter.lnGradientNorm, lnSum(...contributions))).toBeLessThan(1e-4);
    }
    expect([flow.outcome, flow.underflow]).toEqual(["finite", undefined]);
  });

  for (const cell of CELLS.filter((name) => EQUATIONS[name] !== undefined)) {
    it(`${cell}: late, dilated and both, far below float32, as the equations' float64`, () => {
      for (const testCase of [
        { timeSkip: { steps: 1, scale: 0.03 } },
        { dilation: 2, timeSkip: { steps: 3, scale: -0.002 } },
      ]) {
        const spec = parseSpec({
          kind: "recurrent",
          cell,
          hidden: 2,
          inputs: 1,
          outputs: 1,
          ...testCase,
        }) as RecurrentSpec;
        const drawn = networkShapes(spec);
        const batch = randomBatch({ B: 1, T: 70, X: 1, Y: 1, seed: 4 });
        const want = runCells(spec, drawn, batch).layers[0].delta;
        const network = networkOf(spec, drawn);
        const flow = network.propagate(batch);
        network.dispose();
        expectProfile(flow.layers[0].lnGradientNorm, want.map(Math.log), 5e-3);
      }
    });
  }
});

/** Parameters whose recurrent weights are small, so that δ falls fast. */
function networkShapes(spec: RecurrentSpec) {
  const network = createNetwork(spec);
  try {
    const shapes = network.parameters.names.map((name): [string, number[]] => [
      name,
      [network.parameters.get(name).length],
    ]);
    const drawn = rounded(drawParameters(shapes, 7));
    return Object.fromEntries(
      Object.entries(drawn).map(([name, { shape, data }]) => [
        name,
        tensor(
          shape,
          Float32Array.from(data, (value) => (name.includes("_hh_") ? 0.02 * value : value)),
        ),
      ]),
    );
  } finally {
    network.dispose();
  }
}

it("dilation: δ_t = w δ_{t+s}, steps between them exactly zero, to e^−20,000", () => {
  for (const [s, w, T] of [
    [7, 1e-30, 2100],
    [3, 1e20, 900],
    [16, 0.5, 3000],
  ]) {
    const spec: NetworkInput = { kind: "recurrent", cell: "identity", hidden: 1, inputs: 1, dilation: s };
    const flow = sumFlow(spec, { "rnn.weight_hh_l0": w }, { steps: T });
    const step = Math.log(Math.fround(w));
    const want = Float64Array.from({ length: T }, (_, t) => ((T - 1 - t) % s === 0 ? ((T - 1 - t) / s) * step : DEAD));
    expectProfile(flow.lnGradientNorm, want, 1e-3);
  }
});

it("two directions: what the upper forward one sends down meets the reversed one, to e^−2000", () => {
  const T = 1000;
  const [w, u, r] = [0.1, 0.25, 0.01].map((value) => Math.log(Math.fround(value)));
  const spec: NetworkInput = {
    kind: "recurrent",
    cell: "identity",
    hidden: 1,
    inputs: 1,
    layers: 2,
    bidirectional: true,
  };
  const flow = sumFlow(
    spec,
    {
      "rnn.weight_hh_l1": 0.1,
      "rnn.weight_ih_l1": [0.25, 0.25],
      "rnn.weight_ih_l1_reverse": [0.25, 0.25],
      "rnn.weight_hh_l0": 0.01,
      "rnn.weight_hh_l0_reverse": 0.01,
    },
    { steps: T },
  );
  const upper = Float64Array.from({ length: T }, (_, t) => (T - 1 - t) * w);
  const reversed = Float64Array.from({ length: T }, (_, t) => (t === T - 1 ? 0 : DEAD));
  const injected = upper.map((value, t) => u + lnSum(value, reversed[t]));
  const below = new Float64Array(T);
  const belowReversed = new Float64Array(T);
  for (let t = T - 1; t >= 0; t--) below[t] = lnSum(injected[t], r + (below[t + 1] ?? DEAD));
  for (let t = 0; t < T; t++) belowReversed[t] = lnSum(injected[t], r + (belowReversed[t - 1] ?? DEAD));
  const got = flow.layers.map(({ lnGradientNorm }) => lnGradientNorm);
  expectProfile(got[2], upper, 1e-4);
  expectProfile(got[3], reversed, 1e-6);
  expectProfile(got[0], below, 1e-4);
  expectProfile(got[1], belowReversed, 1e-4);
});

describe("deep networks whose routes meet, to e^−2000", () => {
  const depth = 1000;
  const spec = (options: object): NetworkInput => ({
    kind: "feedforward",
    depth,
    width: 1,
    inputs: 1,
    activation: "identity",
    ...options,
  });
  /** δ falls by one factor a block of `layers` layers; layers.0 stands outside. */
  const profile = (factor: number) =>
    Float64Array.from({ length: depth }, (_, l) => (depth - 1 - l) * Math.log(factor));
  const weights = (value: (l: number) => number | number[], suffix = "weight") =>
    Object.fromEntries(Array.from({ length: depth }, (_, l) => [`layers.${l}.${suffix}`, l === 0 ? 0 : value(l)]));

  it("residual, h + w h", () => {
    const flow = sumFlow(
      spec({ residual: "identity" }),
      weights(() => -0.875),
    );
    expectProfile(flow.lnGradientNorm, profile(0.125), 1e-4);
  });

  it("residual over two layers, h + w w' h", () => {
    const flow = sumFlow(
      spec({ residual: "identity", blockLayers: 2 }),
      weights((l) => (l % 2 === 1 ? -0.984375 : 1)),
    );
    // the block's sum is station 2k; inside a block stands w' δ
    for (let l = 2; l < depth - 2; l += 2) {
      const gain = flow.lnGradientNorm[l] - flow.lnGradientNorm[l + 2];
      expect(gap(gain, Math.log(1 / 64)), `block at ${l}`).toBeLessThan(1e-5);
    }
    expect(flow.lnGradientNorm[0]).toBeLessThan(-2000);
  });

  it("highway, t w h + (1 − t) h: an all but open gate, and an all but shut one", () => {
    for (const [bias, w] of [
      [-3, -19],
      [60, 1e-30],
    ]) {
      const t = 1 / (1 + Math.exp(-bias));
      const rest = 1 / (1 + Math.exp(bias));
      const biases = Object.fromEntries(Array.from({ length: depth - 1 }, (_, k) => [`gates.${k}.bias`, bias]));
      const flow = sumFlow(spec({ residual: "highway" }), { ...weights(() => w), ...biases });
      const factor = Math.abs(t * Math.fround(w) + rest);
      expectProfile(flow.lnGradientNorm, profile(factor), 0.02);
    }
  });

  it.each([
    [0, 1e-10],
    [1e-22, 1e-10],
    [1e-15, 1e-10],
    [1e-8, 0],
  ])("dense, every layer reading the last but one times %d and the last times %d", (before, last) => {
    const L = 200;
    const of = Object.fromEntries(
      Array.from({ length: L - 1 }, (_, i) => [
        `layers.${i + 1}.weight`,
        Array.from({ length: i + 1 }, (_, j) => (j === i ? last : j === i - 1 ? before : 0)),
      ]),
    );
    const flow = sumFlow({ ...(spec({ residual: "dense" }) as object), depth: L } as NetworkInput, of);
    const [lnLast, lnBefore] = [last, before].map((w) => Math.log(Math.fround(w)));
    const want = new Float64Array(L);
    for (let l = L - 2; l >= 0; l--) want[l] = lnSum(lnLast + want[l + 1], lnBefore + (want[l + 2] ?? DEAD));
    expectProfile(flow.lnGradientNorm, want, 1e-3);
    expectProfile((flow.probe as GradientFlow).lnGradientNorm, want, 1e-3);
  });
});
