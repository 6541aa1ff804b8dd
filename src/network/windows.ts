import { EvanesceError } from "../base/errors.ts";
import type { RecurrentSpec } from "../spec/recurrent.ts";
import type { MeasureOptions } from "./types.ts";

/** The most numbers of a credit matrix: 32 MiB, and as many norms to measure. */
const MOST_CREDITS = 2 ** 22;
/** Losses whose credit is measured by default: each costs half a backward pass. */
const CREDITED = 32;

/** The windows that `truncate` and `credit` request. */
export interface WindowOptions {
  readonly truncate?: { readonly k1: number; readonly k2: number };
  readonly creditStride?: number;
}

/**
 * Checks the options of single losses and windows.
 *
 * @param losses how many of the T steps have a loss
 * @throws EvanesceError naming the option
 */
export function windowOptions(
  { truncate, credit, lastStep }: MeasureOptions,
  spec: RecurrentSpec,
  T: number,
  lossEvery: boolean,
  losses: number,
): WindowOptions {
  if (lastStep) requireEveryStep("lastStep", lossEvery);
  return {
    ...(truncate === undefined ? {} : { truncate: parseTruncation(truncate, spec) }),
    ...(credit === undefined || credit === false ? {} : { creditStride: parseCredit(credit, T, lossEvery, losses) }),
  };
}

function requireEveryStep(where: string, lossEvery: boolean): void {
  if (lossEvery) return;
  throw new EvanesceError(where, "a loss at every step", "one at the last step", "choose a task that has one");
}

/** Refuses these options for a network without steps. */
export function requireNoWindows({ truncate, credit, lastStep, fromStart, bins }: MeasureOptions): void {
  const asked = {
    truncate: truncate !== undefined,
    credit: credit !== undefined && credit !== false,
    lastStep,
    fromStart,
    bins: bins !== undefined,
  };
  const option = Object.entries(asked).find(([, each]) => each === true)?.[0];
  if (option === undefined) return;
  throw new EvanesceError(option, "a recurrent network", "a feed-forward one", "leave it out: it has no steps");
}

function parseTruncation(truncate: NonNullable<MeasureOptions["truncate"]>, spec: RecurrentSpec) {
  if (spec.bidirectional) {
    const remedy =
      "set bidirectional to false, or take shorter sequences: a loss that reaches back in one direction and ahead in the other has no window k2 steps long, and a level above mixes both";
    throw new EvanesceError("truncate", "a network of one direction", "a bidirectional one", remedy);
  }
  const { k1, k2 } = typeof truncate === "number" ? { k1: truncate, k2: truncate } : truncate;
  for (const [name, value] of Object.entries({ k1, k2 })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new EvanesceError(`truncate.${name}`, "a whole number of steps ≥ 1", value, "use 1 for a single step");
    }
  }
  if (k2 < k1) {
    throw new EvanesceError(
      "truncate.k2",
      `at least k1 = ${k1}`,
      k2,
      "send the losses of k1 steps back k1 steps or more",
    );
  }
  return { k1, k2 };
}

function parseCredit(
  credit: Exclude<MeasureOptions["credit"], undefined | false>,
  T: number,
  lossEvery: boolean,
  losses: number,
): number {
  requireEveryStep("credit", lossEvery);
  const { matrix = false, steps = undefined } = credit === true ? {} : credit;
  if (steps !== undefined && (!Number.isSafeInteger(steps) || steps < 1)) {
    throw new EvanesceError("credit.steps", "a whole number ≥ 1", steps, "use 1 for the loss of every step");
  }
  const stride = Math.min(steps ?? (matrix ? 1 : Math.ceil(losses / CREDITED)), T);
  const count = Math.ceil(losses / stride) * T;
  if (count > MOST_CREDITS) {
    const least = Math.ceil(losses / Math.floor(MOST_CREDITS / T));
    const remedy = T > MOST_CREDITS ? "use fewer steps" : `use fewer steps, or credit.steps ≥ ${least}`;
    throw new EvanesceError("credit", `at most ${MOST_CREDITS} pairs of steps`, `${T} × ${count / T}`, remedy);
  }
  return stride;
}
