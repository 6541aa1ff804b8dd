import type * as z from "zod/mini";
import { EvanesceError } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/**
 * Turns an issue of the schema into a message of the usual form: `where: rule, got value; remedy`.
 *
 * @param issue what zod found
 * @param input the whole spec, to show the value at the path of the issue
 * @param where the name of the spec in messages
 * @param keysAt the keys of the schema at a path, to suggest one for an unknown key
 */
export function specError(
  issue: Issue,
  input: unknown,
  where: string,
  keysAt: (path: Path) => readonly string[],
): EvanesceError {
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const keys = keysAt(issue.path);
    const remedy = suggestion(key, keys) ?? `the keys here are ${keys.join(", ")}`;
    return new EvanesceError(at(where, [...issue.path, key]), "a key of the schema", key, remedy);
  }
  if (issue.code === "invalid_union" && issue.path.at(-1) !== "kind") {
    const deeper = issue.errors.flat().find((inner) => inner.path.length > 0); // for example one entry of a list
    if (deeper !== undefined) {
      return specError({ ...deeper, path: [...issue.path, ...deeper.path] } as Issue, input, where, keysAt);
    }
  }
  const got = valueAt(input, issue.path);
  return new EvanesceError(at(where, issue.path), rule(issue), got, remedy(issue, got));
}

const at = (where: string, path: Path) => [where, ...path.map(String)].join(".");

const valueAt = (input: unknown, path: Path) =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], input);

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

/** The rule for the value. */
function rule(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPES[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(", ")}`;
    case "too_small":
      return issue.origin === "array" ? `a list of at least ${issue.minimum}` : `at least ${issue.minimum}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "invalid_union":
      return issue.path.at(-1) === "kind"
        ? KINDS.join(" or ")
        : issue.errors.map(([first]) => rule(first!)).join(" or ");
    case "custom":
      return String(issue.params?.rule);
    default:
      return issue.message;
  }
}

/** The remedy. */
function remedy(issue: Issue, got: unknown): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.path.length === 0) return 'start from {"kind": "recurrent"} or {"kind": "feedforward"}';
      if (typeof got === "string" && got.trim() !== "" && Number.isFinite(Number(got)))
        return "write it without quotes";
      if (issue.expected === "int") return `use ${Math.floor(got as number)} or ${Math.ceil(got as number)}`;
      return `write ${TYPES[issue.expected] ?? issue.expected}, or leave it out for the default`;
    case "invalid_value":
      return suggestion(got, issue.values.map(String)) ?? "choose one of these";
    case "too_small":
      return issue.origin === "array" ? "add an entry, or leave it out" : `use ${issue.minimum} or more`;
    case "too_big":
      return `use ${issue.maximum} or less`;
    case "invalid_union":
      if (got === undefined && issue.path.length > 1) return "add it, because the other keys have no effect without it";
      if (issue.path.at(-1) !== "kind") return suggestion(got, choices(issue)) ?? "use one of these";
      return suggestion(got, KINDS) ?? 'set "kind" to one of these';
    case "custom":
      return String(issue.params?.remedy);
    default:
      return "see `evanesce schema`";
  }
}

const choices = (issue: z.core.$ZodIssueInvalidUnion): string[] =>
  issue.errors.flat().flatMap((inner) => (inner.code === "invalid_value" ? inner.values.map(String) : []));
