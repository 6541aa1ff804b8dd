import type { GradientFlow, ParameterFlow } from "../flow/index.ts";
import type { ParameterPlace } from "../spec/parameter-place.ts";
import type { ParameterShape } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";
import type { DepthPass } from "../wasm/feedforward/pass.ts";
import type { RecurrentPass } from "../wasm/recurrent/pass.ts";

/** A pass that has run, with its batch and parameters. */
export interface FinishedPass<Pass> {
  readonly pass: Pass;
  /** Whether every state was finite. */
  readonly statesFinite: boolean;
  /** ln ‖δ_s‖. */
  readonly profile: Float64Array;
  /** ln ‖δ_s‖ of every layer and direction of a stack. */
  readonly layers?: readonly Float64Array[];
  /** In the order of the table. */
  readonly parameters: readonly ParameterFlow[];
  readonly batch: Batch;
  readonly table: readonly ParameterShape[];
  readonly value: (name: string) => Float32Array;
}

/** The parameters that a pass uses: without targets it does not use the readout, so the readout cannot be the cause. */
const usedOf = ({ batch, table }: Pick<FinishedPass<unknown>, "batch" | "table">): readonly ParameterShape[] =>
  batch.targets !== undefined ? table : table.filter(({ of }) => of !== "readout");

type Nonfinite = NonNullable<GradientFlow["nonfinite"]>;

export type Locate<Pass> = (finished: FinishedPass<Pass>) => Nonfinite;

const isBad = (value: number) => !Number.isFinite(value);
/** Whether a logarithm of a norm is bad; −∞ is an exact zero and is not. */
const isBadLn = (value: number) => !(value < Number.POSITIVE_INFINITY);

/** Whether every number of a pass is finite, and the place of the first one that is not. */
export function outcomeOf<Pass extends { readonly loss: number }>(
  finished: FinishedPass<Pass>,
  locate: Locate<Pass>,
): Pick<GradientFlow, "outcome" | "nonfinite"> {
  const { pass, statesFinite, profile, parameters, batch, table } = finished;
  const isUsed = (i: number) => batch.targets !== undefined || table[i].of !== "readout";
  const sound =
    statesFinite &&
    !hasUnmarkedNaN(batch) &&
    !isBad(pass.loss) &&
    !parameters.some(({ lnNorm, lnGradientNorm }, i) => isBadLn(lnGradientNorm) || (isBadLn(lnNorm) && isUsed(i))) &&
    !profile.some(isBadLn);
  return sound ? { outcome: "finite" } : { outcome: "nonfinite", nonfinite: locate(finished) };
}

/** Whether only gradients left float32's range, in the backward pass. */
export const overflowedBackward = ({ outcome, nonfinite, probe }: GradientFlow): boolean =>
  outcome === "nonfinite"
    ? nonfinite?.tensor === "delta" || nonfinite?.tensor === "gradient"
    : probe?.lnGradientNorm.some(isBadLn) === true;

/**
 * Whether a real target is NaN although no length, mask or decoder put it there. The core treats a NaN target as one
 * without a loss, which the caller of plain arrays did not request.
 */
function hasUnmarkedNaN({ targets, lengths, lossAt, steps = 1, decoderSteps = steps }: Batch): boolean {
  if (!(targets instanceof Float32Array) || lengths !== undefined) return false;
  const unread = lossAt === "every" ? (targets.length / steps) * (steps - decoderSteps) : 0; // targets of the steps before the decoder's
  return targets.subarray(unread).some(Number.isNaN);
}

/**
 * Finds the first NaN or infinity of a deep network: in the inputs or a parameter, which the caller set; in a layer's
 * activations in the forward pass; in targets or loss; or in a gradient in the backward pass.
 */
