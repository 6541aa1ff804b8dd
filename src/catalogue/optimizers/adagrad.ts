import { real } from "../../base/option-fields.ts";
import { epsilon, learningRate, optimizer, weightDecay } from "./row.ts";

/** g ← g + λ θ        v ← v + g²        θ ← θ − η/(1 + (t − 1) decay) · g/(√v + ε) */
export const adagrad = optimizer({
  source: "Duchi et al. 2011; torch.optim.Adagrad",
  decay: "g + λ θ",
  options: {
    learningRate: learningRate(1e-2),
    weightDecay: weightDecay(),
    learningRateDecay: real("the decay of the learning rate", 0, { least: 0 }),
    initialAccumulator: real("what the sum of g² starts from", 0, { least: 0 }),
    epsilon: epsilon(1e-10),
  },
  updateSize: "of the rate",
  rule: "adagrad",
  slots: () => ["second"],
  initial: ({ initialAccumulator }) => ["second", initialAccumulator],
  coefficients: ({ weightDecay, learningRateDecay, epsilon }, t, rate) => ({
    rate: rate / (1 + (t - 1) * learningRateDecay),
    decay: weightDecay,
    epsilon,
  }),
});
