/**
 * The layers that a residual block spans. `layers.0` is the stem and belongs to no block. Every `blockLayers` layers
 * after it form a block; the last block may be shorter. All blocks are numbered 0, 1, …. A block has a skip path if the
 * spec has a residual and the block's input is as wide as its output. In a dense network each block is one layer
 * without a skip path.
 */

import type { ResidualName } from "../../src/catalogue/index.ts";

export interface Block {
  /** k of `residuals.{k}` and `gates.{k}`. */
  readonly index: number;
  readonly first: number;
  readonly last: number;
  readonly skip: boolean;
}

/** @param widths H of every layer */
export function blocksOf(widths: readonly number[], residual: ResidualName, blockLayers: number): Block[] {
  const span = residual === "dense" ? 1 : blockLayers;
  const joined = residual !== "none" && residual !== "dense";
  const blocks: Block[] = [];
  for (let first = 1; first < widths.length; first += span) {
    const last = Math.min(first + span, widths.length) - 1;
    blocks.push({ index: blocks.length, first, last, skip: joined && widths[first - 1] === widths[last] });
  }
  return blocks;
}
