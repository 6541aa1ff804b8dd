import type { NetworkSpec } from "../../spec/index.ts";
import type { Prediction } from "../../theory/index.ts";
import {
  flag,
  list,
  nullable,
  number,
  numbers,
  oneOf,
  record,
  series,
  type Shape,
  spec,
  text,
} from "../kit/read/shapes.ts";

/** A prediction and the spec of its network. */
export interface PredictionResult {
  readonly spec: NetworkSpec;
  readonly prediction: Prediction;
}

const known = nullable(number);

const prediction = record({
  schema: oneOf("evanesce.prediction/1"),
  spec,
  applies: flag,
  why: text,
  regime: text,
  phase: nullable(oneOf("ordered", "critical", "chaotic")),
  sigmaW2: known,
  sigmaB2: known,
  criticalSigmaW2: known,
  q: numbers,
  qStar: known,
  chi1: known,
  chiQ: known,
  cStar: known,
  xiQ: known,
  xiC: known,
  xiGrad: known,
  lnGradientNorm: nullable(series),
  perStation: known,
  band: nullable(record({ low: series, high: series })),
  lnBound: nullable(series),
  carry: nullable(record({ factor: number, lnPerStep: number, timeConstant: number })),
  citations: list(text),
  notes: list(text),
});

/**
 * Reads `evanesce.prediction/1` from JSON. @throws EvanesceError that names the field that is missing or wrong
 */
export const readPrediction: Shape<PredictionResult> = (value, where) => {
  const { spec: network, ...rest } = prediction(value, where);
  return { spec: network, prediction: rest as unknown as Prediction };
};
