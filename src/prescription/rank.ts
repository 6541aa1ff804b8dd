import { distance } from "./measure.ts";
import { REMEDIES } from "./remedies/index.ts";
import type { Treatment } from "./types.ts";

/**
 * Nats within which two paths serve alike: a factor e in the gradient's norm, no more than a learning rate is off
 * anyway.
 */
const ALIKE = 1;

/**
 * Best first. Those that make the path healthy on every seed come before those that do not, and those that keep the
 * whole path before those that shorten it. Then |gain| after decides, mean over seeds, to within a nat: from the best
 * on, all within a nat of it are one group, and inside a group the cheaper comes first: those without a price of
 * another kind, then fewer operations, then fewer parameters; then they stand in the order of the table of remedies,
 * which is that of common practice, combinations last.
 */
export function ranked(treatments: readonly Treatment[]): Treatment[] {
  const classes = new Map<number, Treatment[]>();
  for (const treatment of treatments) {
    const healthy = treatment.verdicts.every((verdict) => verdict === "healthy");
    const order = (healthy ? 0 : 2) + (treatment.wholePath ? 0 : 1);
    classes.set(order, [...(classes.get(order) ?? []), treatment]);
  }
  return [...classes.keys()]
    .sort((a, b) => a - b)
    .flatMap((order) => inGroups(classes.get(order) as Treatment[]))
    .map((treatment, i) => ({ ...treatment, rank: i + 1 }));
}

function inGroups(treatments: readonly Treatment[]): Treatment[] {
  const left = [...treatments].sort((a, b) => order(awayOf(a), awayOf(b)));
  const out: Treatment[] = [];
  while (left.length > 0) {
    const limit = awayOf(left[0]) + ALIKE;
    const end = left.findIndex((treatment) => awayOf(treatment) > limit);
    out.push(...left.splice(0, end < 0 ? left.length : end).sort(byCost));
  }
  return out;
}

/** |gain| after, mean over seeds. */
const awayOf = ({ gains }: Pick<Treatment, "gains">): number =>
  gains.reduce((sum, gain) => sum + distance(gain), 0) / gains.length;

const order = (a: number, b: number) => (a < b ? -1 : a > b ? 1 : 0);

const byCost = (a: Treatment, b: Treatment): number =>
  Number(a.price !== null) - Number(b.price !== null) ||
  order(rounded(a.flopsRatio), rounded(b.flopsRatio)) ||
  order(rounded(a.parametersRatio), rounded(b.parametersRatio)) ||
  placeOf(a) - placeOf(b) ||
  order(awayOf(a), awayOf(b));

function placeOf({ name, spec }: Treatment): number {
  const at = REMEDIES.findIndex((remedy) => remedy.name === name && remedy.kind === spec.kind);
  return at < 0 ? REMEDIES.length : at;
}

/** Costs within a tenth are alike. */
const rounded = (ratio: number) => Math.round(10 * ratio);
