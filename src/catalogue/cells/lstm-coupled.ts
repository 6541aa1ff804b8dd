import { defineCell } from "./cell.ts";
import { both } from "./layout.ts";
import { forgetGate, lstmLayout } from "./lstm.ts";

export const lstm_coupled = defineCell({
  title: "lstm_coupled RNN",
  equations: "f, g, o = σ(a_f), tanh(a_g), σ(a_o); c = f c' + (1 − f) g; h = o tanh c",
  source: "Greff et al. 2017, section 3 (CIFG)",
  cellState: true,
  letters: ["f", "g", "o"],
  keeps: forgetGate(0),
  layout: {
    ...lstmLayout,
    kernel: "coupled",
    forgetAt: 3,
    sensitivityAt: 4,
    forward: both(0, 1, 2),
    inputGates: [0, 1, 2],
    hiddenGates: [0, 1, 2],
  },
});
