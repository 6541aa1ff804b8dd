import { defineCell } from "./cell.ts";
import { leakyLayout } from "./leaky.ts";
import type { CellOptions } from "./options.ts";

/** W − Wᵀ − γ I. */
function stepMatrix(W: Float32Array, H: number, { diffusion }: CellOptions): Float32Array {
  const A = new Float32Array(H * H);
  for (let i = 0; i < H; i++) {
    for (let j = 0; j < H; j++) A[i * H + j] = i === j ? -diffusion : W[i * H + j] - W[j * H + i];
  }
  return A;
}

/** G − Gᵀ. */
function parameterGradient(G: Float64Array, H: number): Float64Array {
  return G.map((value, at) => value - G[(at % H) * H + Math.floor(at / H)]);
}

export const antisymmetric = defineCell({
  title: "antisymmetric RNN",
  equations:
    "h = h' + ε φ(W_ih x + b_ih + (W_hh − W_hhᵀ − γ I) h' + b_hh), ε = `cellOptions.stepSize`, γ = `cellOptions.diffusion`",
  source: "Chang et al. 2019, equation 15 (AntisymmetricRNN)",
  activation: "option",
  options: ["activation", "stepSize", "diffusion"],
  unconstrained: "its step uses W_hh − W_hhᵀ",
  layout: {
    ...leakyLayout(({ stepSize }) => [1, stepSize]),
    recurrence: { forward: stepMatrix, backward: parameterGradient },
  },
});
