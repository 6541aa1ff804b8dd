import type { BlockOperations, Factor, Interval, TapeOperation } from "./tape.ts";

/*
 * The ledger between stations. A factor is an operation's adjoint, and the slot that holds its norm. At a block's input
 * the gradient is the sum of the branch, of `skip` (of a highway (1 − g) ⊙ δ) and of `gating` (the part through a
 * highway's gate). In a dense network Wᵀ v is a gradient for all earlier stations: `concat` is the part for the nearest
 * one, and the gradient from later layers is its route `skip`.
 */

/** [L − 1] intervals, s leading from δ_{s+1} to δ_s. */
export function ledgerIntervals(blocks: readonly BlockOperations[], dense: boolean): Interval[] {
  const intervals: Interval[] = [];
  for (const { block, layers, join, gate, tail } of blocks) {
    const behind = back(tail);
    // the point where the routes split: at the join, or at the station itself if there is no join
    let prefix: readonly Factor[] = join === null ? [] : behind;
    let lead: readonly Factor[] = join === null ? behind : [];
    if (join !== null && join.ySlot >= 0) lead = [{ name: "scale", slot: join.ySlot }];
    for (let l = block.last; l >= block.first; l--) {
      const branch = [...lead, ...back(layers[l - block.first])];
      const others: Factor[][] = [];
      if (l === block.first) {
        if (join !== null) others.push([{ name: "skip", slot: join.xSlot }]);
        if (gate !== null) others.push([{ name: "gating", slot: gate.xSlot }]);
        if (dense) {
          const reader = layers[0][0];
          branch.push({ name: "concat", slot: reader.partSlot });
          others.push([{ name: "skip", slot: reader.priorSlot }]);
        }
      }
      intervals[l - 1] = { prefix, routes: [branch, ...others] };
      prefix = [];
      lead = [];
    }
  }
  return intervals;
}

/** The factors of a series, in the order of the backward pass. */
const back = (operations: readonly TapeOperation[]): Factor[] =>
  operations.toReversed().map(({ name, xSlot }) => ({ name, slot: xSlot }));
