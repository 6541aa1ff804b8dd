import { type Axis, type Figure, type LineMark, lineMark } from "../../kit/figure/figure.ts";
import { type FlowResult, lossEnd } from "../result.ts";
import { stations } from "./profile.ts";

/** The forward signal and the entries of the gradient, layer by layer. */
export function statisticsFigures({ flow }: FlowResult): Figure[] {
  const { statistics } = flow;
  if (statistics === undefined) return [];
  const { mean, variance, saturated, dead, zero, subnormal } = statistics;
  const x = { ...stations(flow), end: lossEnd(flow) };
  const percent = (values: Float64Array) => values.map((share) => 100 * share);
  const shares = [
    lineMark("saturated entries", percent(saturated), 0),
    lineMark("dead units", percent(dead), 1),
    lineMark("zero gradients", percent(zero), 2),
    lineMark("below float32's normal range", percent(subnormal), 3),
  ].filter(({ y }) => Array.from(y).some((share) => share !== 0));
  return [
    {
      id: "activations",
      title: "Activations",
      caption: "Mean and variance of each layer's activations over batch and units: the size of the forward signal.",
      x,
      y: { label: "mean and variance of h_l", scale: "linear" },
      marks: [lineMark("variance", variance, 0), lineMark("mean", mean, 1)],
    },
    ...(shares.length === 0 ? [] : [saturation(x, shares)]),
  ];
}

const saturation = (x: Axis, marks: readonly LineMark[]): Figure => ({
  id: "saturation",
  title: "Saturated, dead, lost",
  caption:
    "Share of the entries with φ' below 1 % of its largest value, of the units whose φ' is zero for the whole batch, and of the entries of the gradient that are exactly zero or too small for a normal float32. Lines that are zero everywhere are left out.",
  x,
  y: { label: "share, %", scale: "linear", domain: [0, 100] },
  marks,
});
