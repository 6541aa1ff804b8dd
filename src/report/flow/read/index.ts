import type {
  CreditFlow,
  Decay,
  DenseFlow,
  GradientFlow,
  InputGradientFlow,
  LayerFlow,
  Ledger,
  ParameterFlow,
  Quantiles,
  StationStatistics,
  TaskRecord,
  Transport,
  TruncatedFlow,
  ModelFlow,
} from "../../../flow/index.ts";
import type { ClipLedger } from "../../../metrics/index.ts";
import { parseSpec } from "../../../spec/index.ts";
import type { FlowExtras } from "../extras.ts";
import type { FlowResult } from "../result.ts";
import { EvanesceError } from "../../../base/errors.ts";
import { type Fields, others, REMEDY, revived } from "../../kit/read/fields.ts";
import {
  list,
  flag,
  matching,
  optional as orMissing,
  number,
  record,
  oneOf,
  requireDistinct,
  requireLength,
  type Shape,
  text,
  whole,
} from "../../kit/read/shapes.ts";
import { diagnosis } from "./diagnosis.ts";
import { readHalf } from "./half.ts";
import { jacobians } from "./jacobians.ts";
import { readHistograms, readNoise, readUpdates } from "./statistics.ts";

/** Keys of a flow that are read one by one below, and the other keys of the file. */
const OWN = [
  ...["schema", "spec", "seed", "build", "loss", "outcome", "axis", "lnGradientNorm", "decay", "ledger", "diagnosis"],
  ...[
    "task",
    "nonfinite",
    "underflow",
    "forwardUnderflow",
    "quantiles",
    "layers",
    "contributions",
    "statistics",
    "parameters",
  ],
  ...[
    "readoutGain",
    "input",
    "stem",
    "head",
    "model",
    "probe",
    "lastStep",
    "truncated",
    "credit",
    "half",
    "clipping",
    "jacobians",
  ],
  ...["noise", "histograms", "updates", "notes", "command", "weights"],
];

/**
 * Reads `evanesce.flow/1` from JSON. The diagnosis is the one in the file.
 *
 * @throws EvanesceError naming the field that is missing or wrong
 */
export function readFlow(fields: Fields): FlowResult {
  const profile = fields.series("lnGradientNorm");
  const length = profile.length;
  const ledgers = fields.has("ledger") ? fields.list("ledger") : [];
  const edges = ledgers.find((each) => each.has("binEdges"))?.series("binEdges");
  const layers = fields.list("layers").map((each, l): LayerFlow => {
    const own = ledgers.find((ledger) => ledger.whole("layer") === l);
    return {
      ...others(each, ["gates"]),
      ...optional("suffix", each, () => suffix(each.value("suffix"), `${each.where}.suffix`)),
      lnGradientNorm: each.series("lnGradientNorm", length),
      ...optional("lnCellGradientNorm", each, () => each.series("lnCellGradientNorm", length)),
      ...(own === undefined ? {} : { ledger: ledger(own, length) }),
      ...optional("gates", each, () => {
        const gates = each.object("gates");
        return {
          ...others(gates, []),
          forget: gates.series("forget", length),
          timeConstant: gates.series("timeConstant", length),
        };
      }),
    };
  });
  requireDistinct(
    layers.flatMap((layer) => layer.suffix ?? []),
    `${fields.where}.layers`,
  );
  const at = <Value>(key: string, shape: Shape<Value>) => shape(fields.value(key), `${fields.where}.${key}`);
  const flow: GradientFlow = {
    ...others(fields, OWN),
    schema: "evanesce.flow/1",
    spec: parseSpec(fields.value("spec"), `${fields.where}.spec`),
    seed: fields.whole("seed"),
    build: fields.text("build"),
    ...optional("weights", fields, () => fields.text("weights")),
    ...optional("notes", fields, () => list(text)(fields.value("notes"), `${fields.where}.notes`)),
    task: task(fields.object("task")),
    loss: fields.numberOrNull("loss"),
    outcome: fields.oneOf("outcome", ["finite", "nonfinite"]),
    axis: fields.oneOf("axis", ["step", "layer"]),
    lnGradientNorm: profile,
    decay: decay(fields),
    ...optional("nonfinite", fields, () => at("nonfinite", nonfinite)),
    ...optional("underflow", fields, () => at("underflow", underflow)),
    ...optional("forwardUnderflow", fields, () => at("forwardUnderflow", place)),
    ...optional("quantiles", fields, () => quantiles(fields.object("quantiles"), length)),
    layers,
    ...optional("contributions", fields, () => fields.rows("contributions", length)),
    ...optional("statistics", fields, () => statistics(fields.object("statistics"), length)),
    parameters: fields.list("parameters").map(parameter),
    readoutGain: fields.numberOrNull("readoutGain"),
    ...optional("input", fields, () => input(fields.object("input"), length)),
    ...optional("stem", fields, () => fields.list("stem").map((each) => dense(each, length))),
    ...optional("head", fields, () => fields.list("head").map((each) => dense(each, length))),
    ...optional("model", fields, () => model(fields.object("model"))),
    ...optional("probe", fields, () => transport(fields.object("probe"), length)),
    ...optional("lastStep", fields, () => transport(fields.object("lastStep"), length)),
    ...optional("truncated", fields, () => truncated(fields.object("truncated"), length)),
    ...optional("credit", fields, () => credit(fields.object("credit"))),
    ...optional("half", fields, () => at("half", readHalf)),
  };
  return {
    flow,
    diagnosis: diagnosis(fields.object("diagnosis")),
    extras: extras(fields, flow.parameters),
    ledgerEdges: edges === undefined ? undefined : Array.from(edges),
  };
}

