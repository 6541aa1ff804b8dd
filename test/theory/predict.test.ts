import { describe, expect, it } from "vitest";
import { type NetworkInput, parseSpec } from "../../src/spec/index.ts";
import { type PredictOptions, type Prediction, predict } from "../../src/theory/index.ts";
import { expectPrinted, expectRelative } from "./close.ts";

const ask = (input: NetworkInput, options?: PredictOptions): Prediction => predict(parseSpec(input), options);
const meanField = (sigmaW: number, sigmaB: number) => ({ weight: "gaussian", sigmaW, sigmaB });
const plain = (activation: string, sigmaW2: number, sigmaB2: number, depth = 20) =>
  ask({ kind: "feedforward", depth, activation, init: meanField(Math.sqrt(sigmaW2), Math.sqrt(sigmaB2)) });

describe("plain nets", () => {
  it("tanh at (2, .05): the table's fixed point, chaotic, with its depth scales", () => {
    const it = plain("tanh", 2, 0.05);
    expect(it).toMatchObject({ applies: true, regime: "plain", phase: "chaotic" });
    expectPrinted(it.chi1!, 1.047666);
    expectPrinted(it.qStar!, 0.72176187);
    expectPrinted(it.criticalSigmaW2!, 1.76095464);
    expectRelative(it.xiGrad!, -1 / Math.log(it.chi1!), 1e-12);
    expectRelative(it.xiQ!, -1 / Math.log(it.chiQ!), 1e-12);
    expect(it.cStar).toBeLessThan(1);
    expect(it.xiC).toBeGreaterThan(0);
  });

  it("phase: ordered below the critical line, critical on it, chaotic above", () => {
    expect(plain("tanh", 1.7, 0.05).phase).toBe("ordered");
    expect(plain("tanh", 1.76095464, 0.05).phase).toBe("critical");
    expect(plain("tanh", 1.8, 0.05).phase).toBe("chaotic");
    expect(plain("relu", 2, 0)).toMatchObject({ phase: "critical", chi1: 1, cStar: 1, xiGrad: Infinity });
    expect(plain("relu", 2, 0.05)).toMatchObject({ phase: "critical", chi1: 1, qStar: Infinity });
  });

  it("the profile ends at 0, index 0 farthest, and its slope is −½ ln χ₁ once q has settled", () => {
    const { lnGradientNorm, chi1, perStation } = plain("tanh", 1, 0.05, 60);
    expect(lnGradientNorm).toHaveLength(60);
    expect(lnGradientNorm![59]).toBe(0);
    expectRelative(lnGradientNorm![40] - lnGradientNorm![41], 0.5 * Math.log(chi1!), 1e-5);
    expectRelative(perStation!, -0.5 * Math.log(chi1!), 0.02);
  });

  it("tanh at (1, 0) with activationPosition pre, q₀ = 1: gradient² × .07136973 over 10 layers", () => {
    const { lnGradientNorm, q } = ask(
      { kind: "feedforward", depth: 11, activation: "tanh", activationPosition: "pre", init: meanField(1, 0) },
      { q0: 1 },
    );
    expect(Math.abs(Math.exp(2 * lnGradientNorm![0]) - 0.07136973)).toBeLessThan(6e-9);
    expect(q[0]).toBe(1);
  });

  it("in the branch form the first factor is layers.1's", () => {
    const { lnGradientNorm, q } = ask(
      { kind: "feedforward", depth: 11, activation: "tanh", init: meanField(1, 0) },
      { q0: 1 },
    );
    const from1 = ask(
      { kind: "feedforward", depth: 11, activation: "tanh", activationPosition: "pre", init: meanField(1, 0) },
      { q0: q[1] },
    );
    expectRelative(lnGradientNorm![0], from1.lnGradientNorm![0], 1e-12);
  });

  it.each([
    ["pytorch", 1 / 3],
    ["xavier_normal", 1],
    ["he_uniform", 2],
    ["lecun_normal", 1],
    ["orthogonal", 1],
  ] as const)("%s on square layers is σ_w² = %d, times the gain's square", (weight, sigmaW2) => {
    const { sigmaW2: actual } = ask({ kind: "feedforward", activation: "tanh", init: { weight, gain: 1.5 } });
    expectRelative(actual!, sigmaW2 * 2.25, 1e-12);
  });

  it("gain auto is the activation's, and He's laws do not count √2 twice", () => {
    expectRelative(
      ask({ kind: "feedforward", activation: "tanh", init: { weight: "xavier_normal", gain: "auto" } }).sigmaW2!,
      25 / 9,
      1e-12,
    );
    expectRelative(
      ask({ kind: "feedforward", activation: "relu", init: { weight: "he_normal", gain: "auto" } }).sigmaW2!,
      2,
      1e-12,
    );
  });

  it("PyTorch's default biases count: variance 1/(3 fan_in)", () => {
    const { sigmaB2 } = ask({ kind: "feedforward", width: 64, activation: "tanh", init: { weight: "pytorch" } });
    expectRelative(sigmaB2!, 1 / 192, 1e-12);
  });

  it("Glorot 2010 in the linear regime: U(±1/√n) multiplies the gradient's variance by ⅓ a layer", () => {
    const { lnGradientNorm } = ask({
      kind: "feedforward",
      depth: 31,
      activation: "identity",
      init: { weight: "pytorch" },
    });
    expectRelative(2 * lnGradientNorm![0], 30 * Math.log(1 / 3), 1e-12);
  });

  it("He 2015: Xavier on ReLU loses 2^{−15} in 30 layers", () => {
    const { lnGradientNorm } = ask({
      kind: "feedforward",
      depth: 31,
      activation: "relu",
      init: { weight: "xavier_normal" },
    });
    expectRelative(lnGradientNorm![0], -15 * Math.LN2, 1e-12);
  });

  it("the band is Hanin's: ReLU, n = 64, 10 layers, mean and ±2 standard deviations of ln ‖δ‖", () => {
    const { band } = ask({
      kind: "feedforward",
      depth: 11,
      width: 64,
      activation: "relu",
      init: { weight: "he_normal" },
    });
    expectRelative((band!.low[0] + band!.high[0]) / 2, (10 * -0.0401086) / 2, 1e-6);
    expectRelative(band!.high[0] - band!.low[0], 4 * Math.sqrt((10 * 0.08299735) / 4), 1e-6);
    expect([band!.low[10], band!.high[10]]).toEqual([0, 0]);
  });
});

