import { EvanesceError } from "../../base/errors.ts";
import type { DateOrder } from "../../formats/cells/dates.ts";
import type { Decimal } from "../../formats/cells/numbers.ts";
import type { RowSource } from "../../formats/table/source.ts";
import { type ColumnName, findColumn, isIdName, isIndexName } from "./columns.ts";
import { type ColumnKind, type FeatureColumn, judgeColumn, type Problem, quoted } from "./kinds.ts";
import type { ColumnProfile } from "./profile.ts";
import { planTarget, type TargetPlan } from "./target-plan.ts";

/** The caller's choices for the columns of a table. */
export interface ColumnOptions {
  /** The input columns; by default all that are not left out. */
  readonly columns?: readonly ColumnName[] | undefined;
  readonly drop?: readonly ColumnName[] | undefined;
  readonly target?: readonly ColumnName[] | undefined;
  /** The column that tells to which sequence a row belongs; it is no input. */
  readonly group?: ColumnName | undefined;
  readonly targetKind?: "classes" | "number" | undefined;
  /** Whether the target's columns are also inputs, because a series knows their past. */
  readonly feedTarget?: boolean | undefined;
  readonly missing?: MissingPolicy | undefined;
  readonly dates: DatePolicy;
  readonly dateFormat?: DateOrder | undefined;
  readonly decimal?: Decimal | undefined;
}

export type MissingPolicy = "drop" | "fill" | "mask" | "error";
export type DatePolicy = "elapsed" | "cyclic" | "drop";

export interface TablePlan {
  readonly features: readonly FeatureColumn[];
  readonly target: TargetPlan | undefined;
  /** The column of the groups. */
  readonly group: number | undefined;
  readonly notes: readonly string[];
}

/** At most this many words become one input each; a column with more is left out. */
const MOST_ONE_HOT = 20;

/** The use of each column: input, target, or left out with a sentence. */
export function planTable(source: RowSource, profiles: readonly ColumnProfile[], options: ColumnOptions): TablePlan {
  return new Planner(source, profiles, options).plan();
}

interface Fault extends Problem {
  readonly column: number;
}

class Planner {
  readonly #source: RowSource;
  readonly #profiles: readonly ColumnProfile[];
  readonly #options: ColumnOptions;
  readonly #notes: string[] = [];
  readonly #faults: Fault[] = [];
  readonly #fileComma: readonly boolean[];
  readonly #filePoint: readonly boolean[];

  constructor(source: RowSource, profiles: readonly ColumnProfile[], options: ColumnOptions) {
    this.#source = source;
    this.#profiles = profiles;
    this.#options = options;
    this.#fileComma = profiles.map((p) => p.numbers > 0 && p.numbers === p.filled && p.commaOnly !== undefined);
    this.#filePoint = profiles.map((p) => p.numbers > 0 && p.numbers === p.filled && p.pointOnly !== undefined);
  }

  plan(): TablePlan {
    const { columns } = this.#source;
    const { target: wanted, columns: kept, drop = [], feedTarget = false, group: by } = this.#options;
    const find = (name: ColumnName, option: string) => findColumn(name, columns, this.#source.name, option);
    const dropped = new Set(drop.map((name) => find(name, "drop")));
    const targets =
      wanted?.map((name) =>
        name === "last" && !columns.includes("last") ? this.#last(dropped) : find(name, "target"),
      ) ?? [];
    const lost = targets.find((column) => dropped.has(column));
    if (lost !== undefined)
      throw this.#refuse("target", "a column that drop= does not leave out", columns[lost], "name another");
    if (wanted?.length === 1 && wanted[0] === "last" && columns.length > 1)
      this.#notes.push(`${this.#title(targets[0])}, the last column, is the target; target=NAME chooses another.`);
    const group = by === undefined ? undefined : find(by, "group");
    if (group !== undefined && targets.includes(group))
      throw this.#refuse("target", "a column other than the group's", columns[group], "name another with target=");
    const explicit = kept?.map((name) => find(name, "columns"));
    const candidates = explicit ?? columns.map((_, i) => i).filter((i) => feedTarget || !targets.includes(i));
    const features = candidates
      .filter((column) => !dropped.has(column) && column !== group)
      .flatMap((column) => this.#feature(column, explicit !== undefined || targets.includes(column)));
    const target = targets.length === 0 ? undefined : this.#target(targets);
    this.#requireReadable();
    return { features, target, group, notes: this.#notes };
  }

  /** The last column that is not left out, and not one without a name or a value: a comma at the end of every line. */
  #last(dropped: ReadonlySet<number>): number {
    const { columns } = this.#source;
    const isBlank = (i: number) => this.#profiles[i].filled === 0 && columns[i] === `column ${i + 1}`;
    for (let i = columns.length - 1; i >= 0; i--) if (!dropped.has(i) && !isBlank(i)) return i;
    throw this.#refuse("drop", "at least one column left", "all", "leave out fewer");
  }

  #title(column: number): string {
    return `\`${this.#source.columns[column]}\``;
  }

  #refuse(what: string, rule: string, got: unknown, remedy: string): EvanesceError {
    return new EvanesceError(`${this.#source.name}: ${what}`, rule, got, remedy);
  }

