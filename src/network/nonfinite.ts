import type { GradientFlow } from "../flow/index.ts";
import type { ParameterShape } from "../spec/parameters.ts";
import type { Batch } from "../tasks/batch.ts";
import type { DepthPass } from "../wasm/feedforward/pass.ts";

export interface NonfinitePass {
  readonly pass: DepthPass;
  /** ln ‖δ_l‖. */
  readonly profile: Float64Array;
  readonly batch: Batch;
  readonly table: readonly ParameterShape[];
  readonly values: ReadonlyMap<string, Float32Array>;
}

const isBad = (value: number) => !Number.isFinite(value);

/**
 * Where the first NaN or infinity of a deep network stood: in the inputs or a parameter, where the caller put it; in a layer's
 * activations on the way out; in targets or loss; or in a gradient on the way back.
 */
export function locateNonfinite({
  pass,
  profile,
  batch,
  table,
  values,
}: NonfinitePass): NonNullable<GradientFlow["nonfinite"]> {
  if (batch.inputs.some(isBad)) return { layer: 0, tensor: "inputs" };
  const top = profile.length - 1;
  const layer = pass.firstNonfinite();
  const given = table.find(({ name }) => values.get(name)?.some(isBad));
  if (given !== undefined && (layer < 0 || given.layer <= layer)) {
    return { layer: Math.min(given.layer, top), tensor: given.name };
  }
  if (layer >= 0) return { layer, tensor: "h" };
  if (batch.targets instanceof Float32Array && batch.targets.some(isBad)) return { layer: top, tensor: "targets" };
  if (!Number.isFinite(pass.loss)) return { layer: top, tensor: "loss" };
  const station = profile.findLastIndex((value) => Number.isNaN(value) || value === Number.POSITIVE_INFINITY);
  return station < 0 ? { layer: top, tensor: "gradient" } : { layer: station, tensor: "delta" };
}
