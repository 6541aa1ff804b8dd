import { inGroup, isWeight } from "../../spec/parameter-groups.ts";
import type { ParameterTrace, TrainingTrace } from "../../training/index.ts";
import { type Axis, type Figure, type LineMark, lineMark } from "../kit/figure/figure.ts";
import { smooth } from "../kit/figure/smooth.ts";

/** Curves of a training run: its measurements, update by update. */

/** Most curves in one figure; more could not be told apart. */
const MOST_CURVES = 6;

const UPDATE: Axis = { label: "update", scale: "linear", whole: true };

/** Least range of the gain's axis: ln 1000, the bound of a healthy path, so that a small gain looks small. */
const LEAST_GAIN = Math.log(1000);

/** A noisy line with its running mean. */
const noisy = (
  name: string,
  y: ArrayLike<number>,
  scale: "linear" | "decades",
  slot: number,
  x: ArrayLike<number>,
): LineMark => {
  const smoothed = smooth(y, scale);
  return { ...lineMark(name, y, slot, x), ...(smoothed === undefined ? {} : { smoothed }) };
};

/** Every figure of a run, the loss first. Quantities that were not measured have no figure. */
export function traceFigures(trace: TrainingTrace): Figure[] {
  return [
    loss(trace),
    accuracy(trace),
    path(trace),
    ...parameters(trace, "lnGradientNorm", "gradients", "Gradients of the weights", "‖∂L/∂θ‖"),
    ...parameters(trace, "lnUpdateRatio", "updates", "Updates of the weights", "‖Δθ‖/‖θ‖"),
    clipping(trace),
    scaler(trace),
    rate(trace),
    gsnr(trace),
    saturation(trace),
  ].filter((figure) => figure !== undefined);
}

/** The numbers of the updates; the first is 1. */
const counted = (length: number) => Float64Array.from({ length }, (_, i) => i + 1);

function loss({ losses, baseline, evaluations }: TrainingTrace): Figure {
  const watched = evaluations.filter(({ set }) => set === "validation");
  // a loss may be zero or negative, for example without targets; then it has no logarithm
  const log = losses.every((value) => !(value <= 0)) && watched.every(({ loss: value }) => !(value <= 0));
  const y = log ? Math.log : (value: number) => value;
  return {
    id: "loss",
    title: "Loss",
    caption: `The training loss before every update${
      watched.length === 0 ? "" : ", and the loss on the validation samples"
    }${baseline === null ? "" : "; the dashed line is the loss of the best trivial answer"}.`,
    x: UPDATE,
    y: { label: "loss", scale: log ? "decades" : "linear" },
    marks: [
      noisy("training", losses.map(y), log ? "decades" : "linear", 0, counted(losses.length)),
      ...(watched.length === 0
        ? []
        : [
            {
              ...lineMark(
                "validation",
                watched.map((each) => y(each.loss)),
                1,
                watched.map(({ update }) => update),
              ),
              points: true,
            },
          ]),
      ...(baseline === null || (log && baseline.value <= 0)
        ? []
        : [{ kind: "rule" as const, name: "trivial answer", at: { y: y(baseline.value) } }]),
    ],
  };
}

function accuracy({ accuracy: measured, update, evaluations }: TrainingTrace): Figure | undefined {
  if (!measured.some(Number.isFinite)) return undefined;
  const watched = evaluations.filter(({ set, accuracy: right }) => set === "validation" && right !== null);
  return {
    id: "accuracy",
    title: "Accuracy",
    caption: "Share of the samples with a right answer, before every traced update.",
    x: UPDATE,
    y: { label: "right, %", scale: "linear", domain: [0, 100] },
    marks: [
      noisy(
        "training",
        measured.map((share) => 100 * share),
        "linear",
        0,
        update,
      ),
      ...(watched.length === 0
        ? []
        : [
            {
              ...lineMark(
                "validation",
                watched.map(({ accuracy: right }) => 100 * (right as number)),
                1,
                watched.map((each) => each.update),
              ),
              points: true,
            },
          ]),
    ],
  };
}

/** The gain along the path, from the diagnoses during the run. */
function path({ diagnoses }: TrainingTrace): Figure | undefined {
  const looks = diagnoses.filter(({ totalGain }) => !Number.isNaN(totalGain));
  if (looks.length < 2) return undefined;
  return {
    id: "path",
    title: "Gain along the path",
    caption:
      "ln of the ratio of a random cotangent's norms at the first and the last station, at every diagnosis during the run. Below 0 the path shrinks a gradient, above 0 it amplifies it.",
    x: UPDATE,
    y: { label: "gain, nats", scale: "linear", least: LEAST_GAIN },
    marks: [
      { kind: "rule", name: "kept", at: { y: 0 } },
      lineMark(
        "gain",
        looks.map(({ totalGain }) => totalGain),
        0,
        looks.map(({ update }) => update),
      ),
    ],
  };
}

/**
 * Curves of some weight matrices, and a map of all of them over the updates, which shows how a layer differs from its
 * neighbors.
 */
