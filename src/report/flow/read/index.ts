import type { Advice, Diagnosis, Verdict } from "../../../diagnosis/index.ts";
import type {
  CreditFlow,
  Decay,
  GradientFlow,
  LayerFlow,
  Ledger,
  ParameterFlow,
  Quantiles,
  StationStatistics,
  TaskRecord,
  Transport,
  TruncatedFlow,
} from "../../../flow/index.ts";
import type { Jacobians } from "../../../measure/jacobians.ts";
import type { ClipLedger } from "../../../metrics/index.ts";
import { parseSpec } from "../../../spec/index.ts";
import type { FlowExtras } from "../extras.ts";
import type { FlowResult } from "../result.ts";
import { type Fields, others } from "../../kit/read/fields.ts";
import { flag, list, nullable, number, record, type Shape, series, text, whole } from "../../kit/read/shapes.ts";
import { readHistograms, readNoise, readUpdates } from "./statistics.ts";

export const VERDICTS: readonly Verdict[] = [
  "vanishing",
  "exploding",
  "healthy",
  "dead",
  "nonfinite",
  "mixed",
  "blocked",
];

/** Keys of a flow that are read one by one below, and those that stand beside it in the file. */
const OWN = [
  ...["schema", "spec", "seed", "build", "loss", "outcome", "axis", "lnGradientNorm", "decay", "ledger", "diagnosis"],
  ...["task", "nonfinite", "underflow", "quantiles", "layers", "contributions", "statistics", "parameters"],
  ...["readoutGain", "probe", "lastStep", "truncated", "credit", "clipping", "jacobians"],
  ...["noise", "histograms", "updates", "command"],
];

/**
 * `evanesce.flow/1` as it was before it became JSON. Its diagnosis is the file's own.
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
      ...optional("suffix", each, () => each.text("suffix")),
      lnGradientNorm: each.series("lnGradientNorm", length),
      ...optional("lnCellGradientNorm", each, () => each.series("lnCellGradientNorm", length)),
      ...(own === undefined ? {} : { ledger: ledger(own) }),
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
  const flow: GradientFlow = {
    ...others(fields, OWN),
    schema: "evanesce.flow/1",
    spec: parseSpec(fields.value("spec"), `${fields.where}.spec`),
    seed: fields.whole("seed"),
    build: fields.text("build"),
    task: task(fields.object("task")),
    loss: fields.numberOrNull("loss"),
    outcome: fields.oneOf("outcome", ["finite", "nonfinite"]),
    axis: fields.oneOf("axis", ["step", "layer"]),
    lnGradientNorm: profile,
    decay: decay(fields),
    ...optional("nonfinite", fields, () => fields.value("nonfinite") as NonNullable<GradientFlow["nonfinite"]>),
    ...optional("underflow", fields, () => fields.value("underflow") as NonNullable<GradientFlow["underflow"]>),
    ...optional("quantiles", fields, () => quantiles(fields.object("quantiles"), length)),
    layers,
    ...optional("contributions", fields, () => fields.rows("contributions", length)),
    ...optional("statistics", fields, () => statistics(fields.object("statistics"), length)),
    parameters: fields.list("parameters").map(parameter),
    readoutGain: fields.numberOrNull("readoutGain"),
    ...optional("probe", fields, () => transport(fields.object("probe"), length)),
    ...optional("lastStep", fields, () => transport(fields.object("lastStep"), length)),
    ...optional("truncated", fields, () => truncated(fields.object("truncated"), length)),
    ...optional("credit", fields, () => credit(fields.object("credit"))),
  };
  return {
    flow,
    diagnosis: diagnosis(fields.object("diagnosis")),
    extras: extras(fields, flow.parameters),
    ledgerEdges: edges === undefined ? undefined : Array.from(edges),
  };
}

/** An entry where the key is there. */
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

function ledger(fields: Fields): Ledger {
  const factors = fields.object("factors");
  const names = Object.keys(fields.value("factors") as object);
  return {
    factors: Object.fromEntries(names.map((name) => [name, factors.series(name)])),
    total: fields.series("total"),
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
    ...(fields.has("ledger") ? { ledgers: fields.list("ledger").map(ledger) } : {}),
  };
}

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

const credit = (fields: Fields): CreditFlow => ({
  losses: Array.from(fields.series("losses")),
  lnNormByLag: fields.series("lnNormByLag"),
  decay: decay(fields),
  ...optional("matrix", fields, () => fields.rows("matrix")),
});

const preset = record({
  system: text,
  verdict: text,
  findings: list(record({ problem: text, quantity: text, threshold: text, where: text, value: number, places: whole })),
  notJudged: list(record({ needs: text })),
});

