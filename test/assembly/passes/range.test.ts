import type { CellName, ElmanCellName } from "../../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { createNetwork, type MeasureOptions } from "../../../src/network/create.ts";
import type { NetworkInput } from "../../../src/spec/index.ts";
import { random } from "../../../src/base/random.ts";
import type { Batch } from "../../../src/tasks/batch.ts";
import { type Parameters, tensor } from "../../oracle/tensor.ts";
import { gap, normError, widestGap } from "../../setup/numbers.ts";
import { draw, oracle, run } from "../../setup/recurrent.ts";

const [DEAD, NAN, INFINITY] = [Number.NEGATIVE_INFINITY, Number.NaN, Number.POSITIVE_INFINITY];
const { fround } = Math;
const relative = (got: number, want: number) => Math.abs(got / want - 1);

interface Chain {
  readonly cell: ElmanCellName;
  readonly T: number;
  readonly H?: number;
  readonly L?: number;
  readonly B?: number;
  /** W_hh of every layer: a multiple of the identity, or a matrix. */
  readonly w?: number | ArrayLike<number>;
  /** W_ih of every layer, a multiple of the identity (of ones in the first layer); 0 by default, so that a chain's states are zero. */
  readonly input?: number;
  readonly bias?: number;
  /** x_t of sample b. */
  readonly x?: (t: number, b: number) => number;
}

/** A network of one input without readout, its loss the mean over samples of Σ h at the last step. */
function chain(
  { cell, T, H = 1, L = 1, B = 1, w = 0, input = 0, bias = 0, x = () => 0 }: Chain,
  measure?: MeasureOptions,
) {
  const identity = (factor: number) => Float64Array.from({ length: H * H }, (_, i) => (i % (H + 1) === 0 ? factor : 0));
  const parameters: Parameters = {};
  for (let l = 0; l < L; l++) {
    parameters[`rnn.weight_ih_l${l}`] =
      l === 0 ? tensor([H, 1], new Array<number>(H).fill(input)) : tensor([H, H], identity(input));
    parameters[`rnn.weight_hh_l${l}`] = tensor([H, H], typeof w === "number" ? identity(w) : w);
    parameters[`rnn.bias_ih_l${l}`] = tensor([H], new Array<number>(H).fill(bias));
    parameters[`rnn.bias_hh_l${l}`] = tensor([H]);
  }
  const inputs = Float32Array.from({ length: T * B }, (_, i) => x(Math.floor(i / B), i % B));
  const batch: Batch = { name: "chain", batch: B, steps: T, inputSize: 1, inputs, loss: "none", lossAt: "last" };
  return run(
    { cell, H, L, X: 1, Y: null, B, T, loss: "none", lossAt: "last", seed: 0 },
    { parameters, batch },
    measure,
  );
}

