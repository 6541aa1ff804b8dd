import type { BlockOperations, Factor, Interval, TapeOperation } from "./tape.ts";

/*
 * The ledger between stations. A factor is an operation's adjoint, and the slot that holds its norm. At a block's input
 * the branch meets `skip` (a highway's (1 − g) ⊙ δ) and `gating` (what reaches h through a highway's gate). In a dense
 * network Wᵀ v falls on all earlier stations: `concat` is the share of the nearest among them, and what later layers
 * had sent there is its route `skip`.
 */

/** [L − 1] intervals, s leading from δ_{s+1} to δ_s. */
export function ledgerIntervals(blocks: readonly BlockOperations[], dense: boolean): Interval[] {
  const intervals: Interval[] = [];
  for (const { block, layers, join, gate, tail } of blocks) {
    const behind = back(tail);
    // the point where the routes split: after the join, or without one at the station itself
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

/** A series backwards. */
const back = (operations: readonly TapeOperation[]): Factor[] =>
  operations.toReversed().map(({ name, xSlot }) => ({ name, slot: xSlot }));
