import type { GradientFlow } from "../../../flow/index.ts";
import { LN_FLOAT32_LEAST, LN_FLOAT32_MOST, LN_FLOAT32_NORMAL } from "../../kit/float32.ts";
import { type FlowResult, lossEnd, normSymbol } from "../result.ts";
import type { Axis, BandMark, Figure, LineMark, RuleMark } from "../../kit/figure/figure.ts";

/** The limits of float32; each is drawn if a profile comes near it. */
const LIMITS: readonly RuleMark[] = [
  { kind: "rule", name: "float32 overflows, 3.4×10³⁸", at: { y: LN_FLOAT32_MOST } },
  { kind: "rule", name: "float32 loses digits, 1.2×10⁻³⁸", at: { y: LN_FLOAT32_NORMAL } },
  { kind: "rule", name: "float32 underflows, 1.4×10⁻⁴⁵", at: { y: LN_FLOAT32_LEAST } },
];

/** A dashed line where a decoder begins, at the encoder's last state. */
const bottleneckRule = ({ bottleneck }: GradientFlow): RuleMark[] =>
  bottleneck === undefined ? [] : [{ kind: "rule", name: "the decoder begins", at: { x: bottleneck } }];

/** Two decades, so that a small change of the gradient looks small. */
const LEAST_PROFILE = 2 * Math.LN10;

/** The axis of a flow's stations, the loss at its right end. */
export const stations = ({ axis }: GradientFlow): Axis => ({
  label: axis === "step" ? "step t" : "layer l",
  scale: "linear",
  whole: true,
});

/**
 * ‖∂L/∂h_s‖ along the axis, with the spread of the samples, the probe, theory and truncation, if they were measured.
 */
export function profileFigure({ flow, diagnosis: { theory } }: FlowResult): Figure {
  const { lnGradientNorm, quantiles, probe, lastStep, truncated, layers, input, fromStart } = flow;
  const symbol = normSymbol(flow);
  const { batch } = flow.task;
  // ‖δ‖² of a batch is the sum over its samples: √B puts a single sample's norm on the batch's scale
  const onBatch = (values: Float64Array) => values.map((ln) => ln + Math.log(batch) / 2);
  const band: BandMark[] =
    quantiles === undefined || batch < 2
      ? []
      : [
          {
            kind: "band",
            name: "5 to 95 % of samples, × √B",
            low: onBatch(quantiles.q05),
            high: onBatch(quantiles.q95),
            slot: 0,
          },
        ];
  const { low, high } = theory?.band ?? {};
  const [bandLow, bandHigh] = [onProfile(low, flow), onProfile(high, flow)];
  if (bandLow !== undefined && bandHigh !== undefined) {
    band.push({ kind: "band", name: "theory, ± 2 standard deviations", low: bandLow, high: bandHigh, slot: 2 });
  }
  const cell = layers.length === 1 ? layers[0].lnCellGradientNorm : undefined;
  const others: [name: string, values: Float64Array | undefined, slot: number][] = [
    ["probe: a random cotangent", probe?.lnGradientNorm, 1],
    ["the last step's loss alone", lastStep?.lnGradientNorm, 4],
    ["from the start of each sequence", fromStart?.lnGradientNorm, 7],
    ["truncated", truncated?.lnGradientNorm, 3],
    ["‖∂L/∂c_t‖", cell, 5],
    ["‖∂L/∂x_t‖", input?.lnStepNorms, 6],
  ];
  const lines = others.flatMap(([name, y, slot]): LineMark[] =>
    y === undefined ? [] : [{ kind: "line", name, y, slot }],
  );
  // theory is drawn above the measured line; otherwise it would be hidden where both agree
  const expectedLine = onProfile(theory?.lnExpected, flow);
  const onTop: LineMark[] =
    expectedLine === undefined ? [] : [{ kind: "line", name: "theory", y: expectedLine, slot: 2 }];
  const spread = band.some(({ slot }) => slot === 0)
    ? " The blue band holds the middle 90 % of the single samples. Their norms are multiplied by √B, so that they can be compared with the norm of the batch."
    : "";
  const expected = expectedLine === undefined ? "" : " Theory is the prediction of mean-field theory.";
  const probeNote = probe === undefined ? "" : " The probe starts from random unit vectors instead of the loss.";
  return {
    id: "gradient-profile",
    title: "Gradient profile",
    caption: `Norm of the gradient at every ${flow.axis}, the loss at the right, on a logarithmic axis.${spread}${probeNote}${expected}`,
    x: { ...stations(flow), end: lossEnd(flow) },
    y: { label: `${symbol}, gradient norm`, scale: "decades", least: LEAST_PROFILE },
    marks: [
      ...LIMITS,
      ...bottleneckRule(flow),
      ...band,
      ...lines,
      { kind: "line", name: symbol, y: lnGradientNorm, slot: 0 },
      ...onTop,
    ],
  };
}

/** The expectation of theory, if it has a value for every station. */
const onProfile = (values: Float64Array | null | undefined, { lnGradientNorm }: GradientFlow) =>
  values?.length === lnGradientNorm.length ? values : undefined;

/** The layers of a stack over the steps: a map, and lines if the layers are few. */
export function layerFigures({ flow }: FlowResult): Figure[] {
  const { layers } = flow;
  if (layers.length < 2) return [];
  const names = layers.map(({ suffix }, l) => suffix ?? `l${l}`);
  const x = { ...stations(flow), end: lossEnd(flow) };
  const lines: Figure = {
    id: "layer-profiles",
    title: "Gradient profile of each layer",
    caption: "Norm of the gradient at every step, layer by layer of the stack.",
    x,
    y: { label: "‖∂L/∂h_t‖ of the layer", scale: "decades", least: LEAST_PROFILE },
    marks: layers.map(({ lnGradientNorm: y }, l) => ({ kind: "line", name: names[l], y, slot: l })),
  };
  const map: Figure = {
    id: "step-layer-map",
    title: "Gradient over steps and layers",
    caption:
      "Norm of the gradient of every layer at every step, on a logarithmic color scale. The lowest layer is at the bottom.",
    x,
    y: { label: "layer", scale: "names", names },
    marks: [{ kind: "heat", rows: layers.map(({ lnGradientNorm: row }) => row), label: "‖∂L/∂h_t‖", scale: "decades" }],
  };
  return layers.length <= 6 ? [lines, map] : [map];
}

/** The norm of each step's contribution to ∂L/∂W_hh: how much is learned from each step. */
export function contributionFigure({ flow }: FlowResult): Figure[] {
  const { contributions } = flow;
  if (contributions === undefined || !contributions.some((steps) => steps.some(Number.isFinite))) return [];
  const single = contributions.length === 1;
  return [
    {
      id: "contributions",
      title: "Contribution of each step to the weights",
      caption:
        "Norm of each step's contribution to the gradient of the recurrent weights: how much is learned from that step.",
      x: { ...stations(flow), end: lossEnd(flow) },
      y: { label: "‖∂L/∂W_hh at step t‖", scale: "decades", least: LEAST_PROFILE },
      marks:
        contributions.length <= 6
          ? contributions.map((y, l) => ({
              kind: "line" as const,
              name: single ? "contribution" : (flow.layers[l]?.suffix ?? `l${l}`),
              y,
              slot: l,
            }))
          : [{ kind: "heat", rows: contributions, label: "‖∂L/∂W_hh at step t‖", scale: "decades" }],
      ...(contributions.length <= 6
        ? {}
        : {
            y: {
              label: "layer",
              scale: "names",
              names: contributions.map((_, l) => flow.layers[l]?.suffix ?? `l${l}`),
            },
          }),
    },
  ];
}
