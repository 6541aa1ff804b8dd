import { median } from "../../base/median.ts";
import {
  type GradientFlow,
  type LayerFlow,
  type LayerGates,
  lnTogether,
  type ParameterFlow,
} from "../../flow/index.ts";
import { CELL_TABLE } from "../../catalogue/index.ts";
import { firstStack } from "../../spec/decoder.ts";
import type { RecurrentSpec } from "../../spec/index.ts";
import { layerSpec } from "../../spec/layers.ts";
import type { GatedLayer } from "../parts/gates.ts";
import { THRESHOLDS } from "../thresholds.ts";
import type { Level } from "../parts/levels.ts";

/* Takes from the flow of a recurrent stack the numbers of its layers. */

/**
 * The gates of each layer and direction. Above the first layer the inputs of the gates are not read; there the share
 * that a step keeps is the one that the pass measured.
 *
 * @param lnEntry nats that are charged to the path at the last step, because c is hidden behind h in the highest layer
 */
export function gatedLayers({ spec, layers, layerGates = [], task }: GradientFlow, lnEntry = 0): GatedLayer[] {
  if (spec.kind !== "recurrent") return [];
  const isOne = spec.layers === 1 && !spec.bidirectional;
  const stack = firstStack(spec);
  return layerGates.map(({ suffix, ...rest }) => {
    const own = layers.find((one) => one.suffix === suffix);
    const isOfPath = lnEntry <= -THRESHOLDS.gain && suffix.startsWith(`l${spec.layers - 1}`);
    return {
      ...rest,
      ...(rest.ofInputs
        ? {}
        : measured(rest, layerSpec(spec, Number.parseInt(suffix.slice(1), 10)), own, task.steps ?? 1)),
      lnCell: own === undefined || isOfPath ? null : lnCellBeside(own),
      of: isOne ? "" : ` of layer ${suffix}`,
      tensors: {
        biases: [`${stack}.bias_ih_${suffix}`, `${stack}.bias_hh_${suffix}`],
        weight: `${stack}.weight_ih_${suffix}`,
      },
    };
  });
}

/** The gate that keeps, and what a sequence leaves of its input, with the mean that the pass measured. */
function measured(
  { gates }: Pick<LayerGates, "gates">,
  { cell }: RecurrentSpec,
  own: LayerFlow | undefined,
  steps: number,
): Partial<LayerGates> {
  const { keeps, writes } = CELL_TABLE[cell];
  if (own?.gates === undefined || keeps === undefined) return {};
  const kept = own.gates.forget.reduce((sum, one) => sum + one, 0) / own.gates.forget.length;
  const lost = Math.max(1 - kept, Number.MIN_VALUE);
  const open = keeps.sign > 0 ? kept : 1 - kept;
  return {
    gates: gates.map((gate, g) => (g === keeps.gate ? { ...gate, open } : gate)),
    // a step of these cells writes what it loses
    ...(writes === undefined ? { admitted: Math.min(1, lost * steps), balance: 1 } : {}),
  };
}

/**
 * ln of ‖∂L/∂c‖ beside ‖∂L/∂h‖: the smaller of their ratio at a typical step and the ratio of their largest values.
 * Null for cells without c.
 */
function lnCellBeside({ lnGradientNorm: h, lnCellGradientNorm: c }: LayerFlow): number | null {
  if (c === undefined) return null;
  const apart = c.map((ln, t) => ln - h[t]).filter((ln) => !Number.isNaN(ln));
  const largest = (lns: Float64Array) => lns.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return apart.length === 0 ? null : Math.min(median(apart), largest(c) - largest(h));
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
