import type { NetworkSpec } from "../spec/index.ts";
import { changesBetween, withLists } from "./changes.ts";
import type { Work } from "./findings.ts";
import { ranked } from "./rank.ts";
import { applied, type MeasuredNetwork, REMEDIES } from "./remedies/index.ts";
import { type Plan, treat } from "./try-remedies.ts";
import type { PrescriptionEvent, Treatment } from "./types.ts";

/** Number of pairs that are tried: the best remedy with each of the next two of other families. */
const PAIRS = 2;

/** Tries the best remedy together with the next best remedies of other families. */
export async function* combine(work: Work): AsyncGenerator<PrescriptionEvent, void> {
  const [best, ...others] = ranked(work.findings.treatments).filter(({ wholePath }) => wholePath);
  if (best === undefined) return;
  const plans: Plan[] = [];
  const families = new Set([best.family]);
  for (const other of others) {
    if (plans.length === PAIRS) break;
    if (families.has(other.family) || !(other.recovered.mean > 0)) continue;
    const spec = together(work, best, other);
    if (spec === null) continue;
    families.add(other.family);
    plans.push({
      name: `${best.name} + ${other.name}`,
      kind: "combination",
      family: `${best.family} + ${other.family}`,
      what: `${best.what}; ${other.what}`,
      source: `${best.source}; ${other.source}`,
      price: [best.price, other.price].filter((price) => price !== null).join("; ") || null,
      of: [best.name, other.name],
      spec,
      shortens: false,
      batch: undefined,
    });
  }
  work.plan(plans.length * work.settings.seeds.length);
  yield* treat(work, plans);
}

/**
 * The spec of one remedy with the other applied, in either order; null if both are the same, or if one undoes the
 * other.
 */
function together(work: Work, a: Treatment, b: Treatment): NetworkSpec | null {
  const measured = work.findings.profile as MeasuredNetwork;
  for (const [first, second] of [
    [a, b],
    [b, a],
  ]) {
    const remedy = REMEDIES.find(({ name, kind }) => name === second.name && kind === measured.spec.kind);
    if (remedy === undefined || remedy.solves === true) continue;
    const spec = applied(remedy, first.spec, measured);
    if (spec === null) continue;
    const both = [...first.changes, ...second.changes].every(({ path, from }) => !isBack(spec, path, from));
    if (both && [a, b].every((one) => changesBetween(one.spec, spec).length > 0)) return spec;
  }
  return null;
}

/** Whether a key has its original value again. */
function isBack(spec: NetworkSpec, path: string, from: unknown): boolean {
  const value = path
    .split(".")
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], withLists(spec));
  return JSON.stringify(value ?? null) === JSON.stringify(from);
}
