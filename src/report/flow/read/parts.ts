import type {
  CreditFlow,
  Decay,
  DenseFlow,
  InputGradientFlow,
  Ledger,
  ParameterFlow,
  Quantiles,
  StationStatistics,
  TaskRecord,
  Transport,
  TruncatedFlow,
  ModelFlow,
} from "../../../flow/index.ts";
import { EvanesceError } from "../../../base/errors.ts";
import { type Fields, others, REMEDY } from "../../kit/read/fields.ts";
import { requireLength } from "../../kit/read/shapes.ts";

/* The parts of a flow, as the file has them. */

/** An entry if the key exists. */
export function optional<Key extends string, Value>(
  key: Key,
  fields: Fields,
  read: () => Value,
): { [K in Key]?: Value } {
  return (fields.has(key) ? { [key]: read() } : {}) as { [K in Key]?: Value };
}

export function decay(fields: Fields): Decay | null {
  if (fields.value("decay") === null) return null;
  const fit = fields.object("decay");
  return {
    perStation: fit.number("perStation"),
    halfLife: fit.has("halfLife") ? fit.number("halfLife") : Number.NEGATIVE_INFINITY,
    rSquared: fit.number("rSquared"),
    totalGain: fit.number("totalGain"),
  };
}

export const quantiles = (fields: Fields, length: number): Quantiles => ({
  q05: fields.series("q05", length),
  q50: fields.series("q50", length),
  q95: fields.series("q95", length),
  ...optional("silent", fields, () => fields.series("silent", length)),
});

export function ledger(fields: Fields, stations: number): Ledger {
  const edges = fields.has("binEdges") ? fields.series("binEdges") : undefined;
  const rising = edges?.every((edge, i) => Number.isSafeInteger(edge) && (i === 0 ? edge === 0 : edge > edges[i - 1]));
  if (rising === false) {
    throw new EvanesceError(`${fields.where}.binEdges`, "whole numbers that rise from 0", "others", REMEDY);
  }
  const intervals = edges === undefined ? Math.max(0, stations - 1) : edges.length - 1;
  const factors = fields.object("factors");
  const names = Object.keys(factors.all);
  return {
    factors: Object.fromEntries(names.map((name) => [name, factors.series(name, intervals)])),
    total: fields.series("total", intervals),
  };
}

export const dense = (fields: Fields, steps: number): DenseFlow => ({
  name: fields.text("name"),
  lnGradientNorm: fields.number("lnGradientNorm"),
  ...optional("lnDropout", fields, () => fields.number("lnDropout")),
  ...optional("lnGate", fields, () => fields.number("lnGate")),
  ...optional("lnNorm", fields, () => fields.number("lnNorm")),
  ...optional("lnStepNorms", fields, () => fields.series("lnStepNorms", steps)),
});

export function model(fields: Fields): ModelFlow {
  const profile = fields.series("lnGradientNorm");
  return {
    parts: fields.list("parts").map((part) => ({
      name: part.text("name"),
      first: part.whole("first"),
      stations: part.whole("stations"),
    })),
    lnGradientNorm: profile,
    ledger: ledger(fields.object("ledger"), profile.length),
  };
}

const TASK = ["name", "batch", "steps", "inputs", "outputs", "loss", "lossAt", "baseline"] as const;

export const task = (fields: Fields): TaskRecord => ({
  ...others(fields, TASK),
  name: fields.text("name"),
  batch: fields.whole("batch"),
  ...(fields.value("steps") === undefined ? {} : { steps: fields.whole("steps") }),
  inputs: fields.whole("inputs"),
  outputs: fields.numberOrNull("outputs"),
  loss: fields.text("loss") as TaskRecord["loss"],
  ...optional("lossAt", fields, () => fields.oneOf("lossAt", ["last", "every"] as const)),
  baseline: fields.numberOrNull("baseline"),
});

const STATISTICS = ["mean", "variance", "lnForwardNorm", "saturated", "dead", "zero", "subnormal"] as const;

export const statistics = (fields: Fields, length: number): StationStatistics =>
  ({
    ...others(fields, STATISTICS),
    ...Object.fromEntries(STATISTICS.map((name) => [name, fields.series(name, length)])),
  }) as unknown as StationStatistics;

export const parameter = (fields: Fields): ParameterFlow => ({
  ...others(fields, ["shape"]),
  name: fields.text("name"),
  shape: Array.from(fields.series("shape")),
  lnGradientNorm: fields.number("lnGradientNorm"),
  lnNorm: fields.number("lnNorm"),
});

export function transport(fields: Fields, length: number): Transport {
  return {
    lnGradientNorm: fields.series("lnGradientNorm", length),
    decay: decay(fields),
    ...optional("quantiles", fields, () => quantiles(fields.object("quantiles"), length)),
    ...optional("lnCellGradientNorms", fields, () => fields.rows("lnCellGradientNorms", length)),
    ...(fields.has("ledger") ? { ledgers: fields.list("ledger").map((each) => ledger(each, length)) } : {}),
  };
}

export const input = (fields: Fields, length: number): InputGradientFlow => ({
  lnGradientNorm: fields.number("lnGradientNorm"),
  lnGain: fields.number("lnGain"),
  ...optional("lnStepNorms", fields, () => fields.series("lnStepNorms", length)),
  ...optional("lnColumnNorms", fields, () => fields.series("lnColumnNorms")),
  ...optional("lnTokenNorms", fields, () => fields.series("lnTokenNorms")),
});

export const truncated = (fields: Fields, length: number): TruncatedFlow => ({
  k1: fields.whole("k1"),
  k2: fields.whole("k2"),
  lnGradientNorm: fields.series("lnGradientNorm", length),
  decay: decay(fields),
  angle: fields.numberOrNull("angle"),
  ratio: fields.numberOrNull("ratio"),
  parameters: fields.list("parameters").map((each) => ({
    name: each.text("name"),
    angle: each.numberOrNull("angle"),
    ratio: each.numberOrNull("ratio"),
  })),
});

export function credit(fields: Fields): CreditFlow {
  const losses = Array.from(fields.series("losses"));
  const matrix = fields.has("matrix") ? fields.rows("matrix") : undefined;
  if (matrix !== undefined) {
    requireLength(matrix, losses.length, `${fields.where}.matrix`, "losses");
    matrix.forEach((row, i) => {
      requireLength(row, matrix[0].length, `${fields.where}.matrix.${i}`, "its first row has");
    });
  }
  return {
    losses,
    lnNormByLag: fields.series("lnNormByLag"),
    decay: decay(fields),
    ...(matrix === undefined ? {} : { matrix }),
  };
}
