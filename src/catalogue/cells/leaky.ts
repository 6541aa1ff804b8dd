import { defineCell } from "./cell.ts";
import { elmanLayout } from "./elman.ts";
import type { CellLayout } from "./layout.ts";

/** h ← κ h' + λ φ(a), vectors κ and λ. */
export const leakyLayout = (vectors: CellLayout["vectors"]): CellLayout => ({
  ...elmanLayout(({ activation }) => activation),
  kernel: "leaky",
  direct: "hidden",
  vectors,
  vectorAt: 1,
});

export const leaky = defineCell({
  title: "leaky RNN",
  equations: "h = (1 − α) h' + α φ(a), α = `cellOptions.leak`",
  source: "Jaeger et al. 2007, equation 1",
  activation: "option",
  options: ["activation", "leak"],
  opens: { parameters: [], options: { leak: 0 } },
  layout: leakyLayout(({ leak }) => [1 - leak, leak]),
});
