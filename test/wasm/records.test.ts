import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { FRAME } from "../../src/wasm/jacobian/records.ts";
import * as shared from "../../src/wasm/records.ts";
import { UPDATE_RULES } from "../../src/wasm/training/coefficients.ts";

const records = { ...shared, FRAME };
const assembly = fileURLToPath(new URL("../../assembly", import.meta.url));
const source = readdirSync(assembly, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(join(assembly, file), "utf8"))
  .join("\n");

/** Every @unmanaged class of the core that has fields, under its list's name: the fields in order, with their types. */
const classes = Object.fromEntries(
  [...source.matchAll(/@unmanaged\s+export class (\w+) \{\n([\s\S]*?)\n\}/g)]
    .map(([, name, body]) => [
      name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase(), // TimePass → TIME_PASS
      [...body.matchAll(/^ {2}(\w+): (\w+);/gm)].map(([, field, type]) => ({ field, type })),
    ])
    .filter(([, fields]) => fields.length > 0),
) as Record<string, { field: string; type: string }[]>;
const names = [...source.matchAll(/@unmanaged\s+export class (\w+)/g)].map(([, name]) => name);
const lists = Object.entries(records).filter((entry): entry is [string, (typeof shared)["LAYER"]] =>
  Array.isArray(entry[1]),
);

describe("the host's records are the core's", () => {
  it("has a list for every class and a class for every list", () => {
    expect(lists.map(([name]) => name).sort()).toEqual(Object.keys(classes).sort());
    expect(lists.length).toBeGreaterThanOrEqual(4);
  });

  it.each(lists)("%s: field by field, in order", (name, fields) => {
    expect([...fields]).toEqual(classes[name].map(({ field }) => field));
  });

  it.each(Object.entries(classes))("%s: every field takes four bytes", (_, fields) => {
    const known = ["i32", "usize", "f32", ...names]; // a record inside a record is a pointer
    expect(fields.filter(({ type }) => !known.includes(type))).toEqual([]);
  });
});

it("the host numbers the rules of an update as the core does", () => {
  const update = readFileSync(join(assembly, "optimizers/update.ts"), "utf8");
  const numbered = [...update.matchAll(/^export const (\w+): i32 = (\d+);/gm)];
  expect(numbered.map(([, name, number]) => [name, Number(number)])).toEqual(UPDATE_RULES.map((name, i) => [name, i]));
});

describe("writeRecord", () => {
  it("writes every field of one record at its place and touches no other", () => {
    const view = new Int32Array(9).fill(-1);
    shared.writeRecord(view, 1, ["a", "b", "c"] as const, { c: 3, a: 1, b: 2 });
    expect([...view]).toEqual([-1, -1, -1, 1, 2, 3, -1, -1, -1]);
  });
});
