import { type FlowResult, lossEnd, normSymbol } from "../result.ts";
import type { Axis, Figure, LineMark } from "../../kit/figure/figure.ts";
import { stations } from "./profile.ts";

/** Figures of what is measured beside the profile: activations, weights, gates, credit. */

const lineOf = (name: string, y: ArrayLike<number>, slot: number, x?: ArrayLike<number>): LineMark => ({
  kind: "line",
  name,
  y,
  slot,
  ...(x === undefined ? {} : { x }),
});

/** The forward signal and the entries of the gradient, layer by layer. */
export function statisticsFigures({ flow }: FlowResult): Figure[] {
  const { statistics } = flow;
  if (statistics === undefined) return [];
  const { mean, variance, saturated, dead, zero, subnormal } = statistics;
  const x = { ...stations(flow), end: lossEnd(flow) };
  const percent = (values: Float64Array) => values.map((share) => 100 * share);
  const shares = [
    lineOf("saturated entries", percent(saturated), 0),
    lineOf("dead units", percent(dead), 1),
    lineOf("zero gradients", percent(zero), 2),
    lineOf("below float32's normal range", percent(subnormal), 3),
  ].filter(({ y }) => Array.from(y).some((share) => share !== 0));
  return [
    {
      id: "activations",
      title: "Activations",
      caption:
        "Mean and variance of each layer's activations over batch and units: what the forward pass makes of its input.",
      x,
      y: { label: "mean and variance of h_l", scale: "linear" },
      marks: [lineOf("variance", variance, 0), lineOf("mean", mean, 1)],
    },
    ...(shares.length === 0 ? [] : [saturation(x, shares)]),
  ];
}

const saturation = (x: Axis, marks: readonly LineMark[]): Figure => ({
  id: "saturation",
  title: "Saturated, dead, lost",
  caption:
    "Entries with φ' below 1 % of its largest, units whose φ' is zero on the whole batch, entries of the gradient that are exactly zero, and those too small for a normal float32. What is nowhere is left out.",
  x,
  y: { label: "share, %", scale: "linear", domain: [0, 100] },
  marks,
});

/** Gradient norm of each layer's weights beside the weights' own. */
export function weightFigure({ flow }: FlowResult): Figure[] {
  const weights = flow.parameters.flatMap(({ name, lnGradientNorm, lnNorm }) => {
    const layer = /^layers\.(\d+)\.weight$/.exec(name);
    return layer === null ? [] : [{ layer: Number(layer[1]), lnGradientNorm, lnNorm }];
  });
  if (weights.length < 2) return [];
  const x = weights.map(({ layer }) => layer);
  return [
    {
      id: "weights",
      title: "Gradients of the weights",
      caption:
        "Norm of each layer's weight gradient, beside the norm of the weights themselves: their ratio is what one step of descent can move.",
      x: { ...stations(flow), end: lossEnd(flow) },
      y: { label: "‖∂L/∂W_l‖ and ‖W_l‖", scale: "decades" },
      marks: [
        lineOf(
          "‖∂L/∂W_l‖",
          weights.map(({ lnGradientNorm }) => lnGradientNorm),
          0,
          x,
        ),
        lineOf(
          "‖W_l‖",
          weights.map(({ lnNorm }) => lnNorm),
          6,
          x,
        ),
      ],
    },
  ];
}

/** How far each layer's carrying gate stands open. */
export function gateFigure({ flow }: FlowResult): Figure[] {
  const gated = flow.layers.flatMap(({ gates, suffix }, l) => (gates === undefined ? [] : [{ gates, suffix, l }]));
  if (gated.length === 0) return [];
  const gru = flow.spec.kind === "recurrent" && flow.spec.cell === "gru";
  const name = gru ? "update gate z" : "forget gate";
  return [
    {
      id: "gates",
      title: gru ? "Update gate" : "Forget gate",
      caption: `Mean of the ${name} over batch and units at every step: at 1 the state is carried on whole, at 0 it is forgotten.`,
      x: { ...stations(flow), end: lossEnd(flow) },
      y: { label: `mean ${name}`, scale: "linear" },
      marks: gated.map(({ gates, suffix, l }, i) =>
        lineOf(gated.length === 1 ? name : (suffix ?? `l${l}`), gates.forget, i),
      ),
    },
  ];
}

/** What one step's loss contributes to earlier steps, by lag; and loss by loss where the whole of it was kept. */
export function creditFigures({ flow }: FlowResult): Figure[] {
  const { credit } = flow;
  if (credit === undefined) return [];
  const byLag: Figure = {
    id: "credit",
    title: "Credit by lag",
    caption:
      "What a single step's loss contributes to the gradient so many steps before it: the mean, over losses, of the norm's logarithm.",
    x: { label: "lag t − s, steps", scale: "linear", whole: true },
    y: { label: "‖∂L_t/∂h_s‖", scale: "decades" },
    marks: [lineOf("‖∂L_t/∂h_s‖", credit.lnNormByLag, 0)],
  };
  if (credit.matrix === undefined || credit.matrix.length < 2) return [byLag];
  return [
    byLag,
    {
      id: "credit-map",
      title: "Credit of each loss",
      caption: "What the loss at step t, a row each, contributes to the gradient at step s.",
      x: { label: "step s", scale: "linear", whole: true },
      y: { label: "loss at step t", scale: "names", names: credit.losses.map(String) },
      marks: [{ kind: "heat", rows: credit.matrix, label: normSymbol(flow), scale: "decades" }],
    },
  ];
}
