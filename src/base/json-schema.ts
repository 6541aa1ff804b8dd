import { FILLED, type Rule } from "./schema.ts";

export type Json = Record<string, unknown>;

/** A JSON Schema with the name of its dialect, which only the outermost one has. */
export const withDialect = (schema: Json): Json => ({
  $schema: "https://json-schema.org/draft/2020-12/schema",
  ...schema,
});

/** A schema as JSON Schema of what callers write. */
export function jsonSchema(rule: Rule): Json {
  const description = rule.text === undefined ? {} : { description: rule.text };
  if (rule.type === "optional") return { ...jsonSchema(rule.inner), ...description };
  if (rule.type === "default") {
    return { ...description, default: rule.value === FILLED ? {} : rule.value, ...jsonSchema(rule.inner) };
  }
  const own = of(rule);
  const listed = rule.listed === true ? { anyOf: [own, { type: "array", minItems: 1, items: own }] } : own;
  return { ...listed, ...description };
}

function of(rule: Rule): Json {
  switch (rule.type) {
    case "string":
      return { type: "string", ...(rule.least > 0 ? { minLength: rule.least } : {}) };
    case "number":
    case "int":
      return {
        type: rule.type === "int" ? "integer" : "number",
        ...(rule.least > -Infinity ? { minimum: rule.least } : {}),
        ...(rule.most < Infinity ? { maximum: rule.most } : {}),
      };
    case "choice":
      return rule.values.length === 1
        ? { type: "string", const: rule.values[0] }
        : { type: "string", enum: rule.values };
    case "list":
      return { ...(rule.least > 0 ? { minItems: rule.least } : {}), type: "array", items: jsonSchema(rule.item) };
    case "record":
      return { type: "object", propertyNames: { type: "string" }, additionalProperties: jsonSchema(rule.item) };
    case "object":
      return object(rule);
    case "union":
      return { anyOf: rule.of.map(jsonSchema) };
    case "null":
    case "boolean":
      return { type: rule.type };
    default:
      return {};
  }
}

function object({ shape, closed }: Rule & { readonly type: "object" }): Json {
  const required = Object.keys(shape).filter((key) => !["optional", "default"].includes(shape[key]!.type));
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(shape).map(([key, rule]) => [key, jsonSchema(rule)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: closed ? false : {},
  };
}