describe("residual and normalized nets", () => {
  it("He ReLU h + W φ(h) doubles a block; scaled, the product is (1 + 1/L)^L", () => {
    const net = {
      kind: "feedforward",
      depth: 21,
      activation: "relu",
      activationPosition: "pre",
      init: { weight: "he_normal" },
    } as const;
    expectRelative(2 * ask({ ...net, residual: "identity" }).lnGradientNorm![0], 20 * Math.LN2, 1e-9);
    expectRelative(2 * ask({ ...net, residual: "scaled" }).lnGradientNorm![0], 20 * Math.log1p(1 / 20), 1e-9);
  });

  it("tanh h + W φ(h), σ_w² = 1, q₀ = 1: ×14.05821 in 10 blocks", () => {
    const { lnGradientNorm } = ask(
      {
        kind: "feedforward",
        depth: 11,
        activation: "tanh",
        activationPosition: "pre",
        residual: "identity",
        init: meanField(1, 0),
      },
      { q0: 1 },
    );
    expectRelative(Math.exp(2 * lnGradientNorm![0]), 14.05821, 4e-7);
  });

  it("SkipInit and Fixup preserve the gradient exactly at block ends; inside a branch it is zero", () => {
    for (const residual of ["skipinit", "fixup"]) {
      const { lnGradientNorm } = ask({
        kind: "feedforward",
        depth: 7,
        activation: "relu",
        residual,
        blockLayers: 2,
        init: { weight: "he_normal" },
      });
      expect([...lnGradientNorm!]).toEqual([0, -Infinity, 0, -Infinity, 0, -Infinity, 0]);
    }
  });

  it("Fixup with random biases preserves it too: its last weights begin at zero", () => {
    const init = { weight: "he_normal", biasStd: 0.7 };
    const fixup = { kind: "feedforward", depth: 7, activation: "relu", residual: "fixup", blockLayers: 2, init };
    const { lnGradientNorm, band } = ask(fixup as never);
    expect([lnGradientNorm![0], lnGradientNorm![6]]).toEqual([0, 0]);
    if (band !== null) expect([band.low[0], band.high[0]]).toEqual([0, 0]);
  });

  it("layer and batch norm give their factors, up to eps", () => {
    const factor = (norm: string, activation: string) =>
      ask({ kind: "feedforward", activation, norm, init: { weight: "he_normal" } }).chi1!;
    expectRelative(factor("layer", "tanh"), 1.17780723, 1e-4);
    expectRelative(factor("layer", "relu"), 1, 1e-4);
    expectRelative(factor("rms", "gelu"), 1.0720316, 1e-4);
    expectRelative(factor("batch", "relu"), 1.46694221, 1e-4);
  });

  it("weight norm starts as the net without it", () => {
    const net = { kind: "feedforward", depth: 9, activation: "tanh" } as const;
    expect(ask({ ...net, norm: "weight" }).lnGradientNorm).toEqual(ask(net).lnGradientNorm);
  });
});

