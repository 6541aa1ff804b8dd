import type { Values } from "../../base/option-fields.ts";
import { averages, BETAS } from "./averages.ts";
import { epsilon, learningRate, optimizer, weightDecay } from "./row.ts";

/*
 * θ ← θ − (η/c₁) m/(√v/√c₂ + ε),   c₁ = 1 − β₁ᵗ and c₂ = 1 − β₂ᵗ, which undo the averages' start at zero
 *
 * AMSGrad uses the largest v so far instead of v. AdamW uses θ ← (1 − η λ) θ instead of g ← g + λ θ.
 */

export const adamOptions = {
  learningRate: learningRate(1e-3),
  weightDecay: weightDecay(),
  ...BETAS,
  epsilon: epsilon(1e-8),
};
type Options = Values<typeof adamOptions>;

const step = (options: Options, t: number, rate: number) => ({
  ...averages(options),
  epsilon: options.epsilon,
  rate: rate / (1 - options.beta1 ** t),
  scale1: Math.sqrt(1 - options.beta2 ** t),
});
const penalized = (options: Options, t: number, rate: number) => ({
  ...step(options, t, rate),
  decay: options.weightDecay,
});

export const adam = optimizer({
  source: "Kingma and Ba 2015, algorithm 1; torch.optim.Adam",
  decay: "g + λ θ",
  options: adamOptions,
  updateSize: "of the rate",
  rule: "adam",
  slots: () => ["first", "second"],
  coefficients: penalized,
});

export const amsgrad = optimizer({
  source: "Reddi et al. 2018, algorithm 2; torch.optim.Adam with amsgrad",
  decay: "g + λ θ",
  options: adamOptions,
  updateSize: "of the rate",
  rule: "amsgrad",
  slots: () => ["first", "second", "third"],
  coefficients: penalized,
});

export const adamw = optimizer({
  source: "Loshchilov and Hutter 2019, algorithm 2; torch.optim.AdamW",
  decay: "θ (1 − η λ)",
  options: { ...adamOptions, weightDecay: weightDecay(1e-2) },
  updateSize: "of the rate",
  rule: "adam",
  slots: () => ["first", "second"],
  coefficients: (options, t, rate) => ({ ...step(options, t, rate), keep: 1 - rate * options.weightDecay }),
});
