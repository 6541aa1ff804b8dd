import { expect, it } from "vitest";
import { jsonSchema } from "../../src/base/json-schema.ts";
import { check, Issue, keysAt } from "../../src/base/schema-check.ts";
import {
  boolean,
  choice,
  defaulted,
  filled,
  listOf,
  object,
  openObject,
  optional,
  real,
  recordOf,
  type Rule,
  text,
  union,
  whole,
} from "../../src/base/schema.ts";

const problemOf = (rule: Rule, value: unknown) => {
  const result = check(rule, value);
  return result instanceof Issue ? { ...result.problem, path: result.path.join(".") } : result;
};

const SPEC = object({
  name: choice(["a", "b"]),
  size: defaulted(whole({ least: 1 }), 3),
  rate: optional(real({ least: 0, most: 1 })),
  inner: filled(object({ flag: defaulted(boolean(), true) }), "options"),
  width: optional(union(whole({ least: 1 }), listOf(whole({ least: 1 }), { least: 1 }))),
});

it("fills in defaults, in the order of the schema, and leaves out what was left out", () => {
  expect(JSON.stringify(check(SPEC, { rate: undefined, name: "b" }))).toBe(
    '{"name":"b","size":3,"inner":{"flag":true}}',
  );
  expect(Object.keys(check(SPEC, { name: "a" }) as object)).not.toContain("rate");
});

it.each<[unknown, object]>([
  [7, { code: "type", expected: "object", path: "" }],
  [[], { code: "type", expected: "object", path: "" }],
  [{ name: "c" }, { code: "choice", path: "name" }],
  [
    { name: "a", size: "3" },
    { code: "type", expected: "number", path: "size" },
  ],
  [
    { name: "a", size: 1.5 },
    { code: "type", expected: "int", path: "size" },
  ],
  [
    { name: "a", size: Number.NaN },
    { code: "type", expected: "number", path: "size" },
  ],
  [
    { name: "a", size: 2 ** 53 },
    { code: "most", bound: Number.MAX_SAFE_INTEGER, path: "size" },
  ],
  [
    { name: "a", rate: 1.5 },
    { code: "most", bound: 1, path: "rate" },
  ],
  [
    { name: "a", inner: { flag: 1 } },
    { code: "type", expected: "boolean", path: "inner.flag" },
  ],
  [
    { name: "a", inner: { flug: true } },
    { code: "key", key: "flug", path: "inner" },
  ],
  // a number is near to the first form, a list to the second; a text is near to neither
  [
    { name: "a", width: 0 },
    { code: "least", bound: 1, ofList: false, path: "width" },
  ],
  [
    { name: "a", width: [] },
    { code: "least", bound: 1, ofList: true, path: "width" },
  ],
  [
    { name: "a", width: [2, 0] },
    { code: "least", bound: 1, path: "width.1" },
  ],
  [
    { name: "a", width: "2" },
    { code: "union", path: "width" },
  ],
  [
    { size: 0, name: "a", nmae: "b" },
    { code: "least", path: "size" },
  ],
])("names the first thing wrong with %j", (value, issue) => {
  expect(problemOf(SPEC, value)).toMatchObject(issue);
});

it("checks rules about several keys only if every key is right, and reports the first", () => {
  const seen: unknown[] = [];
  const rule = object({ from: real(), to: real() }, (range, refuse) => {
    seen.push(range);
    if (range.from > range.to) refuse(["to"], "at least from", "swap them");
    refuse(["from"], "never", "never");
  });
  expect(problemOf(rule, { from: "1", to: 0 })).toMatchObject({ code: "type", path: "from" });
  expect(seen).toEqual([]);
  expect(problemOf(rule, { from: 1, to: 0 })).toEqual({
    code: "refused",
    rule: "at least from",
    remedy: "swap them",
    path: "to",
  });
});

it("keeps the other keys of an open object, and a key that is called __proto__ is only a key", () => {
  const value = JSON.parse('{"name": "x", "__proto__": {"evil": 1}, "more": [2]}');
  for (const rule of [openObject({ name: text() }), recordOf(union(text(), openObject({}), listOf(real())))]) {
    const result = check<Rule>(rule, value) as unknown as Record<string, unknown>;
    expect(Object.keys(result)).toEqual(["name", "__proto__", "more"]);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(result.evil).toBeUndefined();
  }
});

it("knows the keys at a path, through defaults, lists, records and unions", () => {
  const rule = object({ of: optional(listOf(union(text(), object({ deep: recordOf(SPEC) })))) });
  expect(keysAt(rule, [])).toEqual(["of"]);
  expect(keysAt(rule, ["of", "0", "deep", "x", "inner"])).toEqual(["flag"]);
  expect(keysAt(rule, ["of", "0", "deep", "x", "name"])).toEqual([]);
});

it("becomes JSON Schema of what a caller writes", () => {
  expect(jsonSchema(SPEC)).toEqual({
    type: "object",
    properties: {
      name: { type: "string", enum: ["a", "b"] },
      size: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 3 },
      rate: { type: "number", minimum: 0, maximum: 1 },
      inner: {
        type: "object",
        description: "options",
        default: {},
        properties: { flag: { type: "boolean", default: true } },
        additionalProperties: false,
      },
      width: {
        anyOf: [
          { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
          {
            type: "array",
            minItems: 1,
            items: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
          },
        ],
      },
    },
    required: ["name"],
    additionalProperties: false,
  });
});
