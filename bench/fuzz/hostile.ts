import fc from "fast-check";

/** Values that programs trip over, whatever they expect. */
export const NASTY: readonly unknown[] = [
  ...[null, true, false, 0, -0, -1, 0.5, 1e-300, 1e308, 2 ** 31, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY],
  ...[
    "",
    "a",
    "NaN",
    "-1",
    "__proto__",
    "constructor",
    "toString",
    "../../x",
    "\u001b[2J\u202e",
    "<script>alert(1)</script>",
  ],
  ...["=1+1", "a".repeat(5000), "\ud800", "1e999"],
  ...[[], [[]], [null], {}, { length: -1 }, { __proto__: null }, { toString: 5 }, { name: {} }],
];

/** A value that is nasty, or any JSON value. */
export const nasty: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

type Path = readonly (string | number)[];

/** Every place in a JSON value, the whole aside. */
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [[...path, key], ...places(part, [...path, key])]);
}

function changed(value: unknown, path: Path, change: (parent: Record<string, unknown>, key: string) => void): unknown {
  const copy = structuredClone(value);
  let parent = copy as Record<string, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  if (typeof parent === "object" && parent !== null) change(parent, String(path.at(-1)));
  return copy;
}

/** A JSON value after one to three changes: a part replaced by something nasty, taken away, or added. */
export function mutated(value: unknown): fc.Arbitrary<unknown> {
  const all = places(value);
  const edit = fc.record({
    at: fc.nat(Math.max(all.length - 1, 0)),
    kind: fc.constantFrom("replace", "replace", "replace", "delete", "add"),
    by: nasty,
    key: fc.constantFrom("x", "__proto__", "constructor", "length", "id", "name"),
  });
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) =>
    edits.reduce((whole, { at, kind, by, key }) => {
      const path = places(whole)[at % Math.max(places(whole).length, 1)];
      if (path === undefined) return whole;
      return changed(whole, path, (parent, last) => {
        if (kind === "delete") delete parent[last];
        else if (kind === "add" && !Array.isArray(parent))
          Object.defineProperty(parent, key, { value: by, enumerable: true, configurable: true });
        else if (!(last === "length" && Array.isArray(parent))) parent[last] = by;
      });
    }, value),
  );
}

/** Bytes after up to four faults: one overwritten, a run of 0 or 0xff, a part taken out, repeated or cut off. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const fault = fc.record({
    at: fc.nat(),
    kind: fc.nat(5),
    value: fc.nat(255),
    length: fc.integer({ min: 1, max: 16 }),
  });
  return fc.array(fault, { minLength: 1, maxLength: 4 }).map((faults) =>
    faults.reduce((whole, { at, kind, value, length }) => {
      const copy = whole.slice();
      const from = at % Math.max(copy.length, 1);
      if (kind === 0) copy[from] = value;
      else if (kind === 1) copy.fill(0xff, from, from + length);
      else if (kind === 2) copy.fill(0, from, from + length);
      else if (kind === 3) return copy.slice(0, from);
      else if (kind === 4) return Uint8Array.from([...copy.subarray(0, from), ...copy.subarray(from + length)]);
      else return Uint8Array.from([...copy.subarray(0, from + length), ...copy.subarray(from)]);
      return copy;
    }, bytes),
  );
}