describe("recurrent nets", () => {
  const net = { kind: "recurrent", cell: "tanh", hidden: 64, inputs: 64 } as const;

  it("autonomous Gaussian tanh, g = 2, decays at −λ = −.15472423 a step once settled", () => {
    const it = ask(
      { ...net, init: { recurrent: "gaussian", gain: 2, input: "gaussian" } },
      { inputSquare: 1e-12, steps: 400 },
    );
    expectRelative(it.lnGradientNorm![200] - it.lnGradientNorm![201], 0.15472423, 1e-6);
    expect(it.phase).toBe("chaotic");
  });

  it("at the edge of chaos with input of variance 1, g_c = 1.85558910, the gradient neither grows nor shrinks", () => {
    const it = ask({ ...net, init: { recurrent: "gaussian", gain: 1.8555891, input: "gaussian" } }, { steps: 300 });
    expect(it.phase).toBe("critical");
    expect(Math.abs(it.lnGradientNorm![100] - it.lnGradientNorm![200])).toBeLessThan(1e-5);
    expectRelative(it.criticalSigmaW2!, 1.8555891 ** 2, 1e-7);
  });

  it("orthogonal linear and g I are exact; Pascanu's bound lies above every profile", () => {
    const linear = ask({ ...net, cell: "identity", init: { recurrent: "orthogonal" } });
    for (const value of linear.lnGradientNorm!) expect(Math.abs(value)).toBeLessThan(1e-12);
    const chain = ask({ ...net, cell: "identity", init: { recurrent: "identity", gain: 0.9 } }, { steps: 11 });
    expectRelative(chain.lnGradientNorm![0], 10 * Math.log(0.9), 1e-12);
    for (const cell of ["tanh", "sigmoid"]) {
      const { lnGradientNorm, lnBound } = ask({ ...net, cell, init: { recurrent: "gaussian", gain: 1.5 } });
      expect(lnGradientNorm!.every((value, t) => value <= lnBound![t] + 1e-9)).toBe(true);
    }
  });

  it("200,000 steps cost no more than the transient", () => {
    const it = ask(net, { steps: 200_000 });
    expect(it.lnGradientNorm!.length).toBe(200_000);
    expect(Number.isFinite(it.lnGradientNorm![0])).toBe(true);
  });

  it("gated cells: no profile, but the carry's time constant", () => {
    const lstm = ask({ kind: "recurrent", cell: "lstm", init: { forgetBias: 5 } });
    expect(lstm).toMatchObject({ applies: false, regime: "gated", lnGradientNorm: null });
    expectRelative(Math.exp(100 * lstm.carry!.lnPerStep), 0.5109238, 1e-7);
    expectRelative(lstm.carry!.timeConstant, 1 + Math.exp(5), 1e-12);
    expect(ask({ kind: "recurrent", cell: "gru" }).carry!.timeConstant).toBe(2);
  });
});

describe("where no theory applies", () => {
  const net = { kind: "feedforward", activation: "relu" } as const;
  it.each([
    ["LSUV", { ...net, init: { lsuv: true } }, /LSUV/],
    ["identity weights", { ...net, init: { weight: "identity" } }, /identity/],
    ["zero weights", { ...net, init: { weight: "zeros" } }, /zeros/],
    ["gain 0", { ...net, init: { gain: 0 } }, /zero/],
    ["stochastic depth", { ...net, residual: "identity", stochasticDepth: 0.2 }, /Stochastic depth/],
    ["φ behind the sum", { ...net, residual: "identity", activationPosition: "post" }, /after the sum/],
    ["IRNN", { kind: "recurrent", cell: "relu", init: { recurrent: "identity" } }, /identity/],
  ] as const)("%s: applies is false, with the reason, and nothing else is claimed", (_, input, why) => {
    const it = ask(input as NetworkInput);
    expect(it.applies).toBe(false);
    expect(it.why).toMatch(why);
    expect([it.lnGradientNorm, it.chi1, it.band, it.phase]).toEqual([null, null, null, null]);
  });

  it("a key that the theory does not know is named as the reason", () => {
    const spec = { kind: "recurrent", bidirectional: true } as const;
    expect(predict(spec)).toMatchObject({ applies: false, why: "No theory here covers bidirectional: true." });
    expect(predict({ kind: "recurrent", timeSkip: { steps: 3 } }).why).toMatch(/^No theory here covers timeSkip: /);
  });

  it("a constraint on training changes nothing of where it starts", () => {
    const { why, lnGradientNorm } = predict({ kind: "recurrent", cell: "orthogonal_rnn" });
    expect(lnGradientNorm).toEqual(predict({ kind: "recurrent", cell: "tanh" }).lnGradientNorm);
    expect(why).toMatch(/^Mean-field/);
  });

  it("bad options and specs are the caller's mistake", () => {
    expect(() => ask(net, { inputSquare: -1 })).toThrow(/options.inputSquare/);
    expect(() => ask(net, { q0: Number.NaN })).toThrow(/options.q0/);
    // @ts-expect-error a text for a choice
    expect(() => ask({ kind: "recurrent" }, { critical: "no" })).toThrow(/options.critical/);
    expect(() => ask({ kind: "recurrent" }, { steps: 0 })).toThrow(/options.steps/);
    expect(() => predict({ kind: "transformer" } as never)).toThrow(/network.kind/);
  });
});