export function locateInDepth({ pass, profile, parameters, batch, table, value }: FinishedPass<DepthPass>): Nonfinite {
  if (batch.inputs.some(isBad)) return { layer: 0, tensor: "inputs" };
  const top = profile.length - 1;
  const layer = pass.firstNonfinite();
  const parameter = usedOf({ batch, table }).find(({ name }) => value(name).some(isBad));
  if (parameter !== undefined && (layer < 0 || parameter.layer <= layer)) {
    return { layer: parameter.layer, tensor: parameter.name };
  }
  if (layer >= 0) return { layer, tensor: "h" };
  if (batch.targets instanceof Float32Array && batch.targets.some(isBad)) return { layer: top, tensor: "targets" };
  if (isBad(pass.loss)) return { layer: top, tensor: "loss" };
  const station = profile.findLastIndex(isBadLn);
  return station < 0 ? brokenGradient(parameters, table) : { layer: station, tensor: "delta" };
}

/**
 * Finds the first NaN or infinity of a recurrent network: in the inputs or a parameter, in a state in the forward pass,
 * in the loss, or in a gradient in the backward pass.
 */
export function locateInTime({
  pass,
  layers,
  parameters,
  batch,
  table,
  value,
}: FinishedPass<RecurrentPass>): Nonfinite {
  const { T, L, bottleneck } = pass.geometry;
  const last = { step: T - 1, layer: L - 1 };
  const found = pass.firstNonfinite();
  const state = found && { step: found.step, ...levelOf(pass, found.record) };
  const inputStep = Math.floor(batch.inputs.findIndex(isBad) / (batch.batch * batch.inputSize)); // the step of the first such input; −1 for none
  const after = state === undefined || (state.reverse ? state.step <= inputStep : state.step >= inputStep);
  if (inputStep >= 0 && after) return { step: inputStep, layer: 0, tensor: "inputs" };
  // a level uses its parameters from its first step on: if a lower level was nonfinite before, they are not the cause
  const level = state?.layer ?? L;
  const read = (place: ParameterPlace) =>
    state === undefined || place.module !== "rnn" || place.stack !== "decoder" || state.step >= bottleneck;
  const parameter = usedOf({ batch, table }).find(
    (one) => one.layer <= level && read(one.place) && value(one.name).some(isBad),
  );
  if (parameter !== undefined) {
    const { name, layer, place } = parameter;
    const reverse = place.module === "rnn" && place.reverse ? { reverse: true } : {};
    return { step: (state ?? last).step, layer, ...reverse, tensor: name };
  }
  if (state !== undefined) return { ...state, tensor: "h" };
  if (hasUnmarkedNaN(batch)) return { ...last, tensor: "targets" };
  if (isBad(pass.loss)) return { ...last, tensor: "loss" };
  return firstDelta(pass, layers ?? []) ?? brokenGradient(parameters, table);
}

/** The parameter nearest to the loss whose gradient is not finite, if every ∂L/∂h is finite. */
function brokenGradient(parameters: readonly ParameterFlow[], table: readonly ParameterShape[]): Nonfinite {
  const broken = table.filter((_, i) => isBadLn(parameters[i].lnGradientNorm));
  const layer = Math.max(...broken.map((parameter) => parameter.layer));
  const alike = broken.filter((parameter) => parameter.layer === layer).map(({ place }) => place);
  const reverse = alike.every((place) => place.module === "rnn" && place.reverse);
  return { layer, ...(reverse ? { reverse } : {}), tensor: "gradient" };
}

/** The level of a layer's record, and whether it runs in reverse. */
function levelOf({ geometry: { layers } }: RecurrentPass, record: number): Pick<Nonfinite, "layer" | "reverse"> {
  const { level, reverse } = layers[record];
  return { layer: level, ...(reverse ? { reverse } : {}) };
}

/**
 * The first ∂L/∂h in the order of the backward pass that is not finite: in a stack that of the latest step, then of the
 * highest layer; with two directions that of the highest level, then of the first step in the direction's own order.
 */
function firstDelta(pass: RecurrentPass, layers: readonly Float64Array[]): Nonfinite | undefined {
  const { D, layers: planned } = pass.geometry;
  const found = layers.flatMap((lnNorms, record) => {
    const step = planned[record].reverse ? lnNorms.findIndex(isBadLn) : lnNorms.findLastIndex(isBadLn);
    return step < 0 ? [] : [{ step, ...levelOf(pass, record), tensor: "delta" }];
  });
  return found.sort((a, b) => (D === 1 ? b.step - a.step : 0) || b.layer - a.layer)[0];
}
