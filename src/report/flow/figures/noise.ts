import type { GradientNoise, GradientStatistics, UpdateRatio } from "../../../metrics/index.ts";
import type { Axis, Figure, LineMark, RuleMark } from "../../kit/figure/figure.ts";

/**
 * Figures of the noise of the gradient over the samples of a batch, layer by layer, and of the size of an update of
 * each parameter.
 */

const named = (label: string, names: readonly string[]): Axis => ({ label, scale: "names", names });

const pointsOf = (name: string, y: readonly number[], slot: number): LineMark => ({
  kind: "line",
  name,
  y,
  slot,
  points: true,
});

/** ln of a ratio that may be missing, zero or infinite; NaN if it is missing. */
const ln = (value: number | null): number => (value === null ? Number.NaN : Math.log(value));

/** Signal and noise of the gradient, layer by layer. */
export function noiseFigures({ samples, layers }: GradientStatistics): Figure[] {
  if (samples < 2 || layers.length === 0) return [];
  const x = named(
    "layer",
    layers.map(({ name }) => name),
  );
  const each = (pick: (layer: GradientNoise) => number) => layers.map(pick);
  const line = (name: string, pick: (layer: GradientNoise) => number, slot: number) => pointsOf(name, each(pick), slot);
  const figures: Figure[] = [
    {
      id: "gradient-noise",
      title: "Signal and noise of the gradient",
      caption: `For the gradient of every layer: the norm of its mean over ${samples} samples, the standard deviation of the samples around it, √tr Σ, and the size of a single sample's gradient. Where the mean is below the deviation divided by √B, the batch does not determine its direction.`,
      x,
      y: { label: "norm", scale: "decades" },
      marks: [
        line("‖mean gradient‖", ({ lnMeanNorm }) => lnMeanNorm, 0),
        line("√tr Σ", ({ lnVariance }) => (lnVariance ?? Number.NaN) / 2, 1),
        line("root mean square of ‖g_b‖", ({ lnSampleNorm }) => lnSampleNorm, 2),
      ],
    },
    {
      id: "gsnr",
      title: "Gradient signal-to-noise ratio",
      caption:
        "Squared mean divided by the variance of the gradient's entries (Liu et al. 2020): the median over the entries of a layer. For noise alone it is 0.455/B.",
      x,
      y: { label: "GSNR", scale: "decades" },
      marks: [
        rule("noise alone", Math.log(0.455 / samples)),
        line("median GSNR", ({ gsnrMedian }) => ln(gsnrMedian), 0),
      ],
    },
    {
      id: "noise-scale",
      title: "Noise scale",
      caption: `The batch at which signal and noise are equal (McCandlish et al. 2018), and the norm test, the mean's error over itself (Byrd et al. 2012): above 1 a batch of ${samples} shows no direction.`,
      x,
      y: { label: "noise scale, samples; norm test", scale: "decades" },
      marks: [
        rule("norm test 1", 0),
        line("noise scale", ({ noiseScale }) => ln(noiseScale), 0),
        line("norm test", ({ normTest }) => ln(normTest), 1),
      ],
    },
  ];
  return figures.map(whole).filter((figure) => figure !== undefined);
}

const rule = (name: string, y: number): RuleMark => ({ kind: "rule", name, at: { y } });

/** The figure without its empty lines; undefined if all lines are empty. */
function whole(figure: Figure): Figure | undefined {
  const marks = figure.marks.filter((mark) => mark.kind !== "line" || Array.from(mark.y).some((y) => !Number.isNaN(y)));
  return marks.some(({ kind }) => kind === "line") ? { ...figure, marks } : undefined;
}

/** How far a step of plain gradient descent would move every parameter; empty if no parameter has a norm. */
export function updateFigure(updates: readonly UpdateRatio[]): Figure[] {
  const known = updates.filter(({ log10 }) => log10 !== null);
  if (known.length === 0) return [];
  return [
    {
      id: "updates",
      title: "Updates relative to the parameters",
      caption:
        "How far one step of plain gradient descent would move every parameter, as a share of its own norm. Training works in the band.",
      x: named(
        "parameter",
        known.map(({ name }) => name),
      ),
      y: { label: "lr ‖∂L/∂W‖ / ‖W‖", scale: "decades" },
      marks: [
        {
          kind: "band",
          name: "1e-4 to 1e-1",
          low: known.map(() => -4 * Math.LN10),
          high: known.map(() => -1 * Math.LN10),
          slot: 2,
        },
        pointsOf(
          "update over parameter",
          known.map(({ log10 }) => (log10 as number) * Math.LN10),
          0,
        ),
      ],
    },
  ];
}