describe("a prediction is plain data", () => {
  it("survives structuredClone, for every norm, residual and position that has a theory", () => {
    for (const norm of ["none", "layer", "rms", "batch", "weight"]) {
      for (const normPosition of ["before", "after", "pre", "post"]) {
        for (const residual of ["none", "identity", "scaled", "skipinit", "fixup", "highway"]) {
          for (const activationPosition of ["branch", "pre"]) {
            const it = ask({
              kind: "feedforward",
              depth: 4,
              width: 16,
              activation: "relu",
              norm,
              normPosition,
              residual,
              activationPosition,
              blockLayers: 2,
            });
            expect(it.applies).toBe(true);
            expect(structuredClone(it)).toEqual(it);
            expect(it.lnGradientNorm!.some(Number.isNaN)).toBe(false);
            expect(it.band === null || !it.band.low.some(Number.isNaN)).toBe(true);
          }
        }
      }
    }
  });
});

describe("a forward pass that leaves float64's range", () => {
  it.each([
    ["recurrent", { kind: "recurrent", cell: "relu", init: { gain: 50 } }, { steps: 200 }, "at step 100"],
    [
      "deep",
      { kind: "feedforward", activation: "relu", depth: 400, init: { weight: "gaussian", sigmaW: 1e4 } },
      {},
      "at layer ",
    ],
    // E φ'⁴ = e^{8q} leaves the range before q does
    ["exponential", { kind: "feedforward", activation: "exponential", depth: 30, width: 32 }, {}, "at layer 2"],
  ] as const)("is said to explode, not refused: %s", (_, spec, options, place) => {
    const { applies, why } = predict(spec, options);
    expect(applies).toBe(false);
    expect(why).toContain("variance grows beyond float64");
    expect(why).toContain(place);
  });
});

describe("a dense net beyond float64", () => {
  const dense = (activation: string, gain: number, depth = 40) =>
    ask({ kind: "feedforward", width: 8, depth, residual: "dense", activation, init: meanField(gain, 0) });

  it("says where its forward pass explodes, as a plain net does: nothing is thrown", () => {
    for (const [activation, gain] of [
      ["relu", 1e6],
      ["identity", 1e10],
      ["gelu", 1e200],
    ] as const) {
      const { applies, why } = dense(activation, gain);
      expect(applies).toBe(false);
      expect(why).toMatch(/variance grows beyond float64 at layer \d+, so the forward pass explodes/);
    }
  });

  it("keeps its profile where only the gradient's square leaves float64", () => {
    const { applies, lnGradientNorm } = dense("tanh", 1e30);
    expect(applies).toBe(true);
    expect(lnGradientNorm!.every(Number.isFinite)).toBe(true);
    expect(2 * lnGradientNorm![0]).toBeGreaterThan(Math.log(Number.MAX_VALUE));
    // a tanh this far out passes σ_w² E φ'² = σ_w²/(√q √(2π)) · 4/3 of what arrives, q = σ_w²: ten times σ_w is ten times that
    const more = dense("tanh", 1e31).lnGradientNorm!;
    expect((2 * (more[0] - lnGradientNorm![0])) / 39).toBeCloseTo(Math.log(10), 6);
  });
});

describe("without the search for the critical variance", () => {
  it.each([
    { kind: "recurrent", hidden: 32 },
    { kind: "feedforward", depth: 20, activation: "tanh" },
  ] as const)("a $kind network's prediction is otherwise the same", (spec) => {
    const whole = predict(spec);
    expect(whole.criticalSigmaW2).toBeGreaterThan(0);
    expect(predict(spec, { critical: false })).toEqual({ ...whole, criticalSigmaW2: null });
  });
});

it("a stack of a thousand layers is predicted within a second, or a sentence says why it is not", () => {
  const deep = { kind: "recurrent", cell: "tanh", hidden: 2 ** 31 - 1, layers: 1000 } as const;
  expect(predict(deep)).toMatchObject({ applies: false, why: expect.stringMatching(/1000 layers settles too slowly/) });
  const contracting = predict({ ...deep, init: { gain: 0.5, inputGain: 0.5, biasStd: 0.1 } });
  expect(contracting.applies).toBe(true);
  expect(predict({ ...deep, layers: 12 }).applies).toBe(true);
});
