import type { CellResult } from "../../src/sweeps/types.ts";

/** A sound line of a journal. */
export const JOURNAL_LINE = {
  ...{ hash: "0".repeat(64), id: "a", settings: { hidden: 2 }, plan: null, replicate: 0, seed: 1 },
  result: {
    start: {
      ...{ outcome: "finite", loss: 0.5, verdict: "healthy" },
      decay: { perStation: 0.1, halfLife: 7, rSquared: 1, totalGain: -2 },
    },
    ...{ cause: null, trained: null, profile: [-1, 0], lnFirstWeightGradient: -1, lnLastWeightGradient: 0 },
  },
};

/** @throws for a result whose numbers are no numbers, or whose words are no words: a map is drawn from it */
export function requireDrawable({ start, cause, profile, lnFirstWeightGradient }: CellResult): void {
  const numbers = [start.decay?.totalGain ?? 0, start.loss ?? 0, lnFirstWeightGradient, ...(profile ?? [])];
  if (numbers.some((number) => typeof number !== "number")) throw new Error("a result without its numbers");
  if (cause !== null && typeof cause !== "string") throw new Error("a cause that is no word");
}
