import { learningRate, optimizer, share, weightDecay } from "./row.ts";

/*
 * g ← g + λ θ        b ← μ b + (1 − τ) g        g ← b, or g + μ b (Nesterov)        θ ← θ − η g
 *
 * The first b is g itself, without damping.
 */

const options = {
  learningRate: learningRate(1e-3),
  weightDecay: weightDecay(),
  momentum: share("the momentum μ", 0.9),
};

export const sgd = optimizer({
  source: "Robbins and Monro 1951; torch.optim.SGD",
  decay: "g + λ θ",
  options: { learningRate: learningRate(1e-3), weightDecay: weightDecay() },
  updateSize: "of the gradient",
  rule: "sgd",
  slots: () => [],
  coefficients: ({ weightDecay }, _, rate) => ({ rate, decay: weightDecay }),
});

export const momentum = optimizer({
  source: "Polyak 1964, in the form of Sutskever et al. 2013; torch.optim.SGD with momentum (here 0.9 by default)",
  decay: "g + λ θ",
  options: { ...options, dampening: share("the dampening τ", 0) },
  updateSize: "of the gradient",
  rule: "momentum",
  slots: () => ["first"],
  coefficients: ({ weightDecay, momentum, dampening }, t, rate) => ({
    rate,
    decay: weightDecay,
    beta1: momentum,
    fresh1: t === 1 ? 1 : 1 - dampening,
  }),
});

export const nesterov = optimizer({
  source: "Nesterov 1983, in the form of Sutskever et al. 2013; torch.optim.SGD with nesterov (momentum here 0.9)",
  decay: "g + λ θ",
  options,
  updateSize: "of the gradient",
  rule: "nesterov",
  slots: () => ["first"],
  coefficients: ({ weightDecay, momentum }, _, rate) => ({ rate, decay: weightDecay, beta1: momentum, fresh1: 1 }),
});
