import { defineCell } from "./cell.ts";
import { both, PLAIN } from "./layout.ts";

export const mgu = defineCell({
  title: "mgu RNN",
  equations: "f = σ(a_f); n = tanh(W_in x + b_in + f (W_hn h' + b_hn)); h = (1 − f) h' + f n",
  source: "Zhou et al. 2016, equations 6 to 8, the gate after the product as in torch.nn.GRU",
  letters: ["f", "n"],
  keeps: { gate: 0, sign: -1, isForgetGate: false, bias: "bias_ih", title: "forget gate" },
  // ∂a in the order n_x, f, n_h
  layout: {
    ...PLAIN,
    kernel: "mgu",
    direct: "hidden",
    gated: false,
    forgetAt: 4,
    forward: [...both(0), { gate: 1, of: "input" }, { gate: 1, of: "hidden" }],
    inputGates: [1, 0],
    hiddenGates: [0, 1],
    hiddenAt: 1,
  },
});
