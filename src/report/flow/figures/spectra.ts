import type { Jacobians } from "../../../measure/jacobians.ts";
import { figureId } from "../../kit/figure/figure-id.ts";
import type { Figure } from "../../kit/figure/figure.ts";

const orZero = (values: readonly (number | null)[]) =>
  Float64Array.from(values, (value) => value ?? Number.NEGATIVE_INFINITY);
const ranks = (length: number) => Float64Array.from({ length }, (_, i) => i + 1);

/** Singular values along the trajectory, and the growth rates of their products. */
export function spectrumFigures(jacobians: Jacobians): Figure[] {
  const { singularValues, lyapunov, window, state, weights, axis } = jacobians;
  const of = state === "h" ? "h" : `(${state})`;
  const figures: Figure[] = [];
  const { lnValues } = singularValues;
  if (lnValues.length > 0) {
    figures.push({
      id: "singular-values",
      title: "Singular values of the path's Jacobian",
      caption: `How much ∂${of}_${window.to}/∂${of}_${window.from} stretches or shrinks each of its directions over ${window.factors} ${axis}s. Values too small to be told from zero are drawn at 0.`,
      x: { label: "rank", scale: "linear", whole: true },
      y: { label: "singular value", scale: "decades" },
      marks: [
        { kind: "line", name: "singular value", x: ranks(lnValues.length), y: orZero(lnValues), slot: 0, points: true },
      ],
    });
  }
  if (lyapunov !== null && lyapunov.exponents.length > 0) {
    figures.push({
      id: "lyapunov",
      title: "Lyapunov exponents",
      caption: `Mean growth of a small disturbance in each direction, in nats a step, over ${lyapunov.steps} steps: below 0 it shrinks, above 0 it grows.`,
      x: { label: "rank", scale: "linear", whole: true },
      y: { label: "exponent, nats a step", scale: "linear" },
      marks: [
        { kind: "rule", name: "neither grows nor shrinks", at: { y: 0 } },
        {
          kind: "line",
          name: "Lyapunov exponent",
          x: ranks(lyapunov.exponents.length),
          y: orZero(lyapunov.exponents),
          slot: 0,
          points: true,
        },
      ],
    });
  }
  for (const { gate, eigenvalues, spectralRadius } of weights) {
    if (eigenvalues === undefined || spectralRadius === null) continue;
    figures.push({
      id: figureId(`eigenvalues-${gate}`),
      title: weights.length === 1 ? "Eigenvalues of W_hh" : `Eigenvalues of W_hh, gate ${gate}`,
      caption: `Each eigenvalue's modulus by rank; the spectral radius is ${spectralRadius.toPrecision(4)}.`,
      x: { label: "rank", scale: "linear", whole: true },
      y: { label: "|λ|", scale: "linear" },
      marks: [
        { kind: "rule", name: "1", at: { y: 1 } },
        {
          kind: "line",
          name: "|λ|",
          x: ranks(eigenvalues.length),
          y: Float64Array.from(eigenvalues, ([re, im]) => Math.hypot(re, im)),
          slot: 0,
          points: true,
        },
      ],
    });
  }
  return figures;
}
