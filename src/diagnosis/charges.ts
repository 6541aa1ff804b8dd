import { concentration } from "../metrics/index.ts";
import type { CauseName } from "./types.ts";

/** Pushes below this part of all are rounding. */
const NEGLIGIBLE = 1e-3;

/** Nats of each factor, interval by interval: interval s leads from station s + 1 back to station s. */
export type Factors = Map<CauseName, Float64Array>;

/** A run of stations over which the gradient moved one way. */
export interface Stretch {
  /** The station it ends at, farthest from the loss, and the one it begins at. */
  readonly from: number;
  readonly to: number;
  /** −1 where it shrinks, 1 where it grows. */
  readonly direction: 1 | -1;
  /** By how much, nats, ≥ 0. */
  readonly gain: number;
}

/** What even a careful initialization loses over a stretch: charged to `name`, out of `bearer`'s or of all alike. */
export interface Careful {
  readonly name: CauseName;
  readonly nats: number;
  readonly bearer: CauseName | null;
}

/** One factor's part in a stretch. */
export interface Charge {
  readonly factor: CauseName;
  /** Its part of the stretch's gain, signed: the charges of a stretch add up to it. */
  readonly charged: number;
  /** Its own sum along the stretch, signed. */
  readonly nats: number;
  /** From and to: the shortest run of stations where half of it happens. */
  readonly stations: readonly [number, number];
}

/**
 * Who moved the gradient along a stretch.
 *
 * Every factor's nats are summed with their signs, so that what a factor loses here and wins back there is no fault of
 * it. Factors whose sum pushes the stretch's way are charged in proportion to it; those that pushed against it are not.
 * Empty where nothing pushes.
 */
export function chargeFactors(factors: Factors, stretch: Stretch, careful: Careful | null): Charge[] {
  const { from, to, direction, gain } = stretch;
  const pushes = new Map<CauseName, number>();
  for (const [name, series] of factors) {
    let sum = 0;
    for (let s = from; s < to; s++) sum += series[s];
    pushes.set(name, Math.max(0, direction * sum) || 0);
  }
  // what a layer above brings was lost in that layer, by factors of its own
  for (const brought of ["above", "injected"]) {
    if ([...pushes].some(([name, push]) => name !== brought && push > 0)) pushes.delete(brought);
  }
  const everything = [...pushes.values()].reduce((a, b) => a + b, 0);
  if (!(everything > 0)) return [];
  // rounding is nobody's fault
  for (const [name, push] of pushes) if (push < NEGLIGIBLE * everything) pushes.delete(name);
  const total = [...pushes.values()].reduce((a, b) => a + b, 0);
  const bearer = careful === null ? 0 : careful.bearer === null ? total : (pushes.get(careful.bearer) ?? 0);
  // in nats of the gain: what pushed against it takes from all in proportion
  const scale = gain / total;
  const usual = careful === null ? 0 : Math.min(careful.nats, bearer * scale);
  const charges: Charge[] = [];
  if (careful !== null) {
    charges.push({ factor: careful.name, charged: direction * usual, nats: direction * usual, stations: [from, to] });
  }
  for (const [factor, push] of pushes) {
    const bears = careful !== null && (careful.bearer === null || careful.bearer === factor) && bearer > 0;
    const charged = scale * push - (bears ? usual * (push / bearer) : 0);
    const stations = where(factors.get(factor) as Float64Array, stretch);
    charges.push({ factor, charged: direction * charged, nats: direction * push, stations });
  }
  return charges.filter(({ charged }) => charged !== 0);
}

/** Interval s holds the operations of station s + 1, which lead back from it. */
function where(series: Float64Array, { from, to, direction }: Stretch): readonly [number, number] {
  const run = concentration(series.subarray(from, to).map((value) => direction * value));
  return run === null ? [from, to] : [from + run.from + 1, from + run.to + 1];
}

/**
 * The stretch behind a sick one over which the gradient moves back by more than `threshold`: a second fault that hides
 * behind the first. Null where there is none.
 *
 * @param gains [S] nats relative to the last station
 */
export function counterStretch(gains: Float64Array, { from, direction }: Stretch, threshold: number): Stretch | null {
  let farthest = from;
  for (let s = from - 1; s >= 0; s--) {
    if (!Number.isFinite(gains[s])) break;
    if (direction * (gains[farthest] - gains[s]) > 0) farthest = s;
  }
  const gain = direction * (gains[from] - gains[farthest]);
  return gain > threshold ? { from: farthest, to: from, direction: direction > 0 ? -1 : 1, gain } : null;
}
