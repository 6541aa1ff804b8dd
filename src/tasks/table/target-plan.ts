import { EvanesceError } from "../../base/errors.ts";
import type { ColumnKind, FeatureColumn } from "./kinds.ts";
import type { ColumnProfile } from "./profile.ts";
import { looksLikeClasses, whyClasses, whyNumber } from "./target-kind.ts";

/** The target. */
export type TargetPlan =
  | { readonly kind: "classes"; readonly column: number; readonly name: string; readonly cells: ColumnKind }
  | { readonly kind: "numbers"; readonly columns: readonly FeatureColumn[] };

/** A column that the caller chose as a target. */
export interface JudgedColumn {
  readonly column: number;
  readonly name: string;
  readonly kind: ColumnKind;
  readonly profile: ColumnProfile;
}

/** If the number of classes is more than this share of the rows, a target is not accepted as a classification. */
const OWN_CLASS = 0.8;

/**
 * Classes or numbers, and the sentence that tells the reason.
 *
 * @param table the table's name in messages
 * @param asked the caller's choice; by default the cells decide
 * @throws EvanesceError for columns that cannot be this target
 */
export function planTarget(
  table: string,
  targets: readonly JudgedColumn[],
  asked: "classes" | "number" | undefined,
): { readonly plan: TargetPlan; readonly note: string } {
  const refuse = refuser(table);
  for (const { name, kind } of targets) {
    if (kind.kind === "empty") throw refuse("target", "a column with values", name, "choose another target");
  }
  return targets.length > 1 ? severalTargets(table, targets, asked) : oneTarget(table, targets[0], asked);
}

function oneTarget(table: string, target: JudgedColumn, asked: "classes" | "number" | undefined) {
  const refuse = refuser(table);
  const { column, name, kind, profile } = target;
  if (kind.kind === "date" || kind.kind === "time") {
    const got = `${name}, a column of ${plural(kind)}`;
    throw refuse("target", "a column of numbers or words", got, "choose another target");
  }
  const classes = asked === undefined ? looksLikeClasses(kind, profile) : asked === "classes";
  const reason = classes ? whyClasses(kind, profile) : whyNumber(kind, profile);
  if (!classes && kind.kind === "words") {
    const rule = "numbers, because of target-kind=number";
    throw refuse("target", rule, `${name}, a column of words`, "use target-kind=classes");
  }
  if (classes) {
    requireShared(table, target);
    if (kind.kind === "number" && !profile.whole) {
      const rule = "classes that are words or whole numbers";
      throw refuse("target", rule, `${name}, a column of other numbers`, "use target-kind=number");
    }
  }
  const how = classes ? "a classification" : "a regression, mean squared error";
  const why = asked === undefined ? reason : `of target-kind=${asked}`;
  const plan: TargetPlan = classes
    ? { kind: "classes", column, name, cells: kind }
    : { kind: "numbers", columns: [{ column, name, kind } as FeatureColumn] };
  return { plan, note: `Target \`${name}\`: ${how}, because ${why}.` };
}

function severalTargets(table: string, targets: readonly JudgedColumn[], asked: "classes" | "number" | undefined) {
  const refuse = refuser(table);
  for (const { name, kind } of targets) {
    if (kind.kind === "number" || kind.kind === "boolean") continue;
    const got = `${name}, a column of ${plural(kind)}`;
    throw refuse("target", "columns of numbers, if there are several", got, "choose one target, or numbers");
  }
  if (asked === "classes") {
    throw refuse("target-kind", "number, if there are several targets", "classes", "choose one target");
  }
  const columns = targets.map(({ column, name, kind }) => ({ column, name, kind }) as FeatureColumn);
  const names = targets.map(({ name }) => `\`${name}\``).join(", ");
  const plan: TargetPlan = { kind: "numbers", columns };
  return { plan, note: `Targets ${names}: a regression, mean squared error over all of them.` };
}

/** Refuses a target with a different class in nearly every row, because such classes cannot be learned. */
function requireShared(table: string, { name, kind, profile: p }: JudgedColumn): void {
  const different = kind.kind === "words" ? p.wordCounts?.size : p.wholeCounts?.size;
  const own = different === undefined ? !p.repeats : different > OWN_CLASS * p.filled && p.filled > 2;
  if (!own) return;
  const got =
    different === undefined
      ? `${name}, many different ones`
      : `${name}, ${different} different ones in ${p.filled} rows`;
  const rule = "classes of which each occurs in several rows";
  const remedy = "choose another target, because nearly every row has a different class";
  throw refuser(table)("target", rule, got, remedy);
}

const refuser = (table: string) => (what: string, rule: string, got: unknown, remedy: string) =>
  new EvanesceError(`${table}: ${what}`, rule, got, remedy);

const plural = ({ kind }: ColumnKind): string => (kind.endsWith("s") ? kind : `${kind}s`);
