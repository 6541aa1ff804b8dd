import { defineCell, type KeepingGate } from "./cell.ts";
import { both, type CellLayout, innerActivation, PLAIN } from "./layout.ts";

/** Gates i, f, g, o. */
export const lstmLayout: CellLayout = {
  ...PLAIN,
  kernel: "lstm",
  normedKernel: "normed_lstm",
  direct: "cell",
  gated: false,
  forgetAt: 4,
  sensitivityAt: 5,
  forward: both(0, 1, 2, 3),
  inputGates: [0, 1, 2, 3],
  hiddenGates: [0, 1, 2, 3],
  hiddenAt: 0,
};

/** The forget gate f of an LSTM. @param gate its place among the gates */
export const forgetGate = (gate: number): KeepingGate => ({
  gate,
  sign: 1,
  isForgetGate: true,
  bias: "bias_ih",
  title: "forget gate",
});

export const lstm = defineCell({
  title: "LSTM",
  equations: "i, f, g, o = σ(a_i), σ(a_f), tanh(a_g), σ(a_o); c = f c' + i g; h = o tanh c",
  source: "Hochreiter and Schmidhuber 1997; Gers et al. 2000; torch.nn.LSTM",
  cellState: true,
  letters: ["i", "f", "g", "o"],
  gateTheory: true,
  normedGates: [0, 1, 2, 3],
  keeps: forgetGate(1),
  writes: 0,
  options: ["innerActivation", "gateActivation"],
  layout: { ...lstmLayout, activation: innerActivation },
  projected: {
    matrix: "weight_hr",
    layout: { ...lstmLayout, activation: innerActivation, kernel: "projected", innerAt: 6, innerDeltaAt: 4 },
  },
});
