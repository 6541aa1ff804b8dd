import { CELL_TABLE } from "../../catalogue/index.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { firstStack } from "../../spec/decoder.ts";
import { layerSpec } from "../../spec/layers.ts";
import { hiderOf } from "../parts/gates.ts";
import { significant } from "../../words/numbers.ts";
import { columnsOf } from "./readings.ts";
import { gatedLayers } from "./stack-readings.ts";
import type { TensorAtFault } from "./tensors-at-fault.ts";

/** Nats of a twentieth: a bias of −3 closes a gate so far. */
const CLOSES = -3;

/**
 * What hides c behind h at the last step, in the highest layer or in the direction of it that hides c least. Undefined
 * if little is lost, or if the gates were not measured.
 *
 * @param entry nats between (∂L/∂h, ∂L/∂c) and ∂L/∂c at the last step
 */
export function hiddenBy(flow: GradientFlow, entry: number): TensorAtFault | undefined {
  const { spec } = flow;
  if (spec.kind !== "recurrent" || entry > CLOSES) return undefined;
  const outOf = (gates: (typeof layers)[number]["gates"]) => gates.find(({ letter }) => letter === "o")?.open ?? 0;
  const layers = gatedLayers(flow).slice(spec.bidirectional ? -2 : -1);
  if (layers.length === 0) return undefined;
  const widest = layers.reduce((a, b) => (outOf(b.gates) > outOf(a.gates) ? b : a));
  const { gate: _, ...hider } = hiderOf(widest, entry, {
    columns: columnsOf(flow),
    lnScale: flow.data?.lnScale ?? null,
  });
  return { ...hider, factor: hider.factor === "closed-gate" ? "cell-output" : hider.factor };
}

/** The bias that shuts the gate that carries the past, unless the spec asks for it; undefined if there is none. */
export function shutCarry(flow: GradientFlow): TensorAtFault | undefined {
  const { spec, layers, parameters, layerGates = [] } = flow;
  if (spec.kind !== "recurrent" || spec.init.biasStd > 0 || spec.norm !== "none") return undefined;
  for (const { suffix = "" } of layers) {
    const { keeps, letters } = CELL_TABLE[layerSpec(spec, Number.parseInt(suffix.slice(1), 10)).cell];
    if (keeps === undefined) continue;
    const { gate, sign, isForgetGate } = keeps;
    const names = ["bias_ih", "bias_hh"].map((leaf) => `${firstStack(spec)}.${leaf}_${suffix}`);
    // a gate that does not see the inputs has one bias of its own
    const alone = parameters.find(({ name }) => name === names[1]);
    const size = alone === undefined ? 0 : Math.exp(alone.lnNorm - 0.5 * Math.log(alone.shape[0]));
    const biases = layerGates.find((one) => one.suffix === suffix)?.gates[gate]?.biases ?? [0, -sign * size];
    const [first, second] = biases.map((bias) => sign * bias);
    if (first + second > CLOSES + (isForgetGate ? Math.min(spec.init.forgetBias, 0) : 0)) continue;
    const [tensor, mean] = second < first ? [names[1], biases[1]] : [names[0], biases[0]];
    const of = layers.length > 1 ? ` of layer ${suffix}` : "";
    const sentence = `${tensor} shuts gate ${letters[gate] ?? ""}${of}, which carries the past (mean ${significant(mean)})`;
    return { factor: "closed-gate", tensor, sentence };
  }
  return undefined;
}
