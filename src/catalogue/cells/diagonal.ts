import { defineCell, OPEN } from "./cell.ts";
import { independentLayout } from "./indrnn.ts";

/** nu of λ = exp(−exp(nu)). */
const logRate = (lambda: number) => Math.log(-Math.log(lambda));

export const diagonal = defineCell({
  title: "diagonal RNN",
  equations: "h = λ h' + W_ih x + b_ih, λ = exp(−exp(nu)), a number a unit",
  source: "Orvieto et al. 2023, section 3.3 (LRU), real and without its input scale",
  recurrentMatrix: false,
  recurrentVector: "nu",
  activation: "identity",
  vectors: [
    {
      name: "nu",
      value: (x) => Math.exp(-Math.exp(x)),
      slope: (x) => -Math.exp(x) * Math.exp(-Math.exp(x)),
      // λ² uniform in .9² … .999² (Orvieto et al. 2023, lemma 3.2 and section 4), or, with `chrono` = T, time constants
      // 1/(1 − λ) uniform in 2 … T
      start: ({ init: { chrono } }, rng) =>
        chrono === undefined
          ? logRate(Math.sqrt(0.9 ** 2 + (0.999 ** 2 - 0.9 ** 2) * rng.uniform()))
          : logRate(1 - 1 / (2 + (chrono - 2) * rng.uniform())),
    },
  ],
  takesChrono: true,
  opens: { parameters: [{ name: "nu", from: 0, to: 1, value: -OPEN }] },
  recurrentInits: [],
  takesGain: false,
  isometry: null,
  describeRecurrent: ({ chrono }) =>
    chrono === undefined ? "recurrent weights λ from 0.9 to 0.999" : `recurrent weights λ of 2 to ${chrono} steps`,
  sound: {
    sentence: "Start λ at time constants up to the length (chrono)",
    init: (steps) => ({ chrono: Math.max(2, steps) }),
  },
  layout: independentLayout(() => "identity"),
});
