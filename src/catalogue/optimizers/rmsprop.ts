import { flag } from "../../base/option-fields.ts";
import { epsilon, learningRate, optimizer, share, weightDecay } from "./row.ts";

/**
 * g ← g + λ θ        v ← α v + (1 − α) g²        d = √v + ε
 * centered            a ← α a + (1 − α) g         d = √(v − a²) + ε
 * θ ← θ − η g/d      with momentum  b ← μ b + g/d,  θ ← θ − η b
 */
export const rmsprop = optimizer({
  source: "Tieleman and Hinton 2012, lecture 6.5; centered: Graves 2013, equations 38 to 41; torch.optim.RMSprop",
  decay: "g + λ θ",
  options: {
    learningRate: learningRate(1e-2),
    weightDecay: weightDecay(),
    alpha: share("the smoothing constant of the average of g²", 0.99),
    epsilon: epsilon(1e-8),
    momentum: share("the momentum μ", 0),
    centered: flag("whether the variance takes the place of the second moment", false),
  },
  updateSize: "of the rate",
  rule: "rmsprop",
  slots: ({ momentum, centered }) => [
    ...(momentum > 0 ? (["first"] as const) : []),
    "second",
    ...(centered ? (["third"] as const) : []),
  ],
  coefficients: ({ weightDecay, alpha, epsilon, momentum }, _, rate) => ({
    rate,
    decay: weightDecay,
    beta1: momentum,
    beta2: alpha,
    fresh2: 1 - alpha,
    epsilon,
  }),
});
