import { EvanesceError } from "../../base/errors.ts";
import type { TrainingTrace } from "../../training/index.ts";
import { REMEDY } from "../kit/read/fields.ts";
import {
  list,
  nullable,
  number,
  numbers,
  oneOf,
  optional,
  record,
  series,
  type Shape,
  spec,
  text,
  whole,
} from "../kit/read/shapes.ts";
import { PHASE_TONES } from "./findings.ts";

const phase = record({
  name: oneOf(...(Object.keys(PHASE_TONES) as TrainingTrace["phase"]["name"][])),
  next: optional(text),
  since: nullable(whole),
  sentence: text,
});

const parameter = record({
  name: text,
  shape: list(whole),
  layer: number,
  lnGradientNorm: series,
  lnSeenNorm: series,
  lnUpdateNorm: series,
  lnNorm: series,
  lnUpdateRatio: series,
  lnDistance: series,
});

const trace = record({
  schema: oneOf("evanesce.trace/1"),
  spec,
  seed: whole,
  build: text,
  weights: optional(text),
  notes: optional(list(text)),
  task: record({ name: text, batch: whole, steps: optional(whole), loss: text }),
  optimizer: record({ name: text }),
  schedule: record({ name: text }),
  steps: whole,
  updates: whole,
  outcome: oneOf("completed", "stopped", "interrupted", "nonfinite"),
  reason: optional(text),
  baseline: nullable(record({ value: number, source: text })),
  losses: series,
  update: series,
  accuracy: series,
  learningRate: series,
  lnGradientNorm: series,
  clips: list(
    record({
      method: text,
      limit: number,
      before: series,
      after: series,
      angle: series,
      share: series,
      engaged: number,
    }),
  ),
  scaler: optional(
    record({
      ...{ initial: number, growth: number, backoff: number, interval: whole },
      ...{ scale: series, lost: series, overflow: series, skipped: whole, final: number },
    }),
  ),
  parameters: list(parameter),
  evaluations: list(
    record({ update: whole, set: oneOf("validation", "test"), loss: number, accuracy: nullable(number) }),
  ),
  gsnr: list(
    record({
      update: whole,
      parameters: list(
        record({ name: text, gsnr: nullable(number), gsnrMedian: nullable(number), noiseScale: nullable(number) }),
      ),
    }),
  ),
  saturation: list(record({ update: whole, saturated: numbers, dead: numbers })),
  diagnoses: list(
    record({
      update: whole,
      verdict: text,
      totalGain: number,
      axis: text,
      summary: text,
      obstacle: optional(record({ part: text, state: text, evidence: text })),
      causes: optional(list(record({ share: number, sentence: text }))),
      advice: optional(list(record({ sentence: text, options: list(text) }))),
      phase,
    }),
  ),
  truncation: optional(
    list(
      record({
        update: whole,
        windows: whole,
        steps: whole,
        angle: nullable(number),
        ratio: nullable(number),
        lnDropped: number,
        lnLast: number,
      }),
    ),
  ),
  phase,
  final: nullable(record({ loss: number, accuracy: nullable(number) })),
  summary: text,
});

/**
 * Reads `evanesce.trace/1` from JSON. @throws EvanesceError that names the field that is missing or wrong
 */
export const readTrace: Shape<TrainingTrace> = (value, where) => {
  const read = trace(value, where);
  for (const { name, ...columns } of read.parameters) {
    for (const [key, column] of Object.entries(columns)) {
      if (!(column instanceof Float64Array) || column.length === read.update.length) continue;
      const rule = `${read.update.length} numbers, as many as there are traced updates`;
      throw new EvanesceError(`${where}.parameters: ${name}.${key}`, rule, column.length, REMEDY);
    }
  }
  return read as unknown as TrainingTrace;
};
