import { anything, FILLED, type Output, type Rule, type Schema } from "./schema.ts";

/** What is wrong with a value. */
export type Problem =
  | { readonly code: "type"; readonly expected: string }
  | { readonly code: "choice"; readonly values: readonly string[] }
  | { readonly code: "least" | "most"; readonly bound: number; readonly ofList: boolean }
  | { readonly code: "key"; readonly key: string }
  | { readonly code: "union"; readonly issues: readonly Issue[] }
  | { readonly code: "refused"; readonly rule: string; readonly remedy: string };

/** A problem and its place: keys from the outside in. */
export class Issue {
  readonly problem: Problem;
  readonly path: readonly string[];

  constructor(problem: Problem, path: readonly string[] = []) {
    this.problem = problem;
    this.path = path;
  }

  /** The same issue, of the object that holds the value under `key`. */
  under(...keys: readonly string[]): Issue {
    return new Issue(this.problem, [...keys, ...this.path]);
  }
}

/** The value with every default filled in, or the first issue, in the order of the schema's keys. */
export const check = <Of extends Rule>(schema: Of, value: unknown): Output<Of> | Issue =>
  checked(schema, value) as Output<Of> | Issue;

const wrong = (expected: string) => new Issue({ code: "type", expected });

function checked(rule: Rule, value: unknown): unknown {
  switch (rule.type) {
    case "any":
      return value;
    case "null":
      return value === null ? null : wrong("null");
    case "boolean":
      return typeof value === "boolean" ? value : wrong("boolean");
    case "string":
      return typeof value === "string" ? (bounds(value.length, rule.least, Infinity) ?? value) : wrong("string");
    case "number":
      return Number.isFinite(value) ? (bounds(value as number, rule.least, rule.most) ?? value) : wrong("number");
    case "int":
      if (!Number.isFinite(value)) return wrong("number");
      if (!Number.isInteger(value)) return wrong("int");
      return bounds(value as number, rule.least, rule.most) ?? value;
    case "choice": {
      const word = rule.spelled === undefined ? value : rule.spelled(value);
      return rule.values.includes(word as string) ? word : new Issue({ code: "choice", values: rule.values });
    }
    case "list":
      return list(value, rule);
    case "record":
      return isObject(value) ? entries(Object.keys(value), value, () => rule.item) : wrong("record");
    case "object":
      return object(value, rule);
    case "union":
      return union(value, rule.of);
    case "optional":
      return value === undefined ? undefined : checked(rule.inner, value);
    case "default":
      if (value !== undefined) return checked(rule.inner, value);
      return rule.value === FILLED ? checked(rule.inner, {}) : rule.value;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const bounds = (value: number, least: number, most: number, ofList = false): Issue | undefined => {
  if (value < least) return new Issue({ code: "least", bound: least, ofList });
  return value > most ? new Issue({ code: "most", bound: most, ofList }) : undefined;
};

function list(value: unknown, { item, least }: Rule & { readonly type: "list" }): unknown {
  if (!Array.isArray(value)) return wrong("array");
  const items: unknown[] = [];
  for (const [i, each] of value.entries()) {
    const result = checked(item, each);
    if (result instanceof Issue) return result.under(String(i));
    items.push(result);
  }
  return bounds(items.length, least, Infinity, true) ?? items;
}

/** The values of `keys`, each by its rule. A key that is left out stays so where its rule gives no value. */
function entries(
  keys: readonly string[],
  from: Readonly<Record<string, unknown>>,
  ruleOf: (key: string) => Rule,
): Record<string, unknown> | Issue {
  const values: [string, unknown][] = [];
  for (const key of keys) {
    const result = checked(ruleOf(key), from[key]);
    if (result instanceof Issue) return result.under(key);
    if (result !== undefined || key in from) values.push([key, result]);
  }
  return Object.fromEntries(values); // an assignment to `__proto__` would change the object's prototype
}

function object(value: unknown, { shape, closed, refine }: Rule & { readonly type: "object" }): unknown {
  if (!isObject(value)) return wrong("object");
  const others = Object.keys(value).filter((key) => !Object.hasOwn(shape, key));
  const keys = Object.keys(shape);
  const values = entries(closed ? keys : [...keys, ...others], value, (key) =>
    Object.hasOwn(shape, key) ? shape[key]! : anything,
  );
  if (values instanceof Issue) return values;
  if (closed && others.length > 0) return new Issue({ code: "key", key: others[0]! });
  let first: Issue | undefined;
  refine?.(values as never, (path, rule, remedy) => {
    first ??= new Issue({ code: "refused", rule, remedy }, path);
  });
  return first ?? values;
}

/** Whether a value has the right type, so that only its size or its other keys are wrong. */
const isNear = ({ problem: { code } }: Issue) => code === "least" || code === "most" || code === "refused";

function union(value: unknown, of: readonly Rule[]): unknown {
  const issues: Issue[] = [];
  for (const rule of of) {
    const result = checked(rule, value);
    if (!(result instanceof Issue)) return result;
    issues.push(result);
  }
  const near = issues.filter(isNear);
  return near.length === 1 ? near[0] : new Issue({ code: "union", issues });
}

/** The keys that a schema knows at a path; none where it is no object. */
export function keysAt(schema: Schema, path: readonly string[]): readonly string[] {
  let rule: Rule | undefined = opened(schema);
  for (const key of path) {
    if (rule?.type === "list" || rule?.type === "record") rule = opened(rule.item);
    else rule = rule?.type === "object" && Object.hasOwn(rule.shape, key) ? opened(rule.shape[key]!) : undefined;
  }
  return rule?.type === "object" ? Object.keys(rule.shape) : [];
}

/** The rule inside defaults; of a union, its object. */
function opened(rule: Rule): Rule | undefined {
  if (rule.type === "optional" || rule.type === "default") return opened(rule.inner);
  return rule.type === "union" ? rule.of.map(opened).find((each) => each?.type === "object") : rule;
}
