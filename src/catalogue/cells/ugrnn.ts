import { defineCell } from "./cell.ts";
import { both, PLAIN } from "./layout.ts";

export const ugrnn = defineCell({
  title: "ugrnn RNN",
  equations: "u, n = σ(a_u), tanh(a_n); h = u h' + (1 − u) n",
  source: "Collins et al. 2017, equations 10 to 12 (UGRNN)",
  letters: ["u", "n"],
  keeps: { gate: 0, sign: 1, isForgetGate: false, bias: "bias_ih", title: "update gate u" },
  layout: {
    ...PLAIN,
    kernel: "ugrnn",
    direct: "hidden",
    gated: false,
    forgetAt: 2,
    forward: both(0, 1),
    inputGates: [0, 1],
    hiddenGates: [0, 1],
    hiddenAt: 0,
  },
});
