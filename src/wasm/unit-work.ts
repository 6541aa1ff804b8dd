/*
 * A pass is a list of units, of which its host may run a few and then something else. Work is counted in
 * multiplications: twenty million take about a millisecond.
 */

/** Multiplications of the largest unit: some ten milliseconds. */
export const UNIT = 2e8;

/** Multiplications of one call: about a millisecond. */
const CALL = 2e7;

/** How many units of so much work one call may run. */
export const unitsOfCall = (work: number): number => Math.max(1, Math.floor(CALL / work));