function parameters(
  { parameters: all, update }: TrainingTrace,
  key: "lnGradientNorm" | "lnUpdateRatio",
  id: string,
  title: string,
  label: string,
): Figure[] {
  const matrices = all.filter(({ shape }) => shape.length > 1);
  if (matrices.length === 0 || update.length < 2) return [];
  const step = Math.max(1, (matrices.length - 1) / (MOST_CURVES - 1));
  const drawn = [...new Set(Array.from({ length: MOST_CURVES }, (_, i) => matrices[Math.round(i * step)]))].filter(
    (one) => one !== undefined,
  );
  const some =
    drawn.length === matrices.length ? "every weight matrix" : `${drawn.length} of ${matrices.length} weight matrices`;
  const curves: Figure = {
    id,
    title,
    caption: `${label} of ${some} over the run, on a logarithmic axis.`,
    x: UPDATE,
    y: { label, scale: "decades", least: Math.LN10 },
    marks: drawn.map((one, slot) => noisy(one.name, one[key], "decades", slot, update)),
  };
  return matrices.length < 2 ? [curves] : [curves, map(matrices, key, `${id}-map`, title, label)];
}

const map = (
  matrices: readonly ParameterTrace[],
  key: "lnGradientNorm" | "lnUpdateRatio",
  id: string,
  title: string,
  label: string,
): Figure => ({
  id,
  title: `${title}, all of them`,
  caption: `${label} of every weight matrix over the traced updates, one row for each, on a logarithmic color scale. The lowest layer is at the bottom.`,
  x: { label: "traced update", scale: "linear", whole: true },
  y: { label: "weight", scale: "names", names: matrices.map(({ name }) => name) },
  marks: [{ kind: "heat", rows: matrices.map((one) => one[key]), label, scale: "decades" }],
});

function clipping({ clips, update }: TrainingTrace): Figure | undefined {
  if (clips.length === 0) return undefined;
  return {
    id: "clipping",
    title: "Clipping",
    caption: "Norm of the whole gradient before clipping and after it.",
    x: UPDATE,
    y: { label: "‖∂L/∂θ‖ of all parameters", scale: "decades" },
    marks: clips.flatMap(({ method, limit, before, after }, i) => [
      lineMark(`before, by ${method} to ${limit}`, before, 2 * i, update),
      lineMark(`after, by ${method} to ${limit}`, after, 2 * i + 1, update),
    ]),
  };
}

function scaler({ scaler: watched, update }: TrainingTrace): Figure | undefined {
  if (watched === undefined || update.length < 2) return undefined;
  return {
    id: "loss-scaler",
    title: "Loss scale",
    caption: `The scale that PyTorch's float16 loss scaler would have in this float32 run: it would skip ${watched.skipped} updates.`,
    x: UPDATE,
    y: { label: "loss scale", scale: "decades", least: Math.LN10 },
    marks: [lineMark("loss scale", watched.scale.map(Math.log), 0, update)],
  };
}

/** The learning rate, drawn if the schedule changes it. */
function rate({ learningRate, update, schedule }: TrainingTrace): Figure | undefined {
  if (learningRate.every((value) => value === learningRate[0])) return undefined;
  return {
    id: "learning-rate",
    title: "Learning rate",
    caption: `Under the schedule ${schedule.name}.`,
    x: UPDATE,
    y: { label: "learning rate", scale: "linear" },
    marks: [lineMark("learning rate", learningRate, 0, update)],
  };
}

function gsnr({ gsnr: looks, spec }: TrainingTrace): Figure | undefined {
  const names = (looks[0]?.parameters ?? []).map(({ name }) => name).filter(inGroup(spec, isWeight));
  if (looks.length < 2 || names.length === 0) return undefined;
  const step = Math.max(1, (names.length - 1) / (MOST_CURVES - 1));
  const drawn = [...new Set(Array.from({ length: MOST_CURVES }, (_, i) => names[Math.round(i * step)]))];
  const value = (name: string, look: (typeof looks)[number]) => {
    const found = look.parameters.find((one) => one.name === name)?.gsnrMedian ?? null;
    return found === null ? Number.NaN : Math.log(found);
  };
  return {
    id: "gsnr",
    title: "Gradient signal-to-noise ratio",
    caption:
      "Squared mean over variance of the gradient's entries (Liu et al. 2020), the median of each parameter, at every measurement during the run.",
    x: UPDATE,
    y: { label: "GSNR", scale: "decades" },
    marks: drawn
      .filter((name) => name !== undefined)
      .map((name, slot) =>
        lineMark(
          name,
          looks.map((look) => value(name, look)),
          slot,
          looks.map(({ update }) => update),
        ),
      ),
  };
}

function saturation({ saturation: looks }: TrainingTrace): Figure | undefined {
  const layers = looks[0]?.saturated.length ?? 0;
  if (looks.length < 2 || layers === 0) return undefined;
  return {
    id: "saturation",
    title: "Saturation",
    caption:
      "Share of each layer's derivatives below 1 % of the largest, at every measurement during the run, one row for each layer. The lowest layer is at the bottom.",
    x: {
      label: "update",
      scale: "names",
      names: looks.map(({ update }) => String(update)),
    },
    y: { label: "layer", scale: "names", names: Array.from({ length: layers }, (_, l) => String(l)) },
    marks: [
      {
        kind: "heat",
        rows: Array.from({ length: layers }, (_, l) =>
          Float64Array.from(looks, ({ saturated }) => 100 * (saturated[l] ?? Number.NaN)),
        ),
        label: "saturated, %",
        scale: "linear",
        span: [0, 1],
      },
    ],
  };
}
