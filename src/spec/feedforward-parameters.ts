import { activationFacts, normalizesActivations, normFacts, residualFacts } from "../catalogue/index.ts";
import type { FeedforwardSpec } from "./feedforward.ts";
import { layerBlocks, layerFans, layerWidths } from "./layer-blocks.ts";
import { hiddenLayerSpec } from "./layers.ts";
import { linear, type NetworkSizes, type ParameterShape, row } from "./parameter-shape.ts";

/** All `layers.*`, then `norms.*`, `activations.*`, `residuals.*`, `gates.*`, then `readout.*`. */
export function feedforwardTable(spec: FeedforwardSpec, { inputs, outputs }: NetworkSizes): ParameterShape[] {
  const widths = layerWidths(spec);
  const fans = layerFans(spec, inputs);
  const blocks = layerBlocks(spec);
  const table: ParameterShape[] = [];
  const normOf = (l: number) => hiddenLayerSpec(spec, l).norm;

  for (let l = 0; l < spec.depth; l++) {
    const where = { module: "layers", index: l } as const;
    const make = normFacts(normOf(l)).of === "weights" ? weightNormed : linear;
    table.push(...make(where, "weight", l, fans[l]!, widths[l]!));
  }
  // with "pre" every φ is applied to the input of a layer, before its weight, and the first layer is linear
  const pre = spec.activationPosition === "pre";
  const firstActivated = pre ? 1 : 0;
  const normAt = (l: number, width: number) => {
    if (!normalizesActivations(normOf(l))) return;
    const own = { shape: [width], layer: l, gates: 1, fanIn: 1, fanOut: 1 } as const;
    const where = { module: "norms", index: l } as const;
    table.push(row({ ...where, part: "weight" }, { role: "norm_scale", of: "norm_scale", ...own }));
    if (normFacts(normOf(l)).centers)
      table.push(row({ ...where, part: "bias" }, { role: "norm_shift", of: "norm_shift", ...own }));
  };
  if (spec.normPosition === "pre") for (const { first } of blocks) normAt(first, fans[first]!);
  else if (spec.normPosition === "post") for (const { last } of blocks) normAt(last, widths[last]!);
  else for (let l = firstActivated; l < spec.depth; l++) normAt(l, pre ? fans[l]! : widths[l]!);
  const isLearned = (l: number) => activationFacts(hiddenLayerSpec(spec, l).activation).learnedSlope === true;
  for (let l = firstActivated; l < spec.depth; l++) {
    if (isLearned(l)) table.push(scalar("activations", l, "slope", l));
  }
  const joined = blocks.filter((block) => block.residual);
  const { branch, join } = residualFacts(spec.residual);
  if (branch === "learned") {
    for (const { index, last } of joined) table.push(scalar("residuals", index, "residual", last));
  }
  if (join === "mixture") {
    for (const { index, last } of joined) {
      table.push(...linear({ module: "gates", index }, "gate", last, widths[last]!, widths[last]!));
    }
  }
  return table.concat(linear({ module: "readout" }, "readout", spec.depth, widths.at(-1)!, outputs));
}

/** A Linear under weight norm: `weight_g` [out, 1], `weight_v` [out, in] and `bias` [out]. */
function weightNormed(
  where: { readonly module: "layers"; readonly index: number },
  role: "weight",
  layer: number,
  fanIn: number,
  fanOut: number,
): ParameterShape[] {
  const own = { of: role, layer, gates: 1, fanIn, fanOut } as const;
  return [
    row({ ...where, part: "weight_g" }, { shape: [fanOut, 1], role: "weight_scale", ...own }),
    row({ ...where, part: "weight_v" }, { shape: [fanOut, fanIn], role, ...own }),
    row({ ...where, part: "bias" }, { shape: [fanOut], role: "bias", ...own }),
  ];
}

const scalar = (
  module: "activations" | "residuals",
  index: number,
  role: "slope" | "residual",
  layer: number,
): ParameterShape =>
  row({ module, index, part: "weight" }, { shape: [1], role, of: role, layer, gates: 1, fanIn: 1, fanOut: 1 });
