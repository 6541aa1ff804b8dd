import { z } from "zod";
import { EvanesceError } from "../errors.ts";
import { type FeedforwardInput, type FeedforwardSpec, feedforwardSchema } from "./feedforward.ts";
import { type RecurrentInput, type RecurrentSpec, recurrentSchema } from "./recurrent.ts";

export type { FeedforwardInput, FeedforwardSpec, RecurrentInput, RecurrentSpec };

/** A network as plain JSON data, every default filled in. */
export type NetworkSpec = RecurrentSpec | FeedforwardSpec;
/** A network as a caller writes it: everything but `kind` may be left out. */
export type NetworkInput = RecurrentInput | FeedforwardInput;

const networkSchema = z.discriminatedUnion("kind", [recurrentSchema, feedforwardSchema]);

/**
 * The spec with every default filled in, names in canonical spelling, frozen.
 *
 * @param where how messages call the spec: a file's name, or `network`
 * @throws EvanesceError naming the first field that breaks a rule: unknown keys included
 */
export function parseSpec(input: unknown, where = "network"): NetworkSpec {
  const result = networkSchema.safeParse(input);
  if (result.success) return deepFreeze(result.data);
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  throw specError(issue, input, where);
}

function specError(issue: z.core.$ZodIssue, input: unknown, where: string): EvanesceError {
  const path = [where, ...issue.path.map(String)].join(".");
  const got = issue.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  switch (issue.code) {
    case "unrecognized_keys":
      return new EvanesceError(
        `${path}.${issue.keys[0]}`,
        "a key the schema knows",
        issue.keys[0],
        "see `evanesce schema` for every key",
      );
    case "invalid_union":
      if (issue.path.at(-1) === "kind") return new EvanesceError(path, '"recurrent" or "feedforward"', got, "set kind");
      return new EvanesceError(path, "a value of one of its types", got, "see `evanesce schema`");
    case "invalid_value":
      return new EvanesceError(path, `one of ${issue.values.join(", ")}`, got, "choose one of these");
    case "too_small":
      return new EvanesceError(path, `at least ${issue.minimum}`, got, `use ${issue.minimum} or more`);
    case "too_big":
      return new EvanesceError(path, `at most ${issue.maximum}`, got, `use ${issue.maximum} or less`);
    default: {
      const rule =
        "expected" in issue
          ? issue.expected === "int"
            ? "a whole number"
            : `a finite ${issue.expected}`
          : issue.message;
      return new EvanesceError(path, rule.replace("finite object", "object"), got, "see `evanesce schema`");
    }
  }
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

/** JSON Schema of both kinds, every default and description included: what `evanesce schema` prints. */
export function networkJsonSchema(): unknown {
  return z.toJSONSchema(networkSchema, { io: "input", unrepresentable: "any" });
}
