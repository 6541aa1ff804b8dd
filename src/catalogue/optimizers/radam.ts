import { adamOptions } from "./adam.ts";
import { averages } from "./averages.ts";
import { optimizer } from "./row.ts";

/**
 * θ ← θ − η r (√c₂/c₁) m/(√v + ε), or θ ← θ − (η/c₁) m while the variance of v cannot be estimated (ρ_t ≤ 5)
 *
 * ρ_∞ = 2/(1 − β₂) − 1,   ρ_t = ρ_∞ − 2 t β₂ᵗ/c₂,   r = √((ρ_t − 4)(ρ_t − 2) ρ_∞/((ρ_∞ − 4)(ρ_∞ − 2) ρ_t)),
 * c₁ = 1 − β₁ᵗ,   c₂ = 1 − β₂ᵗ
 */
export const radam = optimizer({
  source: "Liu et al. 2020, algorithm 2; torch.optim.RAdam",
  decay: "g + λ θ",
  options: adamOptions,
  rule: "radam",
  slots: () => ["first", "second"],
  coefficients: (options, t, rate) => {
    const { beta1, beta2 } = options;
    const [c1, c2] = [1 - beta1 ** t, 1 - beta2 ** t];
    const most = 2 / (1 - beta2) - 1;
    const now = most - (2 * t * beta2 ** t) / c2;
    const rectified = now > 5;
    const r = Math.sqrt(((now - 4) * (now - 2) * most) / ((most - 4) * (most - 2) * now));
    return {
      ...averages(options),
      epsilon: options.epsilon,
      decay: options.weightDecay,
      rate: rectified ? (rate * r * Math.sqrt(c2)) / c1 : rate / c1,
      scale1: rectified ? 1 : 0,
    };
  },
});
