import type { NetworkSpec } from "../../spec/index.ts";
import type { Prediction } from "../../theory/index.ts";
import type { Figure, Mark } from "../kit/figure/figure.ts";
import { stationNoun } from "./findings.ts";

/** Figures of the expected gradient and of the expected forward pass. A figure without values is left out. */
export const predictionFigures = (spec: NetworkSpec, prediction: Prediction): Figure[] =>
  [profileFigure(spec, prediction), forwardFigure(spec, prediction.q)].filter((figure) => figure !== undefined);

const axisOf = (spec: NetworkSpec) => ({
  label: stationNoun(spec) === "step" ? "step t" : "layer l",
  scale: "linear" as const,
  whole: true,
});

function profileFigure(spec: NetworkSpec, { lnGradientNorm, band, lnBound }: Prediction): Figure | undefined {
  if (lnGradientNorm === null || lnGradientNorm.length < 2) return undefined;
  const marks: Mark[] = [
    ...(band === null
      ? []
      : [{ kind: "band" as const, name: "one network, ± 2 standard deviations", ...ends(band), slot: 2 }]),
    ...(lnBound === null ? [] : [{ kind: "line" as const, name: "upper bound", y: lnBound, slot: 1 }]),
    { kind: "line", name: "expected", y: lnGradientNorm, slot: 2 },
  ];
  return {
    id: "expected-profile",
    title: "Expected gradient profile",
    caption: `Norm of the gradient that theory expects at every ${stationNoun(spec)}, relative to that at the last one, on a logarithmic axis.${
      band === null ? "" : " A single network of this width should lie in the band."
    }${lnBound === null ? "" : " No network with these weights exceeds the bound (Pascanu et al. 2013)."}`,
    x: { ...axisOf(spec), end: "loss ▲" },
    y: { label: "‖∂L/∂h‖, the last = 1", scale: "decades" },
    marks,
  };
}

const ends = ({ low, high }: NonNullable<Prediction["band"]>) => ({ low, high });

function forwardFigure(spec: NetworkSpec, q: readonly number[]): Figure | undefined {
  if (q.length < 2 || !q.some((value) => Number.isFinite(value) && value > 0)) return undefined;
  return {
    id: "expected-variance",
    title: "Expected pre-activations",
    caption: `Variance of the pre-activations that theory expects at every ${stationNoun(spec)}, the size of the forward signal.`,
    x: axisOf(spec),
    y: { label: "variance q", scale: "decades" },
    marks: [{ kind: "line", name: "q", y: q.map(Math.log), slot: 0 }],
  };
}