/** The name of a layer and direction of a stack; it becomes the id of a figure. */
const suffix = matching(/^l\d{1,6}(_reverse)?$/, "l0, l0_reverse, l1, …");

const underflow = record({ station: whole, layer: number, of: orMissing(oneOf("entries")) }) as Shape<
  NonNullable<GradientFlow["underflow"]>
>;
const place = record({ station: whole, layer: number });

const nonfinite: Shape<NonNullable<GradientFlow["nonfinite"]>> = record({
  step: orMissing(whole),
  layer: number,
  reverse: orMissing(flag),
  tensor: text,
}) as Shape<NonNullable<GradientFlow["nonfinite"]>>;

/** An entry if the key exists. */
function optional<Key extends string, Value>(key: Key, fields: Fields, read: () => Value): { [K in Key]?: Value } {
  return (fields.has(key) ? { [key]: read() } : {}) as { [K in Key]?: Value };
}

function decay(fields: Fields): Decay | null {
  if (fields.value("decay") === null) return null;
  const fit = fields.object("decay");
  return {
    perStation: fit.number("perStation"),
    halfLife: fit.has("halfLife") ? fit.number("halfLife") : Number.NEGATIVE_INFINITY,
    rSquared: fit.number("rSquared"),
    totalGain: fit.number("totalGain"),
  };
}

const quantiles = (fields: Fields, length: number): Quantiles => ({
  q05: fields.series("q05", length),
  q50: fields.series("q50", length),
  q95: fields.series("q95", length),
  ...optional("silent", fields, () => fields.series("silent", length)),
});

function ledger(fields: Fields, stations: number): Ledger {
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

const dense = (fields: Fields, steps: number): DenseFlow => ({
  name: fields.text("name"),
  lnGradientNorm: fields.number("lnGradientNorm"),
  ...optional("lnGate", fields, () => fields.number("lnGate")),
  ...optional("lnNorm", fields, () => fields.number("lnNorm")),
  ...optional("lnStepNorms", fields, () => fields.series("lnStepNorms", steps)),
});

function model(fields: Fields): ModelFlow {
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

const task = (fields: Fields): TaskRecord => ({
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

const statistics = (fields: Fields, length: number): StationStatistics =>
  ({
    ...others(fields, STATISTICS),
    ...Object.fromEntries(STATISTICS.map((name) => [name, fields.series(name, length)])),
  }) as unknown as StationStatistics;

const parameter = (fields: Fields): ParameterFlow => ({
  ...others(fields, ["shape"]),
  name: fields.text("name"),
  shape: Array.from(fields.series("shape")),
  lnGradientNorm: fields.number("lnGradientNorm"),
  lnNorm: fields.number("lnNorm"),
});

function transport(fields: Fields, length: number): Transport {
  return {
    lnGradientNorm: fields.series("lnGradientNorm", length),
    decay: decay(fields),
    ...optional("quantiles", fields, () => quantiles(fields.object("quantiles"), length)),
    ...(fields.has("ledger") ? { ledgers: fields.list("ledger").map((each) => ledger(each, length)) } : {}),
  };
}

const input = (fields: Fields, length: number): InputGradientFlow => ({
  lnGradientNorm: fields.number("lnGradientNorm"),
  lnGain: fields.number("lnGain"),
  ...optional("lnStepNorms", fields, () => fields.series("lnStepNorms", length)),
  ...optional("lnColumnNorms", fields, () => fields.series("lnColumnNorms")),
  ...optional("lnTokenNorms", fields, () => fields.series("lnTokenNorms")),
});

const truncated = (fields: Fields, length: number): TruncatedFlow => ({
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

function credit(fields: Fields): CreditFlow {
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

function extras(fields: Fields, parameters: readonly ParameterFlow[]): FlowExtras {
  const at = <Value>(key: string, shape: Shape<Value>) => shape(fields.value(key), `${fields.where}.${key}`);
  return {
    ...optional("clipping", fields, () => fields.list("clipping").map(clip)),
    ...optional("jacobians", fields, () => at("jacobians", jacobians)),
    ...optional("noise", fields, () => at("noise", readNoise)),
    ...optional("histograms", fields, () => at("histograms", readHistograms)),
    ...optional("updates", fields, () => at("updates", readUpdates(parameters))),
    ...optional("command", fields, () => fields.text("command")),
  };
}

const clip = (fields: Fields): ClipLedger =>
  ({
    ...optional("tensors", fields, () => revived(fields.value("tensors"))),
    method: fields.oneOf("method", ["value", "norm", "unit"]),
    limit: fields.number("limit"),
    of: fields.oneOf("of", ["entries", "tensors", "units"]),
    before: fields.number("before"),
    after: fields.number("after"),
    share: fields.number("share"),
    angle: fields.numberOrNull("angle"),
  }) as ClipLedger;
