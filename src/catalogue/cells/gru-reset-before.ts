import { defineCell } from "./cell.ts";
import { both, innerActivation, PLAIN } from "./layout.ts";

export const gru_reset_before = defineCell({
  title: "GRU with the reset before the product",
  equations: "r, z = σ(a_r), σ(a_z); n = tanh(W_in x + b_in + W_hn (r h') + b_hn); h = (1 − z) n + z h'",
  source: "Cho et al. 2014, equations 5 to 8; Keras's reset_after=False",
  letters: ["r", "z", "n"],
  gateTheory: true,
  keeps: { gate: 1, sign: 1, isForgetGate: false, bias: "bias_ih", title: "update gate z" },
  options: ["innerActivation", "gateActivation"],
  layout: {
    ...PLAIN,
    activation: innerActivation,
    kernel: "reset_before",
    direct: "hidden",
    gated: false,
    forgetAt: 4,
    forward: both(0, 1, 2),
    inputGates: [0, 1, 2],
    hiddenGates: [0, 1, 2],
    hiddenAt: 0,
    innerAt: 5,
    innerGate: 2,
  },
});
