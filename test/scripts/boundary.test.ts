/** What the build reads from the core's sources, and the faults that it refuses. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// plain JavaScript without declarations
const script = (name: string): string => fileURLToPath(new URL(`../../scripts/core/${name}.mjs`, import.meta.url));
const { readBoundary } = await import(script("boundary"));
const { checkFacts, readFacts } = await import(script("facts"));
const { readCellSizes, readLayouts } = await import(script("cells"));
const { root } = await import(script("sources"));

type Source = readonly [path: string, text: string];
const INDEX: Source = ["assembly/index.ts", 'export { f as g } from "./f";'];
const F: Source = ["assembly/f.ts", "export function f(a: usize, n: i32): f64 { return 0; }"];
const read = (...sources: Source[]) => readBoundary([INDEX, F, ...sources]);

/** Facts as a compiler would give them, of members' numbers and of records' bytes. */
const facts = (kinds: Record<string, number>, bytes = 8, offset = (_: string) => 0) => ({
  kind: (_: string, member: string) => kinds[member],
  size: () => bytes,
  offset: (_: string, field: string) => offset(field),
});

describe("the boundary", () => {
  it("has an export under the name the index gives it, with its parameters", () => {
    expect(read().exports).toMatchObject([
      { name: "g", path: "assembly/f.ts", parameters: ["a", "n"], returns: "f64" },
    ]);
  });

  it("has a record's fields in order, with their types and its comment", () => {
    const [record] = read([
      "assembly/records/r.ts",
      "/** A pair. */\n@unmanaged export class Pair {\n  a: i32; // first\n  b: f32;\n}",
    ]).records;
    expect(record).toMatchObject({ name: "Pair", doc: "A pair." });
    expect(record.fields).toEqual([
      { name: "a", type: "i32" },
      { name: "b", type: "f32" },
    ]);
  });

  it("refuses a field that does not take four bytes, and says where", () => {
    expect(() => read(["assembly/records/r.ts", "@unmanaged export class R { a: f64; }"])).toThrow(
      /^assembly\/records\/r\.ts: R\.a: a field of four bytes, got f64; use i32, usize, f32 or another record$/,
    );
  });

  it("refuses one name for two records", () => {
    const record = "@unmanaged export class R { a: i32; }";
    expect(() => read(["assembly/records/a.ts", record], ["assembly/records/b.ts", record])).toThrow(
      /^assembly\/records\/b\.ts: the record R stands in assembly\/records\/a\.ts too; /,
    );
  });

  it("refuses an export that is not a function", () => {
    expect(() =>
      readBoundary([
        ["assembly/index.ts", 'export { f } from "./f";'],
        ["assembly/f.ts", ""],
      ]),
    ).toThrow(/^assembly\/f\.ts: no function f; /);
  });
});

describe("facts", () => {
  const boundary = read(
    ["assembly/records/r.ts", "@unmanaged export class R { a: i32; b: i32; }"],
    ["assembly/kinds.ts", "export enum Kind { A, B = 0 }"],
  );

  it("refuses a kind that stands twice", () => {
    expect(() => checkFacts(boundary, facts({ A: 0, B: 0 }))).toThrow(
      /^assembly\/kinds\.ts: Kind\.B: a number of its own, got 0, which is Kind\.A; leave the numbers out/,
    );
  });

  it("refuses a record whose size is not that of its fields", () => {
    expect(() => checkFacts(boundary, facts({ A: 0, B: 1 }, 12))).toThrow(
      /^assembly\/records\/r\.ts: R: 2 fields of four bytes in order, got 12 bytes; /,
    );
  });

  it("takes numbers, sizes and offsets as the compiler has them", async () => {
    const own = readBoundary();
    const found = await readFacts(own);
    checkFacts(own, found);
    expect(found.constant("DEAD")).toBe(-(2 ** 30));
    expect(found.offset("Layer", "activation")).toBe(4);
  });
});

describe("sizes of cells", () => {
  const ugrnn = "assembly/cells/ugrnn.ts";
  /** Sizes as the build reads them where one line of a cell's file says otherwise. */
  const sizesWith = async (before: string, after: string) => {
    const boundary = readBoundary();
    const text = readFileSync(`${root}${ugrnn}`, "utf8");
    expect(text).toContain(before);
    return readCellSizes(boundary, await readFacts(boundary), { [ugrnn]: text.replace(before, after) });
  };

  it.each([
    ["tapeSlabs", 3, 2],
    ["tapeSlabs", 3, 4],
    ["deltaSlabs", 2, 3],
    ["carrySlabs", 2, 1],
    ["stateSlabs", 1, 2],
    ["vectorSlabs", 0, 1],
  ])("refuses a wrong %s() and says which is right", async (name, right, wrong) => {
    const change = (slabs: number) => `${name}(): i32 { return ${slabs}; }`;
    await expect(sizesWith(change(right), change(wrong))).rejects.toThrow(
      new RegExp(`^assembly/cells: Ugrnn\\.${name}\\(\\): .*got ${wrong}; `),
    );
  });

  it("refuses a cell that reads more of the state than it declares", async () => {
    const state = "f32x4.mul(u, before)";
    const beyond = "f32x4.mul(u, v128.load(previous + slab))";
    await expect(sizesWith(state, beyond)).rejects.toThrow(
      /^assembly\/cells: Ugrnn: a step reads a state, a vector or weights beyond/,
    );
  });

  /** A form of a catalogue's cell as the build reads it. */
  interface Form {
    readonly cell: string;
    readonly kernel: string;
    readonly gates: number;
    readonly inputGates: readonly number[];
    readonly columns: readonly number[];
  }
  /** Sizes as the build reads them where the catalogue lays the update-gate RNN out in another way. */
  const sizesOf = async (changed: Partial<Form>) => {
    const boundary = readBoundary();
    const layouts: Form[] = await readLayouts();
    const other = layouts.map((form) => (form.cell === "ugrnn" ? { ...form, ...changed } : form));
    return readCellSizes(boundary, await readFacts(boundary), {}, other);
  };
  const columns = [8, 8]; // of x and h together

  it.each<[string, Partial<Form>, RegExp]>([
    [
      "of a gate too few",
      { gates: 1, inputGates: [0], columns: columns.slice(1) },
      /^assembly\/cells: Ugrnn: a step reads a state, a vector or weights beyond those declared; .* of ugrnn/,
    ],
    [
      "of a slab too many",
      { columns: [...columns, 8] },
      /^src\/catalogue\/cells: ugrnn\.layout\.forward: as many slabs as a step reads, got 3; /,
    ],
    [
      "without a gate in the product with the inputs",
      { inputGates: [1] },
      /^src\/catalogue\/cells: ugrnn\.layout\.inputGates: each of 2 gates once, got \[1\]; /,
    ],
    [
      "of a kernel that the core does not have",
      { kernel: "urnn" },
      /^src\/catalogue\/cells: ugrnn\.layout\.kernel: a member of CellKind in snake case, got "urnn"; /,
    ],
    ["of another kernel", { kernel: "gru" }, /^assembly\/cells: Gru: a step reads .* of ugrnn/],
  ])("refuses a layout %s", async (_, changed, message) => {
    await expect(sizesOf(changed)).rejects.toThrow(message);
  });
});