const theory = record({
  applies: flag,
  lnExpected: nullable(series),
  band: nullable(record({ low: series, high: series })),
  sentence: text,
});

const part = record({ part: text, state: text, evidence: text });

/** A list of things to do; files written before 0.2 hold one sentence. */
function advice(fields: Fields): Advice[] {
  const value = fields.value("advice");
  if (typeof value === "string") return [{ sentence: value, options: [], patch: {} }];
  return list(record({ sentence: text, options: list(text) }))(value, `${fields.where}.advice`) as unknown as Advice[];
}

/** What a report says of it is judged; what it does not mention is taken as it stands. */
export function diagnosis(fields: Fields): Diagnosis {
  const evidence = fields.object("evidence");
  const reach = evidence.object("reach");
  return {
    ...others(fields, ["causes", "evidence", "presets", "theory"]),
    presets: list(preset)(fields.value("presets"), `${fields.where}.presets`),
    ...optional("theory", fields, () => theory(fields.value("theory"), `${fields.where}.theory`)),
    verdict: fields.oneOf("verdict", VERDICTS),
    state: fields.text("state"),
    severity: fields.number("severity"),
    summary: fields.text("summary"),
    parts: fields.has("parts") ? list(part)(fields.value("parts"), `${fields.where}.parts`) : [],
    advice: advice(fields),
    causes: fields.list("causes").map((cause) => ({
      ...others(cause, ["stations"]),
      factor: cause.text("factor"),
      share: cause.number("share"),
      nats: cause.number("nats"),
      stations: Array.from(cause.series("stations", 2)),
      sentence: cause.text("sentence"),
    })),
    evidence: {
      ...others(evidence, ["reach", "notes"]),
      source: evidence.oneOf("source", ["probe", "lastStep", "loss"]),
      stationCount: evidence.whole("stationCount"),
      totalGain: evidence.whole("stationCount") < 2 ? null : evidence.number("totalGain"),
      perStation: evidence.numberOrNull("perStation"),
      halfLife: evidence.numberOrNull("halfLife"),
      rSquared: evidence.numberOrNull("rSquared"),
      reach: { stations: reach.whole("stations"), share: reach.number("share"), floor: reach.number("floor") },
      notes: list(text)(evidence.value("notes") ?? [], `${evidence.where}.notes`),
    },
    stations: Array.from(fields.series("stations", 2)),
  } as unknown as Diagnosis;
}

function extras(fields: Fields, parameters: readonly ParameterFlow[]): FlowExtras {
  const at = <Value>(key: string, shape: Shape<Value>) => shape(fields.value(key), `${fields.where}.${key}`);
  return {
    ...optional("clipping", fields, () => fields.list("clipping").map(clip)),
    ...optional("jacobians", fields, () => jacobians(fields.object("jacobians"))),
    ...optional("noise", fields, () => at("noise", readNoise)),
    ...optional("histograms", fields, () => at("histograms", readHistograms)),
    ...optional("updates", fields, () => at("updates", readUpdates(parameters))),
    ...optional("command", fields, () => fields.text("command")),
  };
}

/** Plain JSON data already, its nulls its own; what a report draws of it is judged. */
function jacobians(fields: Fields): Jacobians {
  const { has, object } = fields;
  fields.oneOf("schema", ["evanesce.jacobians/1"]);
  fields.oneOf("state", ["h", "h, c"]);
  fields.oneOf("axis", ["step", "layer"]);
  fields.series("samples");
  const singular = object("singularValues");
  singular.series("lnValues");
  singular.whole("unresolved");
  for (const key of ["from", "to", "factors"]) object("window").number(key);
  if (has("lyapunov")) {
    object("lyapunov").series("exponents");
    object("lyapunov").whole("steps");
    object("lyapunov").object("largest").numberOrNull("value");
  }
  if (has("pascanu")) for (const key of ["boundPerStep", "measuredPerStep"]) object("pascanu").numberOrNull(key);
  for (const weight of fields.list("weights")) {
    weight.text("gate");
    for (const key of ["spectralRadius", "norm", "relativeDeparture"]) weight.numberOrNull(key);
  }
  return { lyapunov: null, pascanu: null, ...(fields.all as object) } as Jacobians;
}

const clip = (fields: Fields): ClipLedger =>
  ({
    ...(fields.value("tensors") === undefined ? {} : { tensors: fields.value("tensors") }),
    method: fields.oneOf("method", ["value", "norm", "unit"]),
    limit: fields.number("limit"),
    of: fields.oneOf("of", ["entries", "tensors", "units"]),
    before: fields.number("before"),
    after: fields.number("after"),
    share: fields.number("share"),
    angle: fields.numberOrNull("angle"),
  }) as ClipLedger;
