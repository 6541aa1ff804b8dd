import { ACTIVATIONS, RESIDUALS } from "../../src/catalogue/index.ts";
import { describe, expect, it } from "vitest";
import { derivative, relativeError } from "./differences.ts";
import { classes, drawParameters, normals } from "./draw.ts";
import {
  type FeedforwardOracleBatch,
  type FeedforwardOracleSpec,
  lossOfFeedforward,
  PLAIN,
  runFeedforward,
  transportFeedforward,
} from "./feedforward.ts";
import { dropProbability } from "./feedforward-forward.ts";
import { ledgerSum } from "./ledger.ts";
import { feedforwardShapes } from "./shapes.ts";
import { type Parameters, tensor } from "./tensor.ts";

const [B, X, Y] = [3, 2, 4];

/**
 * Small enough that no pre-activation of these seeds crosses a kink of φ or φ', and for the curvature of statistics over three values;
 * the loss's rounding, 1e-16/h, still leaves nine digits.
 */
const STEP = 2e-5;

function setup(spec: FeedforwardOracleSpec, loss: FeedforwardOracleBatch["loss"] = "mse") {
  const parameters = drawParameters(feedforwardShapes(spec, X, Y), 5);
  const targets = loss === "cross_entropy" || loss === "hinge" ? classes(B, Y, 1) : normals(B * Y, 1, "targets");
  const blocks = spec.depth;
  const batch: FeedforwardOracleBatch = {
    batch: B,
    inputSize: X,
    inputs: normals(B * X, 1, "inputs"),
    targets,
    loss,
    kept: Array.from({ length: blocks }, (_, k) => k !== 1),
  };
  return { parameters, batch };
}

function shifted(parameters: Parameters, name: string, i: number, by: number): Parameters {
  const { shape, data } = parameters[name];
  return { ...parameters, [name]: tensor(shape, data.with(i, data[i] + by)) };
}

/** Every gradient and δ of a configuration against differences of its loss; the ledger against the profile. */
function check(change: Partial<FeedforwardOracleSpec>, loss: FeedforwardOracleBatch["loss"] = "mse") {
  const spec = { ...PLAIN, ...change };
  const { parameters, batch } = setup(spec, loss);
  const result = runFeedforward(spec, parameters, batch);
  const difference = (f: (by: number) => number) => derivative(f, STEP);
  // a gradient far below its neighbors is lost in the rounding of the loss: compare at the scale of the largest
  const scale = Math.max(...Object.values(result.gradients).flatMap(({ data }) => [...data].map(Math.abs)));
  const close = (got: Float64Array, measured: Float64Array, what: string) =>
    expect(relativeError([...got, scale], [...measured, scale]), what).toBeLessThan(1e-8);

  for (const [name, { data }] of Object.entries(parameters)) {
    const measured = data.map((_, i) =>
      difference((by) => lossOfFeedforward(spec, shifted(parameters, name, i, by), batch)),
    );
    close(result.gradients[name].data, measured, name);
  }
  result.layers.forEach(({ delta }, l) => {
    const H = delta.length / B;
    const measured = delta.map((_, flat) =>
      difference((by) => {
        const nudge = { l, b: Math.floor(flat / H), i: flat % H, by };
        return lossOfFeedforward(spec, parameters, batch, nudge);
      }),
    );
    close(delta, measured, `δ_${l}`);
  });
  const inputs = Float64Array.from(batch.inputs);
  const measured = inputs.map((value, i) =>
    difference((by) => lossOfFeedforward(spec, parameters, { ...batch, inputs: inputs.with(i, value + by) })),
  );
  close(result.inputGradient, measured, "∂L/∂x");

  for (let s = 0; s < spec.depth - 1; s++) {
    if (result.lnGradientNorm[s + 1] === -Infinity) continue;
    expect(result.ledger.total[s]).toBeCloseTo(result.lnGradientNorm[s] - result.lnGradientNorm[s + 1], 11);
    expect(ledgerSum(result.ledger, s)).toBeCloseTo(result.ledger.total[s], 11);
  }
}

