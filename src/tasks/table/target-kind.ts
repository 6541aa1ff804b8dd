import type { ColumnKind } from "./kinds.ts";
import type { ColumnProfile } from "./profile.ts";

/* Whether the column of a target holds classes or numbers, and the reason for the note. */

/** At most this many whole numbers are read as classes, and each must occur this often. */
const MOST_CLASSES = 20;
const LEAST_PER_CLASS = 5;
export function looksLikeClasses(kind: ColumnKind, p: ColumnProfile): boolean {
  if (kind.kind === "words" || kind.kind === "boolean") return true;
  const counts = p.wholeCounts;
  return (
    counts !== undefined &&
    counts.size <= MOST_CLASSES &&
    [...counts.values()].every((count) => count >= LEAST_PER_CLASS)
  );
}

/** The reason why a target is read as classes: "it holds words". */
export function whyClasses(kind: ColumnKind, p: ColumnProfile): string {
  if (kind.kind === "words") return "it holds words";
  if (kind.kind === "boolean") return "it holds true and false";
  const least = Math.min(...(p.wholeCounts?.values() ?? []));
  return `it holds ${p.wholeCounts?.size} different whole numbers, each in at least ${least} rows (target-kind=number makes it a regression)`;
}

/** The reason why a target is read as a number. */
export function whyNumber(kind: ColumnKind, p: ColumnProfile): string {
  if (kind.kind !== "number" || !p.whole) return "it holds numbers that are not all whole";
  const counts = p.wholeCounts;
  if (counts === undefined || counts.size > MOST_CLASSES)
    return `it holds more than ${MOST_CLASSES} different whole numbers`;
  const [value, count] = [...counts].reduce((least, each) => (each[1] < least[1] ? each : least));
  return `its value ${value} occurs in ${count} ${count === 1 ? "row" : "rows"}, and a class needs ${LEAST_PER_CLASS} (target-kind=classes makes it a classification)`;
}