describe("a linear scalar chain", () => {
  it.each([1, 3, 8, 9])(
    "w = 0.5 over 5,000 steps: the first step's ln-norm lies 4999 ln 2 below the last's, batch %i",
    (B) => {
      const { flow } = chain({ cell: "identity", T: 5000, w: 0.5, B });
      expect(relative(flow.lnGradientNorm[0] - flow.lnGradientNorm[4999], -4999 * Math.LN2)).toBeLessThan(1e-9);
      expect(flow.lnGradientNorm[4999]).toBeCloseTo(-0.5 * Math.log(B), 6);
      expect(relative(flow.decay!.perStation, Math.LN2)).toBeLessThan(1e-9);
      expect(relative(flow.decay!.halfLife, 1)).toBeLessThan(1e-9);
      expect(flow.decay!.rSquared).toBeCloseTo(1, 12);
      expect([flow.outcome, flow.underflow]).toEqual(["finite", undefined]);
      for (const factor of flow.layers[0].ledger!.factors.weights) expect(gap(factor, -Math.LN2)).toBeLessThan(1e-9);
      for (const factor of flow.layers[0].ledger!.factors.gate) expect(gap(factor, 0)).toBeLessThan(1e-9);
    },
  );

  it.each([
    [2, 5000],
    [-2, 5000],
    [1e3, 1600],
    [1e-3, 1600],
    [1e20, 250],
    [1e-20, 250],
    [1e-37, 140],
  ])("w = %f over %i steps: every step's ln-norm, far beyond e^±10,000", (w, T) => {
    const { flow } = chain({ cell: "identity", T, w, H: 3, B: 2 });
    const step = Math.log(Math.abs(fround(w)));
    const last = flow.lnGradientNorm[T - 1];
    for (let t = 0; t < T - 1; t++) {
      if (relative(flow.lnGradientNorm[t] - last, (T - 1 - t) * step) > 1e-8)
        expect.fail(`step ${t}: ${flow.lnGradientNorm[t]}`);
    }
    expect(flow.outcome).toBe("finite");
    expect(flow.probe!.lnGradientNorm[0]).toBeCloseTo((T - 1) * step, 3);
  });

  it("a bias gradient beyond float64 is +∞ in numbers and right in its logarithm", () => {
    // ∂L/∂b = Σ_k 1000^k over k < 1600
    const { gradients, lnNorms, flow } = chain({ cell: "identity", T: 1600, w: 1000 });
    expect(relative(lnNorms["rnn.bias_ih_l0"], 1599 * Math.log(1000) + Math.log(1000 / 999))).toBeLessThan(1e-8);
    expect(gradients["rnn.bias_ih_l0"]).toEqual(Float64Array.of(INFINITY));
    expect(lnNorms["rnn.weight_hh_l0"]).toBe(DEAD); // every state is zero
    expect(flow.outcome).toBe("finite");
  });
});

describe("conserved and lost norms", () => {
  it("an orthogonal linear network keeps the norm to rounding over 2,000 steps, as float64 does with the same matrix", () => {
    const [H, T] = [17, 2000];
    const W = orthogonal(H);
    const { flow } = chain({ cell: "identity", T, H, w: W, B: 3 });
    let delta = new Array<number>(H).fill(1 / 3);
    for (let t = T - 1; t >= 0; t--) {
      const want = 0.5 * Math.log(3 * delta.reduce((sum, value) => sum + value * value, 0));
      if (!(gap(flow.lnGradientNorm[t], want) <= 2e-5))
        expect.fail(`step ${t}: ${flow.lnGradientNorm[t]}, not ${want}`);
      delta = delta.map((_, j) => delta.reduce((sum, value, i) => sum + W[i * H + j] * value, 0));
    }
    expect(gap(flow.lnGradientNorm[0], flow.lnGradientNorm[T - 1])).toBeLessThan(1e-4);
    expect(Math.abs(flow.decay!.perStation)).toBeLessThan(1e-7);
  });

  it.each(["tanh", "relu", "identity", "sigmoid"] as const)(
    "%s with W_hh = 0: exactly zero at every step before the last",
    (cell) => {
      const { flow } = chain({ cell, T: 70, H: 5, B: 9, input: 1, bias: 1, x: (t, b) => Math.sin(t + b) });
      expect(flow.lnGradientNorm.subarray(0, 69).every((value) => value === DEAD)).toBe(true);
      expect(flow.lnGradientNorm[69]).toBeGreaterThan(-10);
      expect([flow.decay, flow.underflow, flow.outcome]).toEqual([null, undefined, "finite"]);
      expect(flow.quantiles!.q95[3]).toBe(DEAD);
      const { weights, gate } = flow.layers[0].ledger!.factors;
      expect([weights[68], weights[67], gate[67]]).toEqual([DEAD, NAN, NAN]);
      expect(Number.isFinite(gate[68])).toBe(true);
    },
  );

  it("a relu unit that is off at step 40 ends the gradient there, and says the gate did", () => {
    for (const H of [1, 3, 4, 5]) {
      const { flow } = chain({ cell: "relu", T: 70, H, w: 1, input: 1, x: (t) => (t === 40 ? -1000 : 1) });
      expect(flow.lnGradientNorm.subarray(0, 40).every((value) => value === DEAD)).toBe(true);
      expect(flow.lnGradientNorm.subarray(40).every(Number.isFinite)).toBe(true);
      const { weights, gate } = flow.layers[0].ledger!.factors;
      expect([gate[39], weights[39], gate[40], gate[38]]).toEqual([DEAD, 0, 0, NAN]);
      expect(flow.underflow).toBeUndefined();
    }
  });

  it("of samples some of which die, the living keep the profile; quantiles show both", () => {
    const { flow } = chain({
      cell: "relu",
      T: 50,
      B: 9,
      w: 1,
      input: 1,
      x: (t, b) => (t === 20 && b % 2 === 1 ? -1000 : 1),
    });
    // five of nine stay alive
    expect(flow.lnGradientNorm[0]).toBeCloseTo(Math.log(Math.sqrt(5) / 9), 6);
    expect(flow.lnGradientNorm[49]).toBeCloseTo(Math.log(Math.sqrt(9) / 9), 6);
    expect([flow.quantiles!.q05[0], flow.quantiles!.q05[49]]).toEqual([DEAD, flow.quantiles!.q50[49]]);
    expect(flow.quantiles!.q95[0]).toBeCloseTo(-Math.log(9), 6);
  });
});

