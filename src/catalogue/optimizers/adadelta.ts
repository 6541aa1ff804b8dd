import { epsilon, learningRate, optimizer, share, weightDecay } from "./row.ts";

/** g ← g + λ θ    v ← ρ v + (1 − ρ) g²    Δ = √(u + ε)/√(v + ε) g    u ← ρ u + (1 − ρ) Δ²    θ ← θ − η Δ */
export const adadelta = optimizer({
  source: "Zeiler 2012, algorithm 1; torch.optim.Adadelta",
  decay: "g + λ θ",
  options: {
    learningRate: learningRate(1),
    weightDecay: weightDecay(),
    rho: share("the smoothing constant ρ of both averages", 0.9),
    epsilon: epsilon(1e-6),
  },
  updateSize: "of the rate",
  rule: "adadelta",
  slots: () => ["first", "second"],
  coefficients: ({ weightDecay, rho, epsilon }, _, rate) => ({
    rate,
    decay: weightDecay,
    beta2: rho,
    fresh2: 1 - rho,
    epsilon,
  }),
});