  #judge(column: number) {
    const { decimal, dateFormat } = this.#options;
    const others = (list: readonly boolean[]) => list.some((value, i) => value && i !== column);
    const judgement = judgeColumn(this.#profiles[column], this.#source.columns[column], {
      decimal,
      dateFormat,
      fileComma: others(this.#fileComma),
      filePoint: others(this.#filePoint),
    });
    if (judgement.problem !== undefined) this.#faults.push({ ...judgement.problem, column });
    for (const note of judgement.notes) this.#notes.push(`${this.#title(column)} ${note}.`);
    return judgement.kind;
  }

  /** @param chosen whether the caller named the column; then it is an input in any case */
  #feature(column: number, chosen: boolean): FeatureColumn[] {
    const p = this.#profiles[column];
    const name = this.#source.columns[column];
    const leaveOut = (why: string): FeatureColumn[] => {
      this.#notes.push(
        `${this.#title(column)} ${why}, so it is left out${chosen ? "" : `; columns= chooses the inputs`}.`,
      );
      return [];
    };
    if (!chosen && this.#isIndex(column)) return leaveOut("numbers the rows");
    const kind = this.#judge(column);
    if (kind === undefined) return [];
    if (kind.kind === "empty") return leaveOut("has no value in any row");
    const own = !p.repeats && p.filled > 2 && p.filled === p.count;
    if (!chosen && own && isIdName(name) && (kind.kind === "words" || (kind.kind === "number" && p.whole)))
      return leaveOut("has a different value in each row, like a name");
    if (kind.kind === "words") {
      const count = kind.values?.length;
      if (own && p.words > 2 && !chosen) return leaveOut("has a different word in every row");
      if (chosen && (count === undefined || count > MOST_ONE_HOT)) {
        const rule = `columns of at most ${MOST_ONE_HOT} different words`;
        throw this.#refuse("columns", rule, `${name}, which holds ${count ?? "more"}`, "leave it out");
      }
      if (count === undefined || count > MOST_ONE_HOT)
        return leaveOut(`holds ${count ?? "many"} different words, more than the ${MOST_ONE_HOT} that can be inputs`);
      if (count === 1) return leaveOut(`holds the word ${kind.values?.[0]} in every row`);
      this.#notes.push(`${this.#title(column)} holds ${count} different words; each becomes an input that is 0 or 1.`);
    } else if (kind.kind === "date" || kind.kind === "time") return this.#moment(column, kind);
    if (kind.kind === "number" && p.stopgap !== undefined) {
      const [value, rows] = p.stopgap;
      const held = `${value} in ${rows} row${rows === 1 ? "" : "s"}, far below its other numbers`;
      this.#notes.push(`${this.#title(column)} holds ${held}. If it marks missing cells, add na=${value}.`);
    }
    return [{ column, name, kind }];
  }

  #moment(column: number, kind: Extract<ColumnKind, { kind: "date" | "time" }>): FeatureColumn[] {
    const { dates } = this.#options;
    const what = kind.kind === "date" ? "dates" : "times";
    if (dates === "drop") {
      this.#notes.push(`${this.#title(column)} holds ${what}, so it is left out because of dates=drop.`);
      return [];
    }
    return [{ column, name: this.#source.columns[column], kind }];
  }

  /** Whether the column numbers the rows, and its name says so or is missing. */
  #isIndex(column: number): boolean {
    const { columns, named } = this.#source;
    const p = this.#profiles[column];
    if (!p.counts || !p.whole || p.numbers !== p.count || p.count < 2 || p.affixes.size > 0) return false;
    const blank = named && columns[column] === `column ${column + 1}`;
    return (
      blank ||
      isIndexName(columns[column]) ||
      (isIdName(columns[column]) && (p.firstNumber === 0 || p.firstNumber === 1))
    );
  }

  #target(targets: readonly number[]): TargetPlan | undefined {
    const kinds = targets.map((column) => this.#judge(column));
    const judged = kinds.flatMap((kind, i) =>
      kind === undefined
        ? []
        : { column: targets[i], name: this.#source.columns[targets[i]], kind, profile: this.#profiles[targets[i]] },
    );
    if (judged.length < targets.length) return undefined;
    const { plan, note } = planTarget(this.#source.name, judged, this.#options.targetKind);
    this.#notes.push(note);
    return plan;
  }

  /** Refuses a table with columns that cannot be read. The message shows the first, and the options for all. */
  #requireReadable(): void {
    if (this.#faults.length === 0) return;
    const { name, columns, unit } = this.#source;
    const first = this.#faults.reduce((least, fault) => (fault.line < least.line ? fault : least));
    const title = columns[first.column] === `column ${first.column + 1}` ? "" : ` (${columns[first.column]})`;
    const others = this.#faults.filter((fault) => fault !== first);
    const also =
      others.length === 0
        ? ""
        : `; ${others.map(({ column, line, got }) => `column ${columns[column]} has the same problem, ${quoted(got)} in ${unit} ${line}`).join(", ")}`;
    throw new EvanesceError(
      `${name}: ${unit} ${first.line}, column ${first.column + 1}${title}`,
      first.rule,
      first.got,
      first.remedy + also,
    );
  }
}