describe("saturation", () => {
  /** A unit whose pre-activation is `a` at every step but the first, where its h is `h`. */
  const held = (cell: ElmanCellName, T: number, a: number, h: number, w = 0.5) =>
    chain({ cell, T, w, bias: a - w * h });

  it.each([
    ["tanh", 20, 1, Math.log(4) - 40],
    ["tanh", -40, -1, Math.log(4) - 80],
    ["sigmoid", 30, 1, -30],
    ["sigmoid", 80, 1, -80],
    ["sigmoid", -80, 0, -80],
  ] as const)(
    "%s at a = %f, h = %f: ln φ' = %f at every step, and δ survives hundreds of them",
    (cell, a, h, lnSlope) => {
      const { flow } = held(cell, 300, a, h);
      for (let t = 0; t < 299; t++)
        expect(relative(flow.lnGradientNorm[t], (299 - t) * (lnSlope - Math.LN2))).toBeLessThan(1e-6);
      for (const entry of flow.layers[0].ledger!.factors.gate) expect(relative(entry, lnSlope)).toBeLessThan(1e-6);
      expect(flow.underflow).toBeUndefined();
    },
  );

  it("a slope that is subnormal in float32 keeps what digits a subnormal has", () => {
    const { flow } = held("sigmoid", 4, 95, 1); // e^−95 = 5.5e-42
    for (let t = 0; t < 3; t++) expect(gap(flow.lnGradientNorm[t], (3 - t) * (-95 - Math.LN2))).toBeLessThan(1e-3);
  });

  it("δ survives steps that each shrink it by more than 2^127, every factor being a normal float32", () => {
    const { flow } = held("sigmoid", 300, 80, 1, 1e-6);
    const step = -80 + Math.log(1e-6);
    for (let t = 0; t < 299; t++) expect(relative(flow.lnGradientNorm[t], (299 - t) * step)).toBeLessThan(1e-6);
  });

  it.each([
    ["tanh", 60],
    ["tanh", -60],
    ["sigmoid", 110],
    ["softsign", 1e30],
  ] as const)("%s at a = %f: a slope no float32 holds is reported as underflow, the profile −∞ below", (cell, bias) => {
    const { flow } = chain({ cell, T: 30, H: 3, L: 2, w: 1e-6, input: 1e-6, bias });
    expect(flow.underflow).toEqual({ station: 29, layer: 1 });
    expect(flow.outcome).toBe("finite");
    expect(flow.lnGradientNorm[28]).toBe(DEAD);
  });

  it("hard tanh's zero slope is no underflow", () => {
    const { flow } = chain({ cell: "hardtanh", T: 30, w: 1e-6, bias: 60 });
    expect([flow.underflow, flow.lnGradientNorm[28]]).toEqual([undefined, DEAD]);
  });
});

