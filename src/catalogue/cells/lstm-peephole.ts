import { defineCell } from "./cell.ts";
import { learnedVectors } from "./layout.ts";
import { forgetGate, lstmLayout } from "./lstm.ts";

/** Peepholes start at zero, so that the network starts as a plain LSTM. */
export const lstm_peephole = defineCell({
  unzoned: "its output gate looks at the cell state that the step made",
  title: "lstm_peephole RNN",
  equations: "the LSTM with a_i + w_ci c', a_f + w_cf c' and a_o + w_co c",
  source: "Gers and Schmidhuber 2000; Graves 2013, equations 7 to 11",
  cellState: true,
  letters: ["i", "f", "g", "o"],
  vectors: [{ name: "weight_ci" }, { name: "weight_cf" }, { name: "weight_co" }],
  keeps: forgetGate(1),
  writes: 0,
  layout: {
    ...lstmLayout,
    kernel: "peephole",
    vectors: learnedVectors,
    vectorAt: 4,
  },
});
