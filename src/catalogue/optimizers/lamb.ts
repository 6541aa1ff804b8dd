import { averages, BETAS } from "./averages.ts";
import { epsilon, learningRate, optimizer, weightDecay } from "./row.ts";

/** u = (m/c₁)/(√(v/c₂) + ε) + λ θ        θ ← θ − η (‖θ‖/‖u‖) u,   the ratio 1 where either norm is 0 */
export const lamb = optimizer({
  source: "You et al. 2020, algorithm 2 with φ the identity, a tensor being a layer; λ = 0.01 and ε = 1e-6 as there",
  decay: "u + λ θ",
  options: { learningRate: learningRate(1e-3), weightDecay: weightDecay(1e-2), ...BETAS, epsilon: epsilon(1e-6) },
  rule: "lamb",
  slots: () => ["first", "second"],
  scratch: true,
  coefficients: (options, t, rate) => ({
    ...averages(options),
    epsilon: options.epsilon,
    decay: options.weightDecay,
    rate,
    scale1: 1 - options.beta1 ** t,
    scale2: 1 - options.beta2 ** t,
  }),
});