describe("gates too small for a float32", () => {
  /** Every gate and candidate at one pre-activation; no weights. */
  function gated(cell: CellName, bias: number, options: object = {}) {
    const spec = { kind: "recurrent", cell, hidden: 3, inputs: 1, ...options } as NetworkInput;
    const network = createNetwork(spec, { outputs: null });
    for (const name of network.parameters.names) {
      const values = new Array<number>(network.parameters.get(name).length).fill(name.includes("bias_ih") ? bias : 0);
      network.parameters.set(name, values);
    }
    const own = { name: "gates", batch: 2, steps: 9, inputSize: 1, inputs: new Float32Array(18) };
    const flow = network.propagate({ ...own, loss: "none", lossAt: "last" });
    network.dispose();
    return flow;
  }

  it.each([
    ["lstm", -95],
    ["lstm", -110],
    ["lstm_peephole", -110],
    ["lstm_coupled", -110],
    ["gru", -110],
    ["ugrnn", -110],
    ["mgu", 110],
  ] as const)("%s at %d: underflow is named at the last step", (cell, bias) => {
    for (const options of [{}, { layers: 2 }, { dilation: 2 }]) {
      const flow = gated(cell, bias, options);
      expect(flow.underflow).toEqual({ station: 8, layer: (options as { layers?: number }).layers === 2 ? 1 : 0 });
    }
  });

  it.each([
    ["lstm", -40],
    ["gru", -40],
    ["lstm_coupled", -40],
    ["ugrnn", -40],
    ["mgu", 40],
    ["gru", 110],
    ["mgu", -110],
  ] as const)("%s at %d: carried", (cell, bias) => {
    const flow = gated(cell, bias);
    expect(flow.underflow).toBeUndefined();
    const step = Math.abs(bias) === 40 ? -40 : 0;
    const profile = flow.layers[0].lnCellGradientNorm ?? flow.lnGradientNorm;
    for (let t = 1; t < 8; t++) expect(profile[t - 1] - profile[t]).toBeCloseTo(step, 4);
  });
});

