import type { MonitoredRun } from "../../monitor/run/types.ts";
import { count } from "../../words/numbers.ts";
import { type Axis, type Figure, lineMark, type Mark } from "../kit/figure/figure.ts";

/** Most curves in one figure; more could not be told apart. */
const MOST_CURVES = 6;

const UPDATE: Axis = { label: "update", scale: "linear", whole: true };

/** Every figure of a run, the loss first. Quantities that were not recorded have no figure. */
export function runFigures(result: MonitoredRun): Figure[] {
  const { run } = result;
  return [
    loss(run),
    map(
      run,
      "gradients",
      run.axis === "step" ? "Gradient of every step" : "Gradient of every layer",
      run.map.lnNorm,
      "‖∂L/∂w‖",
      "decades",
    ),
    map(run, "updates", "Update against weight", run.map.lnUpdateRatio, "‖Δw‖/‖w‖", "decades"),
    map(
      run,
      "zeros",
      "Gradient entries that are exactly zero",
      run.map.zeros?.some((row) => row.some((share) => share > 0))
        ? run.map.zeros.map((row) => row.map((share) => 100 * share))
        : null,
      "zero, %",
      "linear",
    ),
    clipping(run),
    ...time(run),
  ].filter((figure) => figure !== undefined);
}

type Run = MonitoredRun["run"];

const each = (stride: number) => (stride === 1 ? "every update" : `the mean of ${count(stride)} updates`);

function loss({ curves, loss: { baseline }, curveStride }: Run): Figure | undefined {
  if (!curves.loss.some(Number.isFinite)) return undefined;
  // a loss that is zero or negative has no logarithm
  const log = curves.lossLow.every((value) => !(value <= 0));
  const y = (values: Float64Array) => (log ? values.map(Math.log) : values);
  const marks: Mark[] = [
    ...(curveStride > 1
      ? [
          {
            kind: "band" as const,
            name: "least to most",
            x: curves.update,
            low: y(curves.lossLow),
            high: y(curves.lossHigh),
            slot: 0,
          },
        ]
      : []),
    lineMark("loss", y(curves.loss), 0, curves.update),
    ...(baseline === null || (log && baseline <= 0)
      ? []
      : [{ kind: "rule" as const, name: "trivial answer", at: { y: log ? Math.log(baseline) : baseline } }]),
  ];
  return {
    id: "loss",
    title: "Loss",
    caption: `The loss, ${each(curveStride)}${baseline === null ? "" : "; the dashed line is the loss of the best trivial answer"}.`,
    x: UPDATE,
    y: { label: "loss", scale: log ? "decades" : "linear" },
    marks,
  };
}

/** Most cells of a map, and most rows: this many fit into a page and can be distinguished. */
const MOST_CELLS = 20_000;
const MOST_ROWS = 200;

function map(
  { map: { update, layers }, stride, axis }: Run,
  id: string,
  title: string,
  rows: readonly Float64Array[] | null,
  label: string,
  scale: "decades" | "linear",
): Figure | undefined {
  if (rows === null || rows.length === 0 || update.length === 0) return undefined;
  const what = axis === "step" ? "step" : "layer";
  const kept = evenly(rows.length, MOST_ROWS);
  const join = Math.ceil((kept.length * update.length) / MOST_CELLS);
  const of = kept.length < rows.length ? `${count(kept.length)} of ${count(rows.length)} ${what}s` : `every ${what}`;
  return {
    id,
    title,
    caption: `${label} of ${of}, one row for each, the one nearest the input at the bottom. A column is ${each(stride * join)}.`,
    x: {
      label: "update",
      scale: "names",
      names: Array.from(update, (at) => count(at)).filter((_, c) => c % join === 0),
    },
    y: { label: what, scale: "names", names: kept.map((l) => layers[l]) },
    marks: [
      {
        kind: "heat",
        rows: kept.map((l) => joined(rows[l], join)),
        label,
        scale,
        ...(scale === "linear" ? { span: [0, 1] as const } : {}),
      },
    ],
  };
}

/** At most `most` of n places, evenly spread, with the first and the last. */
function evenly(n: number, most: number): number[] {
  if (n <= most) return Array.from({ length: n }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (n - 1)) / (most - 1)));
}

/** Means of the finite values among neighbors; NaN if one of them is NaN, −∞ if none is finite. */
function joined(values: Float64Array, join: number): Float64Array {
  if (join === 1) return values;
  return Float64Array.from({ length: Math.ceil(values.length / join) }, (_, c) => {
    const part = values.subarray(c * join, (c + 1) * join);
    const broken = part.find((value) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY);
    if (broken !== undefined) return broken;
    const finite = part.filter(Number.isFinite);
    return finite.length === 0 ? part[0] : finite.reduce((sum, value) => sum + value / finite.length, 0);
  });
}

function clipping({ curves: { update, lnClip }, curveStride }: Run): Figure | undefined {
  if (lnClip === null || !lnClip.some((ln) => ln < 0)) return undefined;
  return {
    id: "clipping",
    title: "Clipping",
    caption: `The factor by which clipping multiplies the whole gradient, ${each(curveStride)}. 1 means that it changes nothing.`,
    x: UPDATE,
    y: { label: "factor", scale: "decades" },
    marks: [lineMark("factor", lnClip, 0, update)],
  };
}

/** Profiles along time: one figure for h and one for c. */
function time({ time: profiles }: Run): Figure[] {
  return ["h", "c"].flatMap((of) => {
    const some = profiles.filter((one) => one.of === of).slice(0, MOST_CURVES);
    if (some.length === 0) return [];
    const replayed = some.some((one) => one.replayed !== null);
    return [
      {
        id: of === "h" ? "time" : "time-cell",
        title: of === "h" ? "Gradient along time" : "Gradient of the cell state along time",
        caption: `‖∂L/∂${of}_t‖ at every step, at update ${count(some[0].update)}${replayed ? "; fused modules were run again as loops over their own weights" : ""}.`,
        x: { label: "step", scale: "linear" as const, whole: true, end: "loss ▲" },
        y: { label: `‖∂L/∂${of}_t‖`, scale: "decades" as const },
        marks: some.map((one, slot) =>
          lineMark(
            one.name,
            one.lnGradientNorm,
            slot,
            Float64Array.from(one.lnGradientNorm, (_, t) => t + 1),
          ),
        ),
      },
    ];
  });
}
