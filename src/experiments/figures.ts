import { mean, overSeeds } from "./intervals.ts";
import type { Figure } from "./types.ts";

/** Named groups of values as bars of their means, with Student's intervals. */
export function bars(label: string, groups: Readonly<Record<string, readonly number[]>>): Figure {
  const names = Object.keys(groups);
  const numbers = names.map((name) => overSeeds(name, groups[name], ""));
  return {
    x: { label: "", names },
    y: { label },
    series: [
      {
        label,
        x: names.map((_, i) => i),
        y: numbers.map(({ value }) => value),
        low: numbers.map(({ low }) => low),
        high: numbers.map(({ high }) => high),
        as: "bars",
      },
    ],
  };
}

/** Named groups of values, one for each x, as lines of their means. */
export function lines(
  x: Figure["x"] & { readonly at: readonly number[] },
  y: Figure["y"],
  groups: Readonly<Record<string, readonly (readonly number[])[]>>,
): Figure {
  const { at, ...axis } = x;
  return { x: axis, y, series: Object.entries(groups).map(([label, rows]) => ({ label, x: at, y: rows.map(mean) })) };
}
