import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import type { Issue, Problem } from "../base/schema-check.ts";

type Path = readonly string[];

/**
 * Turns an issue of a schema into a message of the usual form: `where: rule, got value; remedy`.
 *
 * @param issue what is wrong
 * @param input the whole spec, to show the value at the path of the issue
 * @param where the name of the spec in messages
 * @param keys the keys of the schema at a path, to suggest one for an unknown key
 */
export function specError(
  issue: Issue,
  input: unknown,
  where: string,
  keys: (path: Path) => readonly string[],
): EvanesceError {
  const { problem, path } = issue;
  if (problem.code === "key") {
    const known = keys(path);
    const remedy = suggestion(problem.key, known) ?? `the keys here are ${known.join(", ")}`;
    return new EvanesceError(at(where, [...path, problem.key]), "a key of the schema", problem.key, remedy);
  }
  if (problem.code === "union") {
    // for example one entry of a list
    const deeper = problem.issues.find((inner) => inner.path.length > 0 || inner.problem.code === "key");
    if (deeper !== undefined) return specError(deeper.under(...path), input, where, keys);
  }
  const got = valueAt(input, path);
  return new EvanesceError(at(where, path), rule(problem), got, remedy(issue, got));
}

const at = (where: string, path: Path) => [where, ...path].join(".");

const valueAt = (input: unknown, path: Path) =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], input);

const suggestion = (name: unknown, names: readonly string[]) => {
  const near = typeof name === "string" ? nearest(name, names) : undefined;
  return near === undefined ? undefined : `did you mean ${near}?`;
};

const KINDS = ["recurrent", "feedforward"];
const TYPES: Record<string, string> = {
  int: "a whole number",
  number: "a finite number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
};

/** The message for a spec whose `kind` is none of the two. */
export const kindError = (kind: unknown, where: string): EvanesceError =>
  new EvanesceError(`${where}.kind`, KINDS.join(" or "), kind, suggestion(kind, KINDS) ?? 'set "kind" to one of these');

/** The message for a spec that is no object. */
export const objectError = (input: unknown, where: string): EvanesceError =>
  new EvanesceError(where, "an object", input, START);

const START = 'start from {"kind": "recurrent"} or {"kind": "feedforward"}';

/** The rule for the value. */
function rule(problem: Problem): string {
  switch (problem.code) {
    case "type":
      return TYPES[problem.expected] ?? problem.expected;
    case "choice":
      return problem.values.length === 1 ? problem.values[0]! : `one of ${problem.values.join(", ")}`;
    case "least":
      return problem.ofList ? `a list of at least ${problem.bound}` : `at least ${problem.bound}`;
    case "most":
      return `at most ${problem.bound}`;
    case "union":
      return problem.issues.map((issue) => rule(issue.problem)).join(" or ");
    case "refused":
      return problem.rule;
    case "key":
      return `no key ${problem.key}`;
  }
}

/** The remedy. */
function remedy({ problem, path }: Issue, got: unknown): string {
  switch (problem.code) {
    case "type":
      if (path.length === 0) return START;
      if (typeof got === "string" && got.trim() !== "" && Number.isFinite(Number(got)))
        return "write it without quotes";
      if (problem.expected === "int") return `use ${Math.floor(got as number)} or ${Math.ceil(got as number)}`;
      return `write ${TYPES[problem.expected] ?? problem.expected}, or leave it out for the default`;
    case "choice":
      return suggestion(got, problem.values) ?? "choose one of these";
    case "least":
      return problem.ofList ? "add an entry, or leave it out" : `use ${problem.bound} or more`;
    case "most":
      return `use ${problem.bound} or less`;
    case "union":
      if (got === undefined && path.length > 1) return "add it, because the other keys have no effect without it";
      return suggestion(got, choices(problem.issues)) ?? "use one of these";
    case "refused":
      return problem.remedy;
    case "key":
      return "leave it out";
  }
}

const choices = (issues: readonly Issue[]): string[] =>
  issues.flatMap(({ problem }) => (problem.code === "choice" ? problem.values : []));
