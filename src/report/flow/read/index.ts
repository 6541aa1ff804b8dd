import type { GradientFlow, LayerFlow, ParameterFlow } from "../../../flow/index.ts";
import type { ClipLedger } from "../../../metrics/index.ts";
import { parseSpec } from "../../../spec/index.ts";
import type { FlowExtras } from "../extras.ts";
import type { FlowResult } from "../result.ts";
import { type Fields, others, revived } from "../../kit/read/fields.ts";
import {
  list,
  flag,
  matching,
  optional as orMissing,
  number,
  record,
  oneOf,
  requireDistinct,
  type Shape,
  text,
  whole,
} from "../../kit/read/shapes.ts";
import { unbinFields } from "../bins.ts";
import { diagnosis } from "./diagnosis.ts";
import { readHalf } from "./half.ts";
import { jacobians } from "./jacobians.ts";
import { readHistograms, readNoise, readUpdates } from "./statistics.ts";
import {
  credit,
  decay,
  dense,
  input,
  ledger,
  model,
  optional,
  parameter,
  quantiles,
  statistics,
  task,
  transport,
  truncated,
} from "./parts.ts";

/** Keys of a flow that are read one by one below, and the other keys of the file. */
const OWN = [
  ...["schema", "spec", "seed", "build", "loss", "outcome", "axis", "lnGradientNorm", "decay", "ledger", "diagnosis"],
  ...[
    "task",
    "nonfinite",
    "underflow",
    "forwardUnderflow",
    "bottleneck",
    "bins",
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
    "fromStart",
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
export function readFlow(written: Fields): FlowResult {
  const fields = unbinFields(written);
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
    ...optional("bottleneck", fields, () => fields.whole("bottleneck")),
    ...optional("bins", fields, () => fields.whole("bins")),
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
    ...optional("fromStart", fields, () => {
      const own = fields.object("fromStart");
      return {
        lnGradientNorm: own.series("lnGradientNorm", length),
        samples: Int32Array.from(own.series("samples", length)),
      };
    }),
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
