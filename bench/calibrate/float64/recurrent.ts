import type { ActivationName } from "../../../src/catalogue/index.ts";
import type { RecurrentSpec } from "../../../src/spec/index.ts";
import type { Passes, Values } from "./passes.ts";
import { activation, adjoint, affine, Signal } from "./vectors.ts";

/** One step of a batch. Arrays are `[B, H]`, unless another shape is given. */
interface Step {
  readonly h: Float64Array;
  /** c of an LSTM; empty for other cells. */
  readonly c: Float64Array;
  /** ∂L/∂c of this step, from δ = ∂L/∂h and from the later c; empty for cells other than an LSTM. */
  cellGradient(delta: Float64Array, later: Float64Array): Float64Array;
  /** The gradient at the step before: through W_hhᵀ `[B, G·H]`, directly into h', and into c'. */
  back(
    delta: Float64Array,
    gamma: Float64Array,
  ): { hiddenSide: Float64Array; carry: Float64Array; later: Float64Array };
}

/** p = W_ih x + b_ih and r = W_hh h' + b_hh `[B, G·H]`, and the step before. */
type Cell = (p: Float64Array, r: Float64Array, before: Pick<Step, "h" | "c">, H: number) => Step;

const EMPTY = new Float64Array(0);
const sigma = activation("sigmoid");
const tanh = activation("tanh");

/**
 * One recurrent layer in float64: Elman's with its φ, LSTM or GRU, PyTorch's equations and gate order. The profile is of the whole state:
 * h, or an LSTM's (h, c).
 *
 * @param inputs `[T, B, X]`
 */
export function recurrent(spec: RecurrentSpec, values: Values, inputs: Float64Array, T: number, B: number): Passes {
  if (spec.layers !== 1 || spec.bidirectional || spec.norm !== "none" || spec.dilation !== 1) {
    throw new Error("the float64 reference does not know this network");
  }
  const H = spec.hidden;
  const ih = values("rnn.weight_ih_l0");
  const hh = values("rnn.weight_hh_l0");
  const biases = values("rnn.bias_ih_l0");
  const hiddenBiases = values("rnn.bias_hh_l0");
  const GH = biases.length;
  const X = ih.length / GH;
  const cell = spec.cell === "lstm" ? lstm : spec.cell === "gru" ? gru : elman(spec.cell as ActivationName);
  const steps: Step[] = [];
  let before: Pick<Step, "h" | "c"> = { h: new Float64Array(B * H), c: new Float64Array(B * H) };
  for (let t = 0; t < T; t++) {
    const p = affine(inputs.subarray(t * B * X, (t + 1) * B * X), ih, biases, GH);
    const step = cell(p, affine(before.h, hh, hiddenBiases, GH), before, H);
    steps.push(step);
    before = step;
  }
  return {
    stations: steps.map(({ h }) => h),
    back(cotangents) {
      const signal = new Signal(B, false);
      const profile: Float64Array[] = new Array(T);
      let delta: Float64Array = cotangents.slice();
      let later: Float64Array = new Float64Array(B * H);
      for (let t = T - 1; t >= 0; t--) {
        const gamma = steps[t].cellGradient(delta, later);
        profile[t] = gamma.length === 0 ? signal.settle(delta) : signal.settle(delta, gamma);
        const next = steps[t].back(delta, gamma);
        const u = adjoint(next.hiddenSide, hh, GH);
        delta = next.carry.length === 0 ? u : u.map((value, i) => value + next.carry[i]);
        later = next.later;
      }
      return profile;
    },
  };
}

/** h = φ(p + r). */
const elman = (name: ActivationName): Cell => {
  const phi = activation(name);
  return (p, r) => {
    const a = p.map((value, i) => value + r[i]);
    const slope = a.map(phi.derivative);
    return {
      h: a.map(phi.value),
      c: EMPTY,
      cellGradient: () => EMPTY,
      back: (delta) => ({ hiddenSide: delta.map((d, i) => d * slope[i]), carry: EMPTY, later: EMPTY }),
    };
  };
};

/** Element (b, i) of `[B, H]` arrays beside gate g's of `[B, G·H]` ones. */
const inGate = (index: number, gate: number, G: number, H: number) =>
  Math.floor(index / H) * G * H + gate * H + (index % H);

/** i, f, g, o; c = f c' + i g, h = o tanh c. */
const lstm: Cell = (p, r, before, H) => {
  const a = (i: number, gate: number) => p[inGate(i, gate, 4, H)] + r[inGate(i, gate, 4, H)];
  const of = (f: (i: number) => number) => before.h.map((_, i) => f(i));
  const [input, forget, output] = [0, 1, 3].map((gate) => of((i) => sigma.value(a(i, gate))));
  const g = of((i) => tanh.value(a(i, 2)));
  const c = of((i) => forget[i] * before.c[i] + input[i] * g[i]);
  const squashed = c.map(tanh.value);
  return {
    c,
    h: of((i) => output[i] * squashed[i]),
    cellGradient: (delta, later) => of((i) => later[i] + output[i] * tanh.derivative(c[i]) * delta[i]),
    back(delta, gamma) {
      const hiddenSide = new Float64Array(p.length);
      for (let i = 0; i < delta.length; i++) {
        hiddenSide[inGate(i, 0, 4, H)] = sigma.derivative(a(i, 0)) * g[i] * gamma[i];
        hiddenSide[inGate(i, 1, 4, H)] = sigma.derivative(a(i, 1)) * before.c[i] * gamma[i];
        hiddenSide[inGate(i, 2, 4, H)] = tanh.derivative(a(i, 2)) * input[i] * gamma[i];
        hiddenSide[inGate(i, 3, 4, H)] = sigma.derivative(a(i, 3)) * squashed[i] * delta[i];
      }
      return { hiddenSide, carry: EMPTY, later: of((i) => forget[i] * gamma[i]) };
    },
  };
};

/** r, z, n = tanh(p_n + r r_n); h = (1 − z) n + z h'. */
const gru: Cell = (p, r, before, H) => {
  const at = (i: number, gate: number) => inGate(i, gate, 3, H);
  const a = (i: number, gate: number) => p[at(i, gate)] + r[at(i, gate)];
  const of = (f: (i: number) => number) => before.h.map((_, i) => f(i));
  const [reset, z] = [0, 1].map((gate) => of((i) => sigma.value(a(i, gate))));
  const an = of((i) => p[at(i, 2)] + reset[i] * r[at(i, 2)]);
  const n = an.map(tanh.value);
  return {
    c: EMPTY,
    h: of((i) => (1 - z[i]) * n[i] + z[i] * before.h[i]),
    cellGradient: () => EMPTY,
    back(delta) {
      const hiddenSide = new Float64Array(p.length);
      for (let i = 0; i < delta.length; i++) {
        const candidate = tanh.derivative(an[i]) * (1 - z[i]) * delta[i];
        hiddenSide[at(i, 0)] = sigma.derivative(a(i, 0)) * r[at(i, 2)] * candidate;
        hiddenSide[at(i, 1)] = sigma.derivative(a(i, 1)) * (before.h[i] - n[i]) * delta[i];
        hiddenSide[at(i, 2)] = reset[i] * candidate;
      }
      return { hiddenSide, carry: of((i) => z[i] * delta[i]), later: EMPTY };
    },
  };
};
