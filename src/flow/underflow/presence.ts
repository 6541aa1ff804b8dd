import type { GradientFlow } from "../types/index.ts";

/*
 * Where a gradient is and where it is not. Entries of one sample's δ share one frame. So an entry that is more than
 * float32's range below the largest becomes zero, and if the large ones end further down, the profile reads −∞ although
 * the true gradient is not zero. A second pass tells: it raises small entries at every station (`lifted`), so that what
 * is zero in it is zero indeed.
 */

/** Of one backward sweep after another, every place of δ that may be zero: 1 where it is not. */
export interface Presence {
  readonly alive: Uint8Array;
  /** Places that have a gradient beside a place that gets none from it: indices into `alive`. */
  readonly ends: () => readonly End[];
}

/** δ is not zero at `station`, and zero at the place `at` that it goes to. */
export interface End {
  readonly station: number;
  readonly layer: number;
  readonly at: number;
}

/** Whether every square is positive, so that no place is zero. In nearly every pass this saves the closer look. */
export function isPositive(squares: ArrayLike<number>, count = squares.length): boolean {
  for (let i = 0; i < count; i++) if (!(squares[i] > 0)) return false;
  return true;
}

/** The first end of `measured` that is none in the pass with raised entries. */
export function findLostEntries(measured: readonly End[], lifted: Uint8Array): GradientFlow["underflow"] {
  const lost = measured.find(({ at }) => lifted[at] === 1);
  return lost && { station: lost.station, layer: lost.layer, of: "entries" };
}

/**
 * Squares of norms whose ratio this is belong to a slope below float32's normal range, 2⁻¹²⁶: what is left of it has
 * few digits, or none.
 */
export const SUBNORMAL_SQUARE = 2 ** -252;

/** ln 2⁻¹²⁶. */
export const LN_LEAST_NORMAL = -126 * Math.LN2;
