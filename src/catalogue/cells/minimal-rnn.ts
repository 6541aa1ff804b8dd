import { defineCell } from "./cell.ts";
import { PLAIN } from "./layout.ts";

export const minimal_rnn = defineCell({
  title: "minimal_rnn RNN",
  equations: "z = tanh(W_ih x + b_ih); u = σ(W_hh h' + W_zh z + b_hh); h = u h' + (1 − u) z",
  source: "Chen 2018, equations 1 to 3 (minimalRNN), Φ one layer of tanh",
  innerMatrix: "weight_zh",
  chronoIsNoRemedy: true,
  keeps: { gate: 0, sign: 1, isForgetGate: false, bias: "bias_hh", title: "update gate u" },
  // ∂a in the order z, u
  layout: {
    ...PLAIN,
    activation: () => "tanh",
    kernel: "minimal",
    direct: "hidden",
    gated: false,
    forgetAt: 4,
    forward: [
      { gate: 0, of: "input" },
      { gate: 0, of: "inner" },
    ],
    inputGates: [0],
    hiddenGates: [0],
    hiddenAt: 1,
    innerAt: 0,
  },
});
