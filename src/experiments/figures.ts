import { mean, overSeeds } from "./intervals.ts";
import type { Figure } from "./types.ts";

/** A bar for each named group of values: its mean, with Student's interval. */
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

/** A line for each name: the means of its groups of values, one group for each x. */
export function lines(
  x: Figure["x"] & { readonly at: readonly number[] },
  y: Figure["y"],
  groups: Readonly<Record<string, readonly (readonly number[])[]>>,
): Figure {
  const { at, ...axis } = x;
  return { x: axis, y, series: Object.entries(groups).map(([label, rows]) => ({ label, x: at, y: rows.map(mean) })) };
}
