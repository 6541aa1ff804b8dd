import { concentration } from "../metrics/index.ts";
import type { CauseName } from "./types.ts";

/** A factor whose sum is below this part of all counts as rounding. */
const NEGLIGIBLE = 1e-3;

/** The nats of each factor in each interval. Interval s leads from station s + 1 back to station s. */
export type Factors = Map<CauseName, Float64Array>;

/** A run of stations over which the gradient changed in one direction. */
export interface Stretch {
  /** `from` is the station farthest from the loss, `to` the nearest. */
  readonly from: number;
  readonly to: number;
  /** −1 if the gradient shrinks, 1 if it grows. */
  readonly direction: 1 | -1;
  /** The size of the change in nats, ≥ 0. */
  readonly gain: number;
}

/** Nats that even a careful initialization loses over a stretch. They are charged to `name` and taken from `bearer`. */
export interface Careful {
  readonly name: CauseName;
  readonly nats: number;
  /** The factor from which they are taken; null: from all factors in proportion. */
  readonly bearer: CauseName | null;
}

/** The part of one factor in a stretch. */
export interface Charge {
  readonly factor: CauseName;
  /** Its part of the stretch's gain, signed; the parts of all charges add up to the gain. */
  readonly charged: number;
  /** Its sum along the stretch, signed. */
  readonly nats: number;
  /** First and last of the shortest run of stations with half of its effect. */
  readonly stations: readonly [number, number];
  /** If that run is one station: other stations with a fifth of the effect or more, and their share of it. */
  readonly others?: readonly { readonly station: number; readonly share: number }[];
}

/**
 * Splits the gain of a stretch among the factors.
 *
 * The nats of every factor are summed with their signs, so a factor is not charged for what it loses at one station and
 * wins back at another. Factors whose sum has the direction of the stretch are charged in proportion to it; the others
 * are not charged. Empty if no factor has the direction.
 */
export function chargeFactors(factors: Factors, stretch: Stretch, careful: Careful | null): Charge[] {
  const { from, to, direction, gain } = stretch;
  const pushes = new Map<CauseName, number>();
  for (const [name, series] of factors) {
    let sum = 0;
    for (let s = from; s < to; s++) sum += series[s];
    pushes.set(name, Math.max(0, direction * sum) || 0);
  }
  // a gradient that comes from the layer above was changed by the factors of that layer
  for (const fromAbove of ["above", "injected"]) {
    if ([...pushes].some(([name, push]) => name !== fromAbove && push > 0)) pushes.delete(fromAbove);
  }
  const everything = [...pushes.values()].reduce((a, b) => a + b, 0);
  if (!(everything > 0)) return [];
  // rounding is no cause
  for (const [name, push] of pushes) if (push < NEGLIGIBLE * everything) pushes.delete(name);
  const total = [...pushes.values()].reduce((a, b) => a + b, 0);
  const bearer = careful === null ? 0 : careful.bearer === null ? total : (pushes.get(careful.bearer) ?? 0);
  // scaled to the gain: factors of the other direction reduce all charges in proportion
  const scale = gain / total;
  const usual = careful === null ? 0 : Math.min(careful.nats, bearer * scale);
  const charges: Charge[] = [];
  if (careful !== null) {
    charges.push({ factor: careful.name, charged: direction * usual, nats: direction * usual, stations: [from, to] });
  }
  for (const [factor, push] of pushes) {
    const bears = careful !== null && (careful.bearer === null || careful.bearer === factor) && bearer > 0;
    const charged = scale * push - (bears ? usual * (push / bearer) : 0);
    const series = factors.get(factor) as Float64Array;
    const stations = where(series, stretch);
    const others = elsewhere(series, stretch, stations);
    charges.push({ factor, charged: direction * charged, nats: direction * push, stations, ...others });
  }
  return charges.filter(({ charged }) => charged !== 0);
}

/** The stations of a charge. Interval s holds the operations of station s + 1, through which the gradient goes back. */
function where(series: Float64Array, { from, to, direction }: Stretch): readonly [number, number] {
  const run = concentration(series.subarray(from, to).map((value) => direction * value));
  return run === null ? [from, to] : [from + run.from + 1, from + run.to + 1];
}

/** Least share of a factor's effect, and least nats, that a station beside the first one must have to be named. */
const NAMED = 0.2;
const NAMED_NATS = 1;

/** The other stations of a factor that acts in a few single places. */
function elsewhere(
  series: Float64Array,
  { from, to, direction }: Stretch,
  [first, last]: readonly [number, number],
): Pick<Charge, "others"> {
  if (first !== last) return {};
  const pushes = Array.from(series.subarray(from, to), (value) => Math.max(0, direction * value));
  const total = pushes.reduce((sum, push) => sum + push, 0);
  const others = pushes
    .map((push, i) => ({ station: from + i + 1, share: push / total }))
    .filter(({ station, share }) => station !== first && share >= NAMED && share * total >= NAMED_NATS);
  return others.length === 0 ? {} : { others };
}

/**
 * Splits a path into the stretches over which the gradient changes in one direction by more than `threshold`, the one
 * nearest the loss first. Several faults that hide each other give one stretch each. A path that does not change by so
 * much has none.
 *
 * @param gains [S] nats relative to the last station
 */
export function stretchesOf(gains: Float64Array, threshold: number): Stretch[] {
  const found: Stretch[] = [];
  let start = gains.length - 1;
  let farthest = start;
  let direction = 0;
  const add = () =>
    found.push({
      from: farthest,
      to: start,
      direction: direction < 0 ? -1 : 1,
      gain: Math.abs(gains[farthest] - gains[start]),
    });
  for (let s = start - 1; s >= 0 && Number.isFinite(gains[s]); s--) {
    const moved = gains[s] - gains[farthest];
    if (direction === 0) {
      if (Math.abs(moved) <= threshold) continue;
      direction = Math.sign(moved);
      farthest = s;
    } else if (direction * moved > 0) farthest = s;
    else if (Math.abs(moved) > threshold) {
      add();
      start = farthest;
      direction = -direction;
      farthest = s;
    }
  }
  if (direction !== 0) add();
  return found;
}
