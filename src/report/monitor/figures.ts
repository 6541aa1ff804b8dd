import type { MonitoredRun } from "../../monitor/run/types.ts";
import { count } from "../../words/numbers.ts";
import { type Axis, type Figure, lineMark, type Mark } from "../kit/figure/figure.ts";

/** Curves that a figure can tell apart. */
const MOST_CURVES = 6;

const UPDATE: Axis = { label: "update", scale: "linear", whole: true };

/** Every figure of a run, the loss first. What was not recorded has none. */
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
      run.map.zeros?.map((row) => row.map((share) => 100 * share)) ?? null,
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
    caption: `The loss, ${each(curveStride)}${baseline === null ? "" : "; the dashed line is the best trivial answer's"}.`,
    x: UPDATE,
    y: { label: "loss", scale: log ? "decades" : "linear" },
    marks,
  };
}

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
  return {
    id,
    title,
    caption: `${label} of every ${what}, a row each, the one nearest the input at the bottom, ${each(stride)} in a column.`,
    x: { label: "update", scale: "names", names: Array.from(update, (at) => count(at)) },
    y: { label: what, scale: "names", names: layers },
    marks: [{ kind: "heat", rows, label, scale, ...(scale === "linear" ? { span: [0, 1] as const } : {}) }],
  };
}

function clipping({ curves: { update, lnClip }, curveStride }: Run): Figure | undefined {
  if (lnClip === null || !lnClip.some((ln) => ln < 0)) return undefined;
  return {
    id: "clipping",
    title: "Clipping",
    caption: `The factor that clipping puts on the whole gradient, ${each(curveStride)}: 1 where it does nothing.`,
    x: UPDATE,
    y: { label: "factor", scale: "decades" },
    marks: [lineMark("factor", lnClip, 0, update)],
  };
}

/** Profiles along time, those of h in one figure and those of c in another. */
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
