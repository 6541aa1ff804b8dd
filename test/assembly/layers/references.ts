import { activationFacts, type ActivationName, ACTIVATIONS } from "../../../src/catalogue/index.ts";
import { erf, normalCdf, normalPdf, sigmoid } from "../math/special.ts";

/**
 * Every activation in float64. `limits` are φ(−∞), φ'(−∞), φ(∞), φ'(∞); `dense` the inputs to look at closely: kinks,
 * extrema, and where a tail reaches float32's smallest normal number; `slopeRoots` where φ' crosses zero.
 */
export interface Reference {
  value: (a: number) => number;
  slope: (a: number) => number;
  limits: [number, number, number, number];
  dense?: number[];
  slopeRoots?: number[];
  /** The largest |a| for which the accuracy is promised; without it, every float32. */
  range?: number;
}

const { abs, cos, cosh, exp, expm1, log1p, max, min, PI, sin, sqrt, tanh } = Math;
const f32 = Math.fround;

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/** Twice the argument of gelu_tanh's hyperbolic tangent, and its derivative. */
const geluArgument = (a: number) => 2 * sqrt(2 / PI) * (a + 0.044715 * a ** 3);
const geluArgumentSlope = (a: number) => 2 * sqrt(2 / PI) * (1 + 3 * 0.044715 * a ** 2);

const softplus = (a: number) => max(a, 0) + log1p(exp(-abs(a)));
/** tanh(ln(1 + e)) = (e² + 2e)/(e² + 2e + 2). */
const mishGate = (a: number) => {
  const e = exp(min(a, 300));
  return (e * (e + 2)) / (e * (e + 2) + 2);
};

const elu = (scale: number, alpha: number): Reference => ({
  value: (a) => scale * (a > 0 ? a : alpha * expm1(a)),
  slope: (a) => scale * (a > 0 ? 1 : alpha * exp(a)),
  limits: [f32(-scale * alpha), 0, Infinity, f32(scale)],
  dense: [-87.3, -0.34, -0.7],
});

const OWN: Partial<Record<ActivationName, Reference>> = {
  identity: { value: (a) => a, slope: () => 1, limits: [-Infinity, 1, Infinity, 1] },
  sigmoid: {
    value: sigmoid,
    slope: (a) => sigmoid(a) * sigmoid(-a),
    limits: [0, 0, 1, 0],
    dense: [-87.3, -80, 80, 87.3],
  },
  tanh: { value: tanh, slope: (a) => 1 / cosh(a) ** 2, limits: [-1, 0, 1, 0], dense: [-44.36, -40, 0.34, 40, 44.36] },
  hardtanh: {
    value: (a) => min(max(a, -1), 1),
    slope: (a) => (abs(a) < 1 ? 1 : 0),
    limits: [-1, 0, 1, 0],
    dense: [-1, 1],
  },
  hardsigmoid: {
    value: (a) => min(max(a + 3, 0), 6) / 6,
    slope: (a) => (abs(a) < 3 ? 1 / 6 : 0),
    limits: [0, 0, 1, 0],
    dense: [-3, 3],
  },
  softsign: {
    value: (a) => a / (1 + abs(a)),
    slope: (a) => 1 / (1 + abs(a)) ** 2,
    limits: [-1, 0, 1, 0],
    dense: [1e19],
  },
  relu: { value: (a) => max(a, 0), slope: (a) => (a > 0 ? 1 : 0), limits: [0, 0, Infinity, 1] },
  leaky_relu: {
    value: (a) => (a > 0 ? a : 0.01 * a),
    slope: (a) => (a > 0 ? 1 : 0.01),
    limits: [-Infinity, f32(0.01), Infinity, 1],
  },
  elu: elu(1, 1),
  selu: elu(SELU_SCALE, SELU_ALPHA),
  celu: elu(1, 1),
  gelu: {
    value: (a) => a * normalCdf(a),
    slope: (a) => normalCdf(a) + a * normalPdf(a),
    limits: [0, 0, Infinity, 1],
    dense: [-13.1, -13.3, -12, -0.75179, 12],
    slopeRoots: [-0.75179],
  },
  gelu_tanh: {
    value: (a) => a * sigmoid(geluArgument(a)),
    slope: (a) => {
      const x = max(min(a, 1e3), -1e3); // a³ must not overflow
      const gate = sigmoid(geluArgument(x));
      return gate + x * gate * sigmoid(-geluArgument(x)) * geluArgumentSlope(x);
    },
    limits: [0, 0, Infinity, 1],
    dense: [-10.1, -9.8, -0.75246, 10.1],
    slopeRoots: [-0.75246],
  },
  silu: {
    value: (a) => a * sigmoid(a),
    slope: (a) => sigmoid(a) * (1 + a * sigmoid(-a)),
    limits: [0, 0, Infinity, 1],
    dense: [-91.8, -88, -87, -80, -1.27846, 80],
    slopeRoots: [-1.27846],
  },
  mish: {
    value: (a) => a * mishGate(a),
    slope: (a) => mishGate(a) + a * sigmoid(a) * (1 - mishGate(a) ** 2),
    limits: [0, 0, Infinity, 1],
    dense: [-91.8, -88, -87, -80, -1.19241, 40],
    slopeRoots: [-1.19241],
  },
  softplus: { value: softplus, slope: sigmoid, limits: [0, 0, Infinity, 1], dense: [-87.3, -80, 20] },
  erf: {
    value: erf,
    slope: (a) => (2 / sqrt(PI)) * exp(-a * a),
    limits: [-1, 0, 1, 0],
    dense: [-9.35, -0.7, 0.7, 9.3, 9.35],
  },
  sine: { value: sin, slope: cos, limits: [NaN, NaN, NaN, NaN], dense: [Math.PI, 8190], range: 8192 },
  hardswish: {
    value: (a) => (a * min(max(a + 3, 0), 6)) / 6,
    slope: (a) => (a <= -3 ? 0 : a < 3 ? (2 * a + 3) / 6 : 1),
    limits: [0, 0, Infinity, 1],
    dense: [-3, -1.5, 3],
  },
  relu6: {
    value: (a) => min(max(a, 0), 6),
    slope: (a) => (a > 0 && a < 6 ? 1 : 0),
    limits: [0, 0, 6, 0],
    dense: [6],
  },
};

/** f(±∞), or where the formula has no number there, f of the largest float32. */
function limit(f: (a: number) => number, sign: number): number {
  const value = f(sign * Infinity);
  return Number.isNaN(value) ? f(sign * f32(3.4028234e38)) : value;
}

/** The references above; of a newer activation the catalogue's φ and φ', and a close look at its kinks. */
export const references: Readonly<Record<string, Reference>> = Object.fromEntries(
  ACTIVATIONS.filter((name) => !activationFacts(name).learnedSlope).map((name): [string, Reference] => {
    const { value, slope, kinks } = activationFacts(name);
    const limits = [value, slope, value, slope].map((f, i) => limit(f, i < 2 ? -1 : 1)) as Reference["limits"];
    return [name, OWN[name] ?? { value, slope, limits, dense: [...kinks, -103, -87.3, 88.7] }];
  }),
);