describe("what is not finite", () => {
  /** h of every step and layer in float32, as the core rounds: unit weights between layers, w · h + x + 0. */
  function emulate(T: number, L: number, w: number, x: (t: number) => number): { step: number; layer: number } {
    const h = new Array<number>(L).fill(0);
    for (let t = 0; t < T; t++) {
      for (let l = 0; l < L; l++) {
        h[l] = Math.max(fround(fround(l === 0 ? x(t) : h[l - 1]) + fround(w * h[l])), 0);
        if (!Number.isFinite(h[l])) return { step: t, layer: l };
      }
    }
    return { step: -1, layer: -1 };
  }

  it.each([
    [1, 2],
    [1, 3],
    [2, 2],
    [3, 1.5],
  ])("an exploding relu network of %i layers, w = %f: named at the first step and layer float32 overflows", (L, w) => {
    for (const [H, B] of [
      [1, 1],
      [3, 9],
      [4, 8],
      [5, 17],
    ]) {
      const { flow } = chain({ cell: "relu", T: 400, H, L, B, w, input: 1, x: () => 1 });
      expect(flow.outcome).toBe("nonfinite");
      expect(flow.nonfinite).toEqual({ ...emulate(400, L, w, () => 1), tensor: "h" });
      expect(Number.isFinite(flow.loss)).toBe(false); // ∞, or NaN by 0 · ∞ where H > 1
    }
  });

  it("one of many samples exploding is enough, whichever panel it is in", () => {
    for (const bad of [0, 7, 8, 16]) {
      const { flow } = chain({ cell: "relu", T: 400, B: 17, w: 2, input: 1, x: (_, b) => (b === bad ? 1 : 0) });
      expect(flow.nonfinite).toEqual({ ...emulate(400, 1, 2, () => 1), tensor: "h" });
      // the others' gradients are what they would be alone
      expect(flow.quantiles!.q05[399]).toBeCloseTo(-Math.log(17), 6);
    }
  });

  it("is found where states are recomputed from checkpoints too", () => {
    const testCase = {
      cell: "relu",
      H: 1,
      L: 1,
      X: 1,
      Y: null,
      B: 9,
      T: 3000,
      loss: "none",
      lossAt: "last",
      seed: 0,
    } as const;
    const parameters: Parameters = {
      "rnn.weight_ih_l0": tensor([1, 1], [1]),
      "rnn.weight_hh_l0": tensor([1, 1], [2]),
      "rnn.bias_ih_l0": tensor([1]),
      "rnn.bias_hh_l0": tensor([1]),
    };
    const inputs = new Float32Array(9 * 3000);
    inputs[2000 * 9 + 8] = 1;
    const batch: Batch = { name: "late", batch: 9, steps: 3000, inputSize: 1, inputs, loss: "none", lossAt: "last" };
    const stored = run(testCase, { parameters, batch });
    const recomputed = run(testCase, { parameters, batch }, {}, { memoryLimit: stored.memoryBytes - 1 });
    expect(stored.flow.nonfinite).toEqual({ step: 2128, layer: 0, tensor: "h" });
    expect(recomputed.flow.nonfinite).toEqual(stored.flow.nonfinite);
  });

  it.each([1, 3, 4, 5])("a NaN input is named at its step, in the first layer: H %i", (H) => {
    for (const cell of ["tanh", "relu", "hardtanh", "sigmoid"] as const) {
      for (const at of [0, 17, 69]) {
        const { flow } = chain({
          cell,
          T: 70,
          H,
          L: 2,
          B: 9,
          w: 0.5,
          input: 1,
          x: (t, b) => (t === at && b === 8 ? NAN : 0.1),
        });
        expect(flow.outcome).toBe("nonfinite");
        expect(flow.nonfinite).toEqual({ step: at, layer: 0, tensor: "inputs" });
        expect(flow.loss).toBeNaN();
      }
    }
  });

  it("an infinite input is named alike whatever H, though tanh keeps the states finite", () => {
    for (const H of [1, 3, 4, 5]) {
      const { flow } = chain({ cell: "tanh", T: 9, H, w: 0.5, input: 1, x: (t) => (t === 4 ? INFINITY : 0.1) });
      expect(flow.outcome).toBe("nonfinite");
      expect(flow.nonfinite).toEqual({ step: 4, layer: 0, tensor: "inputs" });
    }
  });

  it("an infinite state is not hidden by a unit that dies after it", () => {
    const x = new Map([
      [3, 3e38],
      [150, -1000],
    ]);
    const { flow } = chain({ cell: "relu", T: 200, w: -1, input: 2, x: (t) => x.get(t) ?? 1 });
    expect(flow.outcome).toBe("nonfinite");
    expect(flow.nonfinite).toEqual({ step: 3, layer: 0, tensor: "h" });
  });

  it("NaN among the parameters is named too", () => {
    const { flow } = chain({ cell: "tanh", T: 5, w: NAN, input: 1, x: () => 0.1 });
    expect(flow.nonfinite).toEqual({ step: 0, layer: 0, tensor: "rnn.weight_hh_l0" });
  });
});

