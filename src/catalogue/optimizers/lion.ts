import { averages } from "./averages.ts";
import { learningRate, optimizer, share, weightDecay } from "./row.ts";

/** c = β₁ m + (1 − β₁) g        θ ← (1 − η λ) θ − η sign(c)        m ← β₂ m + (1 − β₂) g */
export const lion = optimizer({
  source: "Chen et al. 2023, algorithm 2",
  decay: "θ (1 − η λ)",
  options: {
    learningRate: learningRate(1e-4),
    weightDecay: weightDecay(),
    beta1: share("β₁ of what is signed", 0.9),
    beta2: share("β₂ of what is kept", 0.99),
  },
  updateSize: "of the rate",
  rule: "lion",
  slots: () => ["first"],
  coefficients: (options, _, rate) => ({ ...averages(options), rate, keep: 1 - rate * options.weightDecay }),
});
