import { binMeans, binProfile, edgesWithEnds, unbinned } from "../../flow/bins.ts";
import type { GradientFlow } from "../../flow/index.ts";
import { type Fields, fieldsOf, seriesOf } from "../kit/read/fields.ts";

/*
 * A flow of very many steps as JSON, in bins of steps that lie side by side: a number a bin in place of a number a
 * step.
 */

/** Norms, in logarithms: a bin has their root mean square. */
const NORMS = new Set(["lnGradientNorm", "lnCellGradientNorm", "lnCellGradientNorms", "lnStepNorms", "contributions"]);
/** What else a flow has of every step: a bin has the mean. */
const MEANS = new Set([
  "q05",
  "q50",
  "q95",
  "silent",
  "forget",
  "timeConstant",
  "lnExpected",
  "low",
  "high",
  "samples",
]);

type Numbers = Float64Array | Int32Array;
type Convert = (values: unknown, key: string) => unknown;

/** The edges of a flow's bins; undefined if it has none, or no more steps than bins. */
export function edgesOf({ bins, lnGradientNorm: { length } }: GradientFlow): number[] | undefined {
  return bins === undefined || length <= bins ? undefined : edgesWithEnds(length, bins);
}

/** The fields of a flow with a number a bin in place of a number a step. */
export function binFields(
  fields: Readonly<Record<string, unknown>>,
  edges: readonly number[],
): Record<string, unknown> {
  const S = edges[edges.length - 1];
  const binned: Convert = (values, key) =>
    ArrayBuffer.isView(values) && (values as Numbers).length === S
      ? NORMS.has(key)
        ? binProfile(values as Float64Array, edges).lnRootMeanSquare
        : binMeans(values as Numbers, edges)
      : undefined;
  return { ...(converted(fields, binned) as object), bins: { edges } };
}

/** The fields of JSON with bins as those of JSON with a number a step, and how many bins there were. */
export function unbinFields(fields: Fields): Fields {
  if (!fields.has("bins")) return fields;
  const edges = Array.from(fields.object("bins").series("edges"));
  const N = edges.length - 1;
  const whole: Convert = (values, key) =>
    Array.isArray(values) && values.length === N && values.every((value) => !Array.isArray(value))
      ? unbinned(seriesOf(values, `${fields.where}.${key}`, N), edges)
      : undefined;
  return fieldsOf({ ...(converted(fields.all, whole) as object), bins: N }, fields.where);
}

/** `value` with everything that has a number a step converted, where `convert` finds that it is that. */
function converted(value: unknown, convert: Convert, key = ""): unknown {
  if (NORMS.has(key) || MEANS.has(key)) {
    const found = convert(value, key);
    if (found !== undefined) return found;
  }
  if (ArrayBuffer.isView(value) || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => converted(each, convert, key));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, converted(each, convert, name)]));
}
