/**
 * Which layers a residual block spans. `layers.0` is the stem, outside any block; the layers after it are taken
 * `blockLayers` at a time, the last block being shorter where they do not divide. Blocks are numbered 0, 1, … whether
 * or not they have a skip path; one whose input and output widths differ has none, and none has one without a
 * residual. Dense networks concatenate instead: their blocks are single layers without a skip.
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
