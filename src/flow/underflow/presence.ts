import type { GradientFlow } from "../types/index.ts";

/*
 * Finds where a gradient is exactly zero. The entries of one sample's δ share one frame. So an entry that is smaller
 * than the largest by more than float32's range becomes zero. If the path of the large entries ends further down, the
 * profile is then −∞ although the true gradient is not zero. A second pass decides: it raises small entries at every
 * station (`lifted`), so that only true zeros are zero in it.
 */

/** For every place of δ, one backward sweep after the other: 1 if δ is not zero there, else 0. */
export interface Presence {
  readonly alive: Uint8Array;
  /** Places where the gradient ends: δ is not zero, but zero at the next place. Indices into `alive`. */
  readonly ends: () => readonly End[];
}

/** A place where the gradient ends: δ is not zero at `station`, and zero at the place `at` to which it goes. */
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

/** The first end in `measured` that is no end in the pass with raised entries. */
export function findLostEntries(measured: readonly End[], lifted: Uint8Array): GradientFlow["underflow"] {
  const lost = measured.find(({ at }) => lifted[at] === 1);
  return lost && { station: lost.station, layer: lost.layer, of: "entries" };
}

/**
 * If squares of norms have this ratio, the slope between them is below float32's normal range, 2⁻¹²⁶: the result has
 * few digits, or none.
 */
export const SUBNORMAL_SQUARE = 2 ** -252;

/** ln 2⁻¹²⁶. */
export const LN_LEAST_NORMAL = -126 * Math.LN2;