describe("gradients of parameters beyond float32", () => {
  it("a norm below 1e-30 comes back in float64, with the right values; above, in float32", () => {
    // L layers of H = 1 over one step: ∂L/∂W_ih of the first is the product of the others'
    for (const [factor, L] of [
      [0.1, 20],
      [0.1, 40],
      [1e-10, 5],
      [1e-20, 10],
      [1e-37, 8],
    ]) {
      const { gradients, lnNorms } = chain({ cell: "identity", T: 1, L, input: factor, x: () => 3 });
      const want = 3 * fround(factor) ** (L - 1);
      const got = gradients["rnn.weight_ih_l0"];
      expect(got).toBeInstanceOf(want < 1e-30 ? Float64Array : Float32Array);
      expect(relative(got[0], want)).toBeLessThan(1e-5);
      expect(gap(lnNorms["rnn.weight_ih_l0"], Math.log(want))).toBeLessThan(1e-5);
    }
  });

  it("ln-norms hold below 1e-300 and far below float64", () => {
    for (const L of [9, 10, 20, 100]) {
      const { gradients, lnNorms, flow } = chain({ cell: "identity", T: 1, L, H: 3, B: 2, input: 1e-37, x: () => 3 });
      const want = Math.log(3) + 0.5 * Math.log(3) + (L - 1) * Math.log(fround(1e-37));
      expect(relative(lnNorms["rnn.weight_ih_l0"], want)).toBeLessThan(1e-8);
      expect(flow.parameters.find(({ name }) => name === "rnn.weight_ih_l0")!.lnGradientNorm).toBe(
        lnNorms["rnn.weight_ih_l0"],
      );
      const value = gradients["rnn.weight_ih_l0"][0];
      if (want < -750) expect(value).toBe(0);
      else expect(relative(value, Math.exp(want - 0.5 * Math.log(3)))).toBeLessThan(1e-4);
    }
  });

  it("exactly zero stays exactly zero, and float32", () => {
    const { gradients, lnNorms } = chain({ cell: "identity", T: 1, w: 0.5, input: 1, x: () => 3 });
    expect(gradients["rnn.weight_hh_l0"]).toEqual(Float32Array.of(0)); // no step before the first
    expect(lnNorms["rnn.weight_hh_l0"]).toBe(DEAD);
  });

  it("each step's own contribution holds as far as its δ, whatever the size of h", () => {
    // δ_t = w^(T−1−t), h_t = w^t: every step contributes w^(T−2)
    for (const [w, T] of [
      [0.5, 140],
      [2, 120],
      [1e-3, 13],
    ]) {
      for (const B of [9, 17]) {
        const { flow } = chain({ cell: "identity", T, B, w, input: 1, x: (t) => (t === 0 ? 1 : 0) });
        const want = (T - 2) * Math.log(fround(w));
        const got = flow.contributions![0];
        expect(got[0]).toBe(DEAD);
        for (let t = 1; t < T; t++) expect(gap(got[t], want)).toBeLessThan(1e-4);
      }
    }
  });

  it("what one input long ago adds to ∂L/∂W_ih is kept, though every later δ is larger", () => {
    for (const T of [100, 200, 2000]) {
      const { lnNorms, flow } = chain({ cell: "identity", T, w: 0.5, input: 1, x: (t) => (t === 0 ? 1 : 0) });
      expect(gap(lnNorms["rnn.weight_ih_l0"], flow.lnGradientNorm[0])).toBeLessThan(1e-6);
    }
  });
});

describe("a loss all but zero", () => {
  it.each([
    ["tanh", 93, "last", 1],
    ["lstm", 93, "every", 9],
    ["gru", 300, "every", 2],
  ] as const)(
    "%s, classes %i nats apart at the %s step, batch %i: δ and every gradient as float64 has them",
    (cell, margin, lossAt, B) => {
      const testCase = { cell, H: 5, L: 1, X: 2, Y: 3, B, T: 20, loss: "cross_entropy", lossAt, seed: margin } as const;
      const drawn = draw(testCase);
      const targets = drawn.batch.targets as Int32Array;
      targets.fill(1);
      // a sample of an LSTM with an uncertain prediction lies beside the others in its panel
      if (cell === "lstm") targets[0] = 2;
      drawn.parameters["readout.bias"].data[1] += margin;
      const { flow, gradients, lnNorms } = run(testCase, drawn);
      const wanted = oracle(testCase, drawn);
      // logits of this size are rounded by half a unit of 2^−17 or 2^−15
      const bound = margin * 2 ** -22;
      expect(Math.abs((flow.loss as number) / wanted.loss - 1)).toBeLessThan(bound);
      expect(widestGap(flow.lnGradientNorm, wanted.lnGradientNorm)).toBeLessThan(bound);
      // of one sample ∂L/∂b is ∂L/∂y itself
      if (B === 1)
        expect(gap(flow.readoutGain as number, flow.lnGradientNorm[19] - lnNorms["readout.bias"])).toBeLessThan(1e-6);
      for (const [name, { data }] of Object.entries(wanted.gradients)) {
        expect(normError(gradients[name], data), name).toBeLessThan(bound);
      }
    },
  );

  it("margins beyond float64 leave a profile still", () => {
    const testCase = {
      cell: "tanh",
      H: 3,
      L: 1,
      X: 2,
      Y: 2,
      B: 1,
      T: 5,
      loss: "cross_entropy",
      lossAt: "last",
      seed: 2,
    } as const;
    const [near, far] = [100, 4000].map((margin) => {
      const drawn = draw(testCase);
      (drawn.batch.targets as Int32Array).fill(1);
      drawn.parameters["readout.bias"].data.set([0, margin]);
      return run(testCase, drawn).flow;
    });
    for (let t = 0; t < 5; t++) {
      expect(Math.abs(near.lnGradientNorm[t] - far.lnGradientNorm[t] - 3900)).toBeLessThan(3900 * 2 ** -22);
    }
    expect(gap(near.readoutGain as number, far.readoutGain as number)).toBeLessThan(1e-6);
  });
});

