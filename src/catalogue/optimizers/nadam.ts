import { real } from "../../base/option-fields.ts";
import { adamOptions } from "./adam.ts";
import { averages } from "./averages.ts";
import { learningRate, optimizer } from "./row.ts";

/**
 * θ ← θ − η (1 − μ_t)/(1 − Πμ) g/d − η μ_{t+1}/(1 − Πμ μ_{t+1}) m/d,   d = √(v/c₂) + ε,   μ_t = β₁ (1 − 0.96^(t ψ)/2)
 *
 * Πμ is the product of μ_1 … μ_t, c₂ = 1 − β₂ᵗ.
 */
export const nadam = optimizer({
  source: "Dozat 2016; torch.optim.NAdam",
  decay: "g + λ θ",
  options: {
    ...adamOptions,
    learningRate: learningRate(2e-3),
    momentumDecay: real("ψ of the momentum's schedule", 4e-3, { least: 0 }),
  },
  updateSize: "of the rate",
  rule: "nadam",
  slots: () => ["first", "second"],
  coefficients: (options, t, rate, carried) => {
    const mu = (at: number) => options.beta1 * (1 - 0.5 * 0.96 ** (at * options.momentumDecay));
    const product = (carried.momentumProduct ?? 1) * mu(t);
    carried.momentumProduct = product;
    return {
      ...averages(options),
      epsilon: options.epsilon,
      decay: options.weightDecay,
      rate: (rate * (1 - mu(t))) / (1 - product),
      scale1: (rate * mu(t + 1)) / (1 - product * mu(t + 1)),
      scale2: 1 - options.beta2 ** t,
    };
  },
});
