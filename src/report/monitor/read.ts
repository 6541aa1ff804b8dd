import type { MonitoredRun } from "../../monitor/run/types.ts";
import { list, nullable, number, oneOf, record, series, type Shape, text, whole } from "../kit/read/shapes.ts";

const layer = record({
  name: text,
  lnGradientNorm: number,
  gain: number,
  zeroShare: number,
  lnUpdateRatio: nullable(number),
});

const finding = record({ label: text, text });

const run = record({
  name: text,
  framework: nullable(text),
  model: nullable(text),
  optimizer: nullable(text),
  lossName: nullable(text),
  axis: oneOf("layer", "step"),
  updates: whole,
  window: whole,
  stride: whole,
  curveStride: whole,
  activity: text,
  doing: text,
  since: nullable(whole),
  loss: record({
    first: nullable(number),
    last: nullable(number),
    least: nullable(number),
    baseline: nullable(number),
  }),
  curves: record({
    update: series,
    loss: series,
    lossLow: series,
    lossHigh: series,
    lnClip: nullable(series),
    lnTotal: series,
  }),
  map: record({
    update: series,
    layers: list(text),
    lnNorm: list(series),
    lnUpdateRatio: nullable(list(series)),
    zeros: nullable(list(series)),
  }),
  rates: nullable(list(number)),
  steps: list(
    record({ name: text, lnUpdateRatio: nullable(number), lnStep: nullable(number), adam: nullable(number) }),
  ),
  time: list(record({ name: text, of: text, update: whole, verdict: text, lnGradientNorm: series, sentence: text })),
  findings: list(finding),
});

const monitored = record({
  schema: oneOf("evanesce.monitor/1"),
  verdict: oneOf("vanishing", "exploding", "healthy", "dead", "nonfinite", "mixed", "blocked"),
  summary: text,
  layers: list(layer),
  causes: list(record({ share: number, sentence: text })),
  run,
});

/**
 * Reads `evanesce.monitor/1` of a run from JSON. @throws EvanesceError that names the field that is missing or wrong
 */
export const readRun: Shape<MonitoredRun> = (value, where) => monitored(value, where) as unknown as MonitoredRun;