describe("routes of very different size", () => {
  it.each([{ ledger: true }, { ledger: false }])(
    "a carry the gate has made zero leaves the frame to the layer above, %o",
    (options) => {
      // both layers decay by 2^−4 a step; the lower one's gate is shut at step 150 only
      const T = 200;
      const parameters: Parameters = {
        "rnn.weight_ih_l0": tensor([1, 1], [1]),
        "rnn.weight_hh_l0": tensor([1, 1], [1]),
        "rnn.bias_ih_l0": tensor([1]),
        "rnn.bias_hh_l0": tensor([1]),
        "rnn.weight_ih_l1": tensor([1, 1], [1]),
        "rnn.weight_hh_l1": tensor([1, 1], [2 ** -4]),
        "rnn.bias_ih_l1": tensor([1], [1]),
        "rnn.bias_hh_l1": tensor([1]),
      };
      const inputs = Float32Array.from({ length: T }, (_, t) => (t === 150 ? -1000 : 1));
      const testCase = {
        cell: "relu",
        H: 1,
        L: 2,
        X: 1,
        Y: null,
        B: 1,
        T,
        loss: "none",
        lossAt: "last",
        seed: 0,
      } as const;
      const batch: Batch = { name: "gate", batch: 1, steps: T, inputSize: 1, inputs, loss: "none", lossAt: "last" };
      const { flow } = run(testCase, { parameters, batch }, options);
      // upper: δ¹_t = 2^−4(T−1−t); lower: δ⁰_t = δ¹_t + δ⁰_{t+1} where the gate of t + 1 is open
      const upper = Float64Array.from({ length: T }, (_, t) => -4 * (T - 1 - t) * Math.LN2);
      const lower = new Float64Array(T);
      for (let t = T - 1; t >= 0; t--) {
        const carried = t === T - 1 || t === 149 ? DEAD : lower[t + 1];
        const top = Math.max(carried, upper[t]);
        lower[t] = top + Math.log(Math.exp(carried - top) + Math.exp(upper[t] - top));
      }
      expect(widestGap(flow.layers[1].lnGradientNorm, upper)).toBeLessThan(1e-5);
      expect(widestGap(flow.layers[0].lnGradientNorm, lower)).toBeLessThan(1e-5);
    },
  );
});

/** Random rotations by Gram–Schmidt in float64, rounded to float32. */
function orthogonal(H: number): Float32Array {
  const stream = random(5, "test/orthogonal");
  const rows: number[][] = [];
  for (let i = 0; i < H; i++) {
    let row = Array.from({ length: H }, () => stream.normal());
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        const dot = row.reduce((sum, value, j) => sum + value * other[j], 0);
        row = row.map((value, j) => value - dot * other[j]);
      }
    }
    const norm = Math.hypot(...row);
    rows.push(row.map((value) => value / norm));
  }
  return Float32Array.from(rows.flat());
}
