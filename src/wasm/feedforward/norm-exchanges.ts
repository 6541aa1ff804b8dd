import type { Call, Exchange } from "../../parallel/job.ts";
import type { PlannedTensor } from "../plan.ts";
import type { DepthPass } from "./pass.ts";

/* The calls of one worker's share of a pass with batch norm. Between the phases of a layer it exchanges partial sums
 * with the other workers. */

/** Phases of batch norm; after each phase except the last the workers exchange partial sums. */
const PHASES = 3;

/** The exchanges between the workers of a pass. */
export interface NormExchanges {
  /** Bytes of the largest exchange. */
  readonly most: number;
  /** The calls and exchanges of the worker that has `count` panels from `first` on. */
  steps(first: number, count: number): (Call | Exchange)[];
}

/**
 * @param partials the tensor of partial sums, in a worker's plan
 * @param pass     the address of the pass's record there
 * @param P        panels of the whole batch
 */
export function normExchanges(
  whole: DepthPass,
  { offset, bytes }: PlannedTensor,
  pass: number,
  P: number,
): NormExchanges {
  const { arena, units } = whole;
  const { core } = arena;
  const address = arena.address("pass");
  const meets = Array.from({ length: units }, (_, u) => u).filter((u) => core.depthIsBatchNorm(address, u) !== 0);
  const panelBytes = meets.map((u) =>
    Array.from({ length: PHASES - 1 }, (_, phase) => core.depthPartialBytes(address, u, phase)),
  );
  const steps = (first: number, count: number): (Call | Exchange)[] => {
    const all: (Call | Exchange)[] = [];
    let from = 0;
    meets.forEach((u, m) => {
      if (u > from) all.push(["depthRun", pass, from, u]);
      from = u + 1;
      for (let phase = 0; phase < PHASES; phase++) {
        all.push(["depthPhase", pass, u, phase]);
        const own = panelBytes[m][phase];
        if (own !== undefined) all.push({ at: offset, from: first * own, to: (first + count) * own, bytes: P * own });
      }
    });
    if (from < units) all.push(["depthRun", pass, from, units]);
    return all;
  };
  return { most: bytes, steps };
}
