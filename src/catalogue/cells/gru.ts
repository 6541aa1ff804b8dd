import { defineCell } from "./cell.ts";
import { both, innerActivation, PLAIN } from "./layout.ts";

export const gru = defineCell({
  title: "GRU",
  equations: "r, z = σ(a_r), σ(a_z); n = tanh(W_in x + b_in + r (W_hn h' + b_hn)); h = (1 − z) n + z h'",
  source: "Cho et al. 2014; torch.nn.GRU",
  letters: ["r", "z", "n"],
  gateTheory: true,
  normedGates: [0, 1, 2, 2],
  keeps: { gate: 1, sign: 1, isForgetGate: false, bias: "bias_ih", title: "update gate z" },
  options: ["innerActivation", "gateActivation"],
  // ∂a in the order n_x, r, z, n_h
  layout: {
    ...PLAIN,
    activation: innerActivation,
    kernel: "gru",
    normedKernel: "normed_gru",
    direct: "hidden",
    gated: false,
    forgetAt: 4,
    forward: [...both(0, 1), { gate: 2, of: "input" }, { gate: 2, of: "hidden" }],
    inputGates: [2, 0, 1],
    hiddenGates: [0, 1, 2],
    hiddenAt: 1,
  },
});
