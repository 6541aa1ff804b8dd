import { below } from "../criterion.ts";
import { defineClaim } from "../define.ts";
import { exact } from "../intervals.ts";
import { decades, upTo } from "../lab.ts";
import { createNetwork } from "../../network/create.ts";
import { random } from "../../base/random.ts";
import type { Figure } from "../types.ts";

/** Networks of width 1: their gradient is one product of scalars. */
const setup = {
  depth: 60,
  weight: 0.9,
  activations: ["sigmoid", "tanh"],
  recurrence: { weight: 0.9, steps: 1000 },
  seeds: 20,
} as const;

const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));
/** φ and φ' in float64, from the pre-activation. */
const PHI = {
  sigmoid: { value: sigmoid, slope: (a: number) => sigmoid(a) * sigmoid(-a) },
  tanh: { value: Math.tanh, slope: (a: number) => 1 / Math.cosh(a) ** 2 },
} as const;

export const chain = defineClaim({
  id: "small-derivatives-multiply",
  topic: "causes",
  sentence: "Vanishing is repeated multiplication by small derivatives: δ_s = δ_L Π w φ'(a_l).",
  criterion: [
    below("error, sigmoid chain", 1e-3, "a chain of sigmoid units follows its closed form to within 0.001 nats"),
    below("error, tanh chain", 1e-3, "a chain of tanh units follows its closed form to within 0.001 nats"),
    below("error, wᵗ", 1e-3, "a linear recurrence follows wᵗ over 1,000 steps to within 0.001 nats"),
    below(
      "gain, sigmoid chain",
      59 * Math.log(0.9 / 4),
      "no chain of sigmoid units keeps more of the gradient than its bound (w/4)^(L−1)",
    ),
  ],
  reduced: setup,
  full: { seeds: 200 },
  *run({ depth, weight, activations, recurrence, seeds }, lab) {
    const worst: Record<string, number> = { sigmoid: 0, tanh: 0, recurrence: 0 };
    const series: Figure["series"][number][] = [];
    let largestGain = Number.NEGATIVE_INFINITY;
    for (const activation of activations) {
      const spec = {
        ...{ kind: "feedforward" as const, inputs: 1, width: 1, depth, activation },
        init: { weight: "identity" as const, gain: weight },
      };
      for (let i = 0; i < seeds; i++) {
        const input = 3 * random(lab.seedOf(activation, i), "input").normal();
        const network = createNetwork(spec, { seed: 0 });
        const measured = network.propagate({ inputs: Float32Array.of(input) }).lnGradientNorm;
        network.dispose();
        const closed = closedForm(Math.fround(input), activation, weight, depth);
        for (let s = 0; s < depth; s++) {
          const error = Math.abs(measured[s] - measured[depth - 1] - closed[s]);
          worst[activation] = Math.max(worst[activation], error);
        }
        if (activation === "sigmoid") largestGain = Math.max(largestGain, measured[0] - measured[depth - 1]);
        if (i === 0) {
          const relative = Array.from(measured, (value) => value - measured[depth - 1]);
          series.push({ label: `${activation}, measured`, x: upTo(depth), y: decades(relative), as: "points" });
          series.push({ label: `${activation}, closed form`, x: upTo(depth), y: decades(closed) });
        }
        yield;
      }
    }
    const { steps } = recurrence;
    const linear = createNetwork({
      ...{ kind: "recurrent", cell: "identity", inputs: 1, hidden: 1 },
      init: { recurrent: "identity", gain: recurrence.weight },
    });
    const path = linear.propagate({ inputs: { shape: [steps, 1, 1], data: new Float32Array(steps) } }).lnGradientNorm;
    linear.dispose();
    path.forEach((value, t) => {
      const error = Math.abs(value - path[steps - 1] - (steps - 1 - t) * Math.log(recurrence.weight));
      worst.recurrence = Math.max(worst.recurrence, error);
    });
    return {
      numbers: [
        exact("error, sigmoid chain", worst.sigmoid, "nats", seeds),
        exact("error, tanh chain", worst.tanh, "nats", seeds),
        exact("error, wᵗ", worst.recurrence, "nats"),
        exact("gain, sigmoid chain", largestGain, "nats", seeds),
      ],
      figure: { x: { label: "layer" }, y: { label: "log₁₀ |δ|/|δ_last|" }, series },
    };
  },
});

/** ln |δ_s/δ_last| of a chain h_l = φ(w h_{l−1}), for every layer: Σ ln w φ'(a_l) over the layers after s. */
function closedForm(input: number, activation: keyof typeof PHI, weight: number, depth: number): number[] {
  const { value, slope } = PHI[activation];
  const w = Math.fround(weight);
  const factors: number[] = [];
  let h = input;
  for (let l = 0; l < depth; l++) {
    factors.push(Math.log(w * slope(w * h)));
    h = value(w * h);
  }
  const gains = new Array<number>(depth).fill(0);
  for (let s = depth - 2; s >= 0; s--) gains[s] = gains[s + 1] + factors[s + 1];
  return gains;
}
