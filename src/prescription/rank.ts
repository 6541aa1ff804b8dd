import { distance } from "./measure.ts";
import { REMEDIES } from "./remedies/index.ts";
import type { Treatment } from "./types.ts";

/**
 * Gains that differ by less than this count as equal: a factor e in the gradient's norm is no more than the usual error
 * of a learning rate.
 */
const ALIKE = 1;

/**
 * Ranks treatments, the best first. Those that make the path healthy on every seed come before the others; those that
 * keep the whole path come before those that shorten it. Then |gain| after the treatment decides (mean over seeds), in
 * groups: the first group is the best treatment and all within a nat of it. Inside a group the cheaper come first:
 * those without another price, then those with fewer operations, then with fewer parameters. Equal ones keep the order
 * of the table of remedies, which is that of common practice, with combinations last.
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

/** |gain| after the treatment, mean over seeds. */
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

/** Rounds a cost, so that costs within a tenth count as equal. */
const rounded = (ratio: number) => Math.round(10 * ratio);
