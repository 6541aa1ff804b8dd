import { defineCell } from "./cell.ts";
import { elmanLayout } from "./elman.ts";
import { type CellLayout, learnedVectors } from "./layout.ts";

/** h ← φ(W x + u h'), vector u. */
export const independentLayout = (activation: CellLayout["activation"]): CellLayout => ({
  ...elmanLayout(activation),
  kernel: "independent",
  forward: [{ gate: 0, of: "input" }],
  hiddenGates: [],
  vectors: learnedVectors,
  vectorAt: 1,
});

export const indrnn = defineCell({
  title: "indrnn RNN",
  equations: "h = φ(W_ih x + b_ih + u h'), u = weight_hh [H]",
  source: "Li et al. 2018, equation 1 (IndRNN)",
  activation: "option",
  options: ["activation"],
  recurrentMatrix: false,
  recurrentVector: "weight_hh",
  vectors: [
    {
      name: "weight_hh",
      // u ~ U(0, gain) (Li et al. 2018, section 4.1), or gain for init "identity" and 0 for "zeros"
      start: ({ init: { recurrent, gain } }, rng) =>
        recurrent === "zeros" ? 0 : recurrent === "identity" ? gain : gain * rng.uniform(),
    },
  ],
  recurrentInits: ["identity", "zeros"],
  isometry: "identity",
  describeRecurrent: ({ recurrent, gain }) =>
    recurrent === "zeros"
      ? "zero recurrent"
      : recurrent === "identity"
        ? `recurrent weights u = ${gain}`
        : `recurrent weights u from 0 to ${gain}`,
  sound: {
    sentence: "Start the recurrent weights u at 1 (init identity)",
    init: () => ({ recurrent: "identity", gain: 1 }),
  },
  layout: independentLayout(({ activation }) => activation),
});
