import { type GradientFlow, lnTogether, type ParameterFlow } from "../../flow/index.ts";
import { firstStack } from "../../spec/decoder.ts";
import type { GatedLayer } from "../parts/gates.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { Level } from "../parts/levels.ts";

/* Takes from the flow of a recurrent stack the numbers of its layers. */

/**
 * The gates of each layer and direction.
 *
 * @param lnEntry nats that are charged to the path at the last step, because c is hidden behind h in the highest layer
 */
export function gatedLayers({ spec, layerGates = [] }: GradientFlow, lnEntry = 0): GatedLayer[] {
  if (spec.kind !== "recurrent") return [];
  const isOne = spec.layers === 1 && !spec.bidirectional;
  const stack = firstStack(spec);
  return layerGates.map(({ suffix, ...rest }) => ({
    ...rest,
    out: lnEntry > -THRESHOLDS.gain || !suffix.startsWith(`l${spec.layers - 1}`),
    of: isOne ? "" : ` of layer ${suffix}`,
    tensors: {
      biases: [`${stack}.bias_ih_${suffix}`, `${stack}.bias_hh_${suffix}`],
      weight: `${stack}.weight_ih_${suffix}`,
    },
  }));
}

/**
 * The levels above the lowest one, the highest first, with the gain of the loss gradient on its way to the level below.
 * Both directions of a level and all steps count together.
 *
 * @param lnEntry nats that are charged to the path at the last step
 */
export function levelsOf({ spec, layers, parameters, task }: GradientFlow, lnEntry: number): Level[] {
  if (spec.kind !== "recurrent" || task.loss === "none" || layers.length < spec.layers) return [];
  const directions = layers.length / spec.layers;
  const stack = firstStack(spec);
  const lnArriving = Array.from({ length: spec.layers }, (_, level) =>
    lnTogether(
      layers
        .slice(level * directions, (level + 1) * directions)
        .map(({ lnGradientNorm }) => lnTogether(lnGradientNorm)),
    ),
  );
  const named = (leaf: string, level: number) => parameters.find(({ name }) => name === `${stack}.${leaf}_l${level}`);
  return Array.from({ length: spec.layers - 1 }, (_, k) => {
    const level = spec.layers - 1 - k;
    const biases = ["bias_ih", "bias_hh"].flatMap((leaf) => named(leaf, level) ?? []);
    const bias = biases.reduce<ParameterFlow | undefined>(
      (a, b) => (a !== undefined && a.lnNorm >= b.lnNorm ? a : b),
      undefined,
    );
    const weight = named("weight_ih", level);
    return {
      name: `layer l${level}`,
      lnGain: lnArriving[level - 1] - lnArriving[level] - (k === 0 ? Math.min(lnEntry, 0) : 0),
      lnBias: bias === undefined ? Number.NEGATIVE_INFINITY : bias.lnNorm - 0.5 * Math.log(bias.shape[0]),
      bias: bias?.name ?? "a bias",
      lnRow: weight === undefined ? Number.NaN : weight.lnNorm - 0.5 * Math.log(weight.shape[0]),
      weight: weight?.name ?? "a weight",
    };
  });
}
