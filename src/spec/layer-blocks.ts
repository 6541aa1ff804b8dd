import { joinsBlocks, residualFacts } from "../catalogue/index.ts";
import type { FeedforwardSpec } from "./feedforward.ts";

/** H of every hidden layer. */
export const layerWidths = (spec: FeedforwardSpec): number[] =>
  typeof spec.width === "number" ? new Array<number>(spec.depth).fill(spec.width) : [...spec.width];

/**
 * Inputs of every hidden layer: X, then the width before it. Dense connections concatenate all earlier hidden outputs,
 * `[h_0, h_1, …, h_{l−1}]` in this order (Huang et al. 2017), the network's input not among them.
 */
export function layerFans(spec: FeedforwardSpec, inputs: number): number[] {
  const widths = layerWidths(spec);
  let sum = 0; // the sum of the widths before layer l
  return widths.map((width, l) => {
    const fan = l === 0 ? inputs : residualFacts(spec.residual).join === "concatenation" ? sum : widths[l - 1]!;
    sum += width;
    return fan;
  });
}

/** The layers `first` … `last` of one block, which a skip path spans. */
export interface LayerBlock {
  /** k of `residuals.k` and `gates.k`; all blocks are counted, with and without a skip path. */
  readonly index: number;
  readonly first: number;
  readonly last: number;
  /** Whether a skip path joins the block's input to its output. */
  readonly residual: boolean;
}

/**
 * The blocks of a feed-forward net. `layers.0` maps X to H and belongs to no block; after it every `blockLayers` layers
 * form one block, and the last block is shorter if the depth is not a multiple. A block whose two end widths differ has
 * no skip path; neither has any block with `residual: "none"` or "dense" (which concatenates routes instead of adding
 * them, so that its blocks are single layers).
 */
export function layerBlocks(spec: FeedforwardSpec): LayerBlock[] {
  const widths = layerWidths(spec);
  const skips = joinsBlocks(spec.residual);
  const span = residualFacts(spec.residual).join === "concatenation" ? 1 : spec.blockLayers;
  const blocks: LayerBlock[] = [];
  for (let first = 1; first < spec.depth; first += span) {
    const last = Math.min(first + span, spec.depth) - 1;
    blocks.push({ index: blocks.length, first, last, residual: skips && widths[first - 1] === widths[last] });
  }
  return blocks;
}
