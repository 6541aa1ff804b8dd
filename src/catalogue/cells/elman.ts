import type { ElmanCellName } from "./elman-names.ts";
import { defineCell, type CellFacts } from "./cell.ts";
import { both, type CellLayout, PLAIN } from "./layout.ts";

/** How the equations write φ, where they do not write its name. */
const WRITTEN: Partial<Record<ElmanCellName, string>> = { sigmoid: "σ", identity: "" };

export const elmanLayout = (activation: CellLayout["activation"]): CellLayout => ({
  ...PLAIN,
  kernel: "elman",
  normedKernel: "normed_elman",
  activation,
  direct: "none",
  gated: true,
  forward: both(0),
  inputGates: [0],
  hiddenGates: [0],
  hiddenAt: 0,
});

/** h = φ(a). */
export const elman = (activation: ElmanCellName): CellFacts =>
  defineCell({
    title: `${activation} RNN`,
    equations: `h = ${WRITTEN[activation] ?? activation}(W_ih x + b_ih + W_hh h' + b_hh)`,
    source: "Elman 1990; torch.nn.RNN",
    normedGates: [0],
    activation,
    layout: elmanLayout(() => activation),
  });
