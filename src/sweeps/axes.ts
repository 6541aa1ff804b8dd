/*
 * Axes of a map. An axis is a list of points, and a point sets one or several keys. Every point of an axis is combined
 * with every point of the others.
 */
import { EvanesceError } from "../base/errors.ts";
import { random } from "../base/random.ts";
import { sobol, SOBOL_DIMENSIONS } from "./sobol.ts";
import type { Setting } from "./types.ts";

/** The values of an axis: a list, or a range that is divided evenly. */
export interface ValuesInput {
  /**
   * A key of the spec (`depth`, `init.gain`), of the task (`task.steps`), of the plan (`plan.optimizer.learningRate`),
   * or `batch`.
   */
  readonly key: string;
  readonly values?: readonly Setting[] | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Number of points of a range, with its ends. */
  readonly count?: number | undefined;
  /** Distance of two points, instead of `count`. */
  readonly step?: number | undefined;
  /** `log`: equal ratios between points. Default linear. */
  readonly scale?: "linear" | "log" | undefined;
  /** Rounds every value to a whole number; equal neighbors become one. */
  readonly whole?: boolean | undefined;
}

/** One axis in the form of a map file. */
export type AxisInput = (
  | ValuesInput
  /** Several keys that change together: point i takes value i of each. */
  | { readonly zip: readonly ValuesInput[] }
  /** Points drawn uniformly, or uniformly in the logarithm with `scale: "log"`. */
  | { readonly random: readonly ValuesInput[]; readonly samples: number }
  /** Points of a Sobol sequence, which fill the space evenly. */
  | { readonly sobol: readonly ValuesInput[]; readonly samples: number }
) & {
  /** The axis changes only in cells that match; the others keep the value of the base. */
  readonly when?: Match | undefined;
};

/** Keys and their required values: one value, one of a list, or a number between two ends. */
export type Match = Readonly<Record<string, Setting | { readonly least?: number; readonly most?: number }>>;

/** The keys and values that a point sets. */
export type Settings = Readonly<Record<string, Setting>>;

/** Every key of an axis, in order. */
export const keysOf = (axis: AxisInput): string[] => partsOf(axis).map(({ key }) => key);

function partsOf(axis: AxisInput): readonly ValuesInput[] {
  if ("zip" in axis) return axis.zip;
  if ("random" in axis) return axis.random;
  if ("sobol" in axis) return axis.sobol;
  return [axis];
}

/**
 * The points of one axis.
 *
 * @param where the name of the axis in messages
 * @param seed seed of random samples
 * @throws EvanesceError for a range without ends, unequal lists in a zip, or too many dimensions of a Sobol sequence
 */
export function pointsOf(axis: AxisInput, where: string, seed: number): Settings[] {
  if ("zip" in axis) return zipped(axis.zip, where);
  if ("random" in axis) {
    const stream = random(seed, `sweep/random/${keysOf(axis).join("/")}`);
    const unit = () => axis.random.map(() => stream.uniform());
    return sampled(axis.random, axis.samples, unit, `${where}.random`);
  }
  if ("sobol" in axis) {
    if (axis.sobol.length > SOBOL_DIMENSIONS) {
      const rule = `at most ${SOBOL_DIMENSIONS} keys`;
      throw new EvanesceError(`${where}.sobol`, rule, axis.sobol.length, "use random samples");
    }
    const next = sobol(axis.sobol.length);
    return sampled(axis.sobol, axis.samples, next, `${where}.sobol`);
  }
  return valuesOf(axis, where).map((value) => ({ [axis.key]: value }));
}

function zipped(parts: readonly ValuesInput[], where: string): Settings[] {
  const lists = parts.map((part, i) => valuesOf(part, `${where}.zip.${i}`));
  const odd = lists.findIndex(({ length }) => length !== lists[0].length);
  if (odd >= 0) {
    const rule = `${lists[0].length} values, as ${parts[0].key} has`;
    throw new EvanesceError(`${where}.zip.${odd}`, rule, lists[odd].length, "give every list of a zip the same length");
  }
  return lists[0].map((_, i) => Object.fromEntries(parts.map(({ key }, p) => [key, lists[p][i]])));
}

function sampled(parts: readonly ValuesInput[], samples: number, next: () => number[], where: string): Settings[] {
  const places = parts.map((part, i) => placeOf(part, `${where}.${i}`));
  return Array.from({ length: samples }, () => {
    const point = next();
    return Object.fromEntries(parts.map(({ key }, p) => [key, places[p](point[p])]));
  });
}

/** The value at a place u in [0, 1) of a list or a range. */
function placeOf(part: ValuesInput, where: string): (u: number) => Setting {
  const { values, scale, whole } = part;
  if (values !== undefined) return (u) => values[Math.min(values.length - 1, Math.floor(u * values.length))];
  const { from, to } = ends(part, where);
  const round = (value: number) => (whole ? Math.round(value) : value);
  return scale === "log" ? (u) => round(from * (to / from) ** u) : (u) => round(from + (to - from) * u);
}

function valuesOf(part: ValuesInput, where: string): readonly Setting[] {
  if (part.values !== undefined) {
    if (part.values.length === 0) throw new EvanesceError(`${where}.values`, "at least one value", [], "add a value");
    return part.values;
  }
  const { from, to } = ends(part, where);
  const { count, step, scale, whole } = part;
  if ((count === undefined) === (step === undefined)) {
    throw new EvanesceError(where, "either count or step together with from and to", part, "give one of the two");
  }
  const n = count ?? Math.floor((to - from) / (step as number) + 1e-9) + 1;
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new EvanesceError(
      where,
      "a range of at least one point",
      { from, to, step },
      "let step lead from `from` to `to`",
    );
  }
  if (n > MOST_POINTS) throw new EvanesceError(where, `at most ${MOST_POINTS} points`, n, "use fewer");
  const place = (i: number): number => {
    if (n === 1) return from;
    if (step !== undefined) return from + i * step;
    if (i === n - 1) return to; // otherwise rounding could miss the end
    return scale === "log" ? from * (to / from) ** (i / (n - 1)) : from + ((to - from) * i) / (n - 1);
  };
  const all = Array.from({ length: n }, (_, i) => (whole ? Math.round(place(i)) : place(i)));
  return all.filter((value, i) => i === 0 || value !== all[i - 1]);
}

/** Most points of one range; more are probably a typing error. */
const MOST_POINTS = 1_000_000;

function ends({ from, to, scale }: ValuesInput, where: string): { from: number; to: number } {
  if (from === undefined || to === undefined) {
    throw new EvanesceError(where, "a list `values`, or `from` and `to`", undefined, "add one of them");
  }
  if (scale === "log" && !(from > 0 && to > 0)) {
    throw new EvanesceError(where, "ends above 0 on a logarithmic scale", { from, to }, "use scale linear");
  }
  return { from, to };
}

/** Whether a cell's settings match. */
export function matches(match: Match, valueAt: (key: string) => unknown): boolean {
  return Object.entries(match).every(([key, wanted]) => {
    const value = valueAt(key);
    if (Array.isArray(wanted)) return wanted.includes(value as Setting);
    if (typeof wanted !== "object" || wanted === null) return value === wanted;
    const { least = -Infinity, most = Infinity } = wanted as { least?: number; most?: number };
    return typeof value === "number" && value >= least && value <= most;
  });
}