describe("gradients and δ_l equal central differences, ledgers add up", () => {
  for (const activation of ACTIVATIONS) it(activation, () => check({ activation }));
  for (const loss of ["mse", "cross_entropy", "binary_cross_entropy", "hinge", "none"] as const) {
    it(`loss ${loss}`, () => check({ depth: 2 }, loss));
  }
  for (const residual of RESIDUALS) {
    for (const activationPosition of ["branch", "pre", "post"] as const) {
      for (const blockLayers of [1, 2]) {
        it(`${residual}, activation ${activationPosition}, blocks of ${blockLayers}`, () => {
          check({ residual, activationPosition, blockLayers });
        });
      }
    }
  }
  for (const norm of ["batch", "layer", "rms"] as const) {
    for (const normPosition of ["before", "after", "pre", "post"] as const) {
      for (const residual of ["none", "identity", "dense"] as const) {
        it(`${norm} norm ${normPosition}, residual ${residual}`, () => {
          for (const activationPosition of ["branch", "pre", "post"] as const) {
            check({ norm, normPosition, residual, activationPosition, blockLayers: 2, depth: 3, width: 3 });
          }
        });
      }
    }
  }
  it("another ε in a norm", () => {
    for (const norm of ["batch", "layer", "rms"] as const) check({ norm, normEpsilon: 0.3, depth: 3, width: 3 });
  });
  for (const residual of RESIDUALS) {
    it(`weight norm, residual ${residual}`, () => check({ norm: "weight", residual, depth: 3, width: 3 }));
  }
  it("widths of their own: a block whose ends differ has no skip path", () => {
    const width = [4, 2, 4, 3, 3, 3];
    for (const residual of RESIDUALS) check({ residual, width, depth: 6, blockLayers: 2 });
    check({ residual: "identity", width, depth: 6, norm: "layer", activationPosition: "pre" });
    check({ residual: "dense", width, depth: 6, norm: "rms", normPosition: "pre" });
  });
  it("stochastic depth, one block dropped", () => {
    for (const residual of ["identity", "scaled", "skipinit", "highway"] as const) {
      check({ residual, stochasticDepth: 0.5, depth: 5 });
      check({ residual, stochasticDepth: 0.5, depth: 5, blockLayers: 2 });
    }
  });
  it("prelu in every position", () => {
    for (const activationPosition of ["branch", "pre", "post"] as const) {
      check({ activation: "prelu", residual: "identity", activationPosition, blockLayers: 2 });
    }
  });
});

it("skipinit with α = 0 hands δ through unchanged, all of it by the skip path", () => {
  const spec = { ...PLAIN, residual: "skipinit" } as const;
  const { parameters, batch } = setup(spec);
  for (const k of [0, 1, 2]) parameters[`residuals.${k}.weight`] = tensor([1], [0]);
  const { lnGradientNorm, ledger } = runFeedforward(spec, parameters, batch);
  for (const value of lnGradientNorm) expect(value).toBe(lnGradientNorm[0]);
  for (const factor of Object.values(ledger.factors)) expect([...factor]).toEqual([0, 0, 0]);
});

it("a dropped branch leaves its layers without a gradient, a kept one is divided by its survival probability", () => {
  const spec = { ...PLAIN, residual: "identity", stochasticDepth: 0.6 } as const;
  const { parameters, batch } = setup(spec);
  const { gradients, layers } = runFeedforward(spec, parameters, batch);
  expect(gradients["layers.2.weight"].data.every((value) => value === 0)).toBe(true);
  expect(layers[2].hidden).toEqual(layers[1].hidden);
  expect(dropProbability(0.6, 2, 3)).toBe(0.6);
  const branch = layers[3].hidden.map((h, i) => h - layers[2].hidden[i]);
  expect(
    relativeError(
      branch,
      layers[3].preactivation!.map((a) => Math.tanh(a) / 0.4),
    ),
  ).toBeLessThan(1e-14);
});

it("a linear diagonal net: weights carry the whole gain, the gate none", () => {
  const spec = { ...PLAIN, width: 1, activation: "identity" } as const;
  const { parameters, batch } = setup(spec);
  const { ledger } = runFeedforward(spec, parameters, batch);
  for (const s of [0, 1, 2]) {
    const w = parameters[`layers.${s + 1}.weight`].data[0];
    expect(ledger.factors.weights[s]).toBeCloseTo(Math.log(Math.abs(w)), 12);
    expect(ledger.factors.gate[s]).toBeCloseTo(0, 14);
  }
});

it("transport of 1/B on every last unit is the profile without targets", () => {
  const spec = { ...PLAIN, residual: "highway" } as const;
  const { parameters, batch } = setup(spec, "none");
  const whole = runFeedforward(spec, parameters, batch);
  const probe = transportFeedforward(spec, parameters, batch, new Float64Array(B * 4).fill(1 / B));
  expect(probe.lnGradientNorm).toEqual(whole.lnGradientNorm);
});
