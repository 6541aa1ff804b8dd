import { EvanesceError } from "../base/errors.ts";
import { ACTIVATIONS, type ActivationName } from "../spec/names.ts";
import { erf, normalCdf, normalDensity } from "./special-functions.ts";

/** φ in float64, as mean-field theory needs it. Definitions and constants are `torch.nn.functional`'s. */
export interface Activation {
  readonly name: ActivationName;
  /** φ(u). */
  readonly value: (u: number) => number;
  /** φ'(u); at a kink the value of one side. */
  readonly slope: (u: number) => number;
  /** Where φ or one of its first derivatives jumps: quadrature splits there. */
  readonly kinks: readonly number[];
  /**
   * φ(u) = u for u > 0 and a·u below, with this a: such φ commute with a change of scale, so that E φ² = q (1 + a²)/2,
   * E φ'² = (1 + a²)/2 whatever q. Absent for every other φ.
   */
  readonly negativeSlope?: number;
}

const logistic = (u: number): number => (u >= 0 ? 1 / (1 + Math.exp(-u)) : Math.exp(u) / (1 + Math.exp(u)));
const logisticSlope = (u: number): number => logistic(u) * logistic(-u);
const softplus = (u: number): number => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));
/** sech² u without overflow: 4e/(1 + e)², e = exp(−2|u|). */
const sechSquared = (u: number): number => {
  const e = Math.exp(-2 * Math.abs(u));
  return (4 * e) / ((1 + e) * (1 + e));
};
const clamp = (u: number, low: number, high: number): number => Math.min(Math.max(u, low), high);
const inside = (u: number, low: number, high: number): number => (u > low && u < high ? 1 : 0);

/** u for u > 0, a·u below. */
const rectifier = (a: number): Shape => ({
  value: (u) => (u > 0 ? u : a * u),
  slope: (u) => (u > 0 ? 1 : a),
  kinks: a === 1 ? [] : [0],
  negativeSlope: a,
});

/** λ u for u > 0, λ α (eᵘ − 1) below (Clevert 2016; with α = 1 celu and elu are the same). */
const exponentialLinear = (alpha: number, lambda: number): Shape => ({
  value: (u) => lambda * (u > 0 ? u : alpha * Math.expm1(u)),
  slope: (u) => lambda * (u > 0 ? 1 : alpha * Math.exp(u)),
  kinks: [0],
});

const GELU_TANH_SCALE = Math.sqrt(2 / Math.PI);
const GELU_TANH_CUBIC = 0.044715; // Hendrycks and Gimpel 2016

type Shape = Omit<Activation, "name">;

const SHAPES: Record<ActivationName, Shape> = {
  identity: rectifier(1),
  sigmoid: { value: logistic, slope: logisticSlope, kinks: [] },
  tanh: { value: Math.tanh, slope: sechSquared, kinks: [] },
  hardtanh: { value: (u) => clamp(u, -1, 1), slope: (u) => inside(u, -1, 1), kinks: [-1, 1] },
  hardsigmoid: { value: (u) => clamp(u + 3, 0, 6) / 6, slope: (u) => inside(u, -3, 3) / 6, kinks: [-3, 3] },
  softsign: { value: (u) => u / (1 + Math.abs(u)), slope: (u) => (1 + Math.abs(u)) ** -2, kinks: [0] },
  relu: rectifier(0),
  leaky_relu: rectifier(0.01),
  prelu: rectifier(0.25),
  elu: exponentialLinear(1, 1),
  selu: exponentialLinear(1.6732632423543772, 1.0507009873554805), // Klambauer 2017
  celu: exponentialLinear(1, 1),
  gelu: { value: (u) => u * normalCdf(u), slope: (u) => normalCdf(u) + u * normalDensity(u), kinks: [] },
  gelu_tanh: {
    value: (u) => 0.5 * u * (1 + Math.tanh(GELU_TANH_SCALE * (u + GELU_TANH_CUBIC * u ** 3))),
    slope: (u) => {
      const inner = GELU_TANH_SCALE * (u + GELU_TANH_CUBIC * u ** 3);
      const innerSlope = GELU_TANH_SCALE * (1 + 3 * GELU_TANH_CUBIC * u * u);
      return 0.5 * (1 + Math.tanh(inner)) + 0.5 * u * sechSquared(inner) * innerSlope;
    },
    kinks: [],
  },
  silu: { value: (u) => u * logistic(u), slope: (u) => logistic(u) * (1 + u * logistic(-u)), kinks: [] },
  mish: {
    value: (u) => u * Math.tanh(softplus(u)),
    slope: (u) => Math.tanh(softplus(u)) + u * sechSquared(softplus(u)) * logistic(u),
    kinks: [],
  },
  softplus: { value: softplus, slope: logistic, kinks: [] },
  erf: { value: erf, slope: (u) => (2 / Math.sqrt(Math.PI)) * Math.exp(-u * u), kinks: [] },
  sine: { value: Math.sin, slope: Math.cos, kinks: [] },
  hardswish: {
    value: (u) => (u * clamp(u + 3, 0, 6)) / 6,
    slope: (u) => (u <= -3 ? 0 : u >= 3 ? 1 : (2 * u + 3) / 6),
    kinks: [-3, 3],
  },
  relu6: { value: (u) => clamp(u, 0, 6), slope: (u) => inside(u, 0, 6), kinks: [0, 6] },
};

/**
 * The activation of this canonical name.
 *
 * @throws EvanesceError for a name that `ACTIVATIONS` does not hold
 */
export function activation(name: ActivationName): Activation {
  const shape = SHAPES[name];
  if (shape === undefined) {
    throw new EvanesceError("activation", `one of ${ACTIVATIONS.join(", ")}`, name, "choose one of these");
  }
  return { name, ...shape };
}

/**
 * γ = sup |φ'|, the constant of Pascanu's bound: the largest |φ'| on a grid over [−20, 20], refined to 1e-12 by golden
 * sections around it. Beyond ±20 every φ' is constant, or (sine) periodic, or decaying, to float64's precision.
 */
export function steepestSlope({ slope }: Activation): number {
  const size = (u: number) => Math.abs(slope(u));
  const step = 1 / 64;
  let best = 0;
  for (let u = -20; u <= 20; u += step) if (size(u) > size(best)) best = u;
  let low = best - step;
  let high = best + step;
  const ratio = (Math.sqrt(5) - 1) / 2;
  while (high - low > 1e-9) {
    const left = high - ratio * (high - low);
    const right = low + ratio * (high - low);
    if (size(left) > size(right)) high = right;
    else low = left;
  }
  return Math.max(size(best), size((low + high) / 2));
}
