// Asks the compiler itself for the numbers that cross the boundary: a module of the core's records, enumerations and
// constants is compiled in memory, and each number is a call.
import { readFileSync } from "node:fs";
import asc from "assemblyscript/asc";
import { BoundaryError, root } from "./sources.mjs";

const FLAGS = "--runtime stub --enable simd --enable bulk-memory --use abort= --initialMemory 16 -O0 --noAssert";

/**
 * Compiles an entry as if it lay in the root.
 *
 * @param changed texts by path, in place of those on disk
 * @returns its exports
 */
export async function compileInMemory(entry, where, changed = {}) {
  let binary;
  const { error, stderr } = await asc.main(["entry.ts", ...FLAGS.split(" "), "-o", "out.wasm"], {
    readFile(name) {
      if (name === "entry.ts") return entry;
      if (name in changed) return changed[name];
      try {
        return readFileSync(`${root}${name}`, "utf8");
      } catch {
        return null;
      }
    },
    writeFile(_, contents) {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error || binary === undefined) {
    throw new BoundaryError(where, `the compiler refuses it\n${stderr.toString()}`, "mend what it names");
  }
  return (await WebAssembly.instantiate(binary)).instance.exports;
}

const imported = (list, path) => `import { ${list.join(", ")} } from "./${path.replace(/\.ts$/, "")}";`;

/** Values by name: of constants, of members of enumerations, and sizes and offsets of records in bytes. */
export async function readFacts({ records, enums, constants }) {
  const lines = [];
  const ask = (name, value) => lines.push(`export function ${name}(): i32 { return <i32>(${value}); }`);
  for (const { name, path } of [...records, ...enums, ...constants]) lines.push(imported([name], path));
  for (const { name, fields } of records) {
    ask(`size_${name}`, `offsetof<${name}>()`);
    for (const field of fields) ask(`offset_${name}_${field.name}`, `offsetof<${name}>("${field.name}")`);
  }
  for (const { name, members } of enums)
    for (const member of members) ask(`kind_${name}_${member}`, `${name}.${member}`);
  for (const { name } of constants) ask(`constant_${name}`, name);
  const core = await compileInMemory(lines.join("\n"), "assembly/records");
  return {
    constant: (name) => core[`constant_${name}`](),
    kind: (name, member) => core[`kind_${name}_${member}`](),
    size: (name) => core[`size_${name}`](),
    offset: (name, field) => core[`offset_${name}_${field}`](),
  };
}

/** Refuses two members with the same number, and a record whose size is not the sum of its fields. */
export function checkFacts({ records, enums }, facts) {
  for (const { name, path, members } of enums) {
    const taken = new Map();
    for (const member of members) {
      const kind = facts.kind(name, member);
      if (taken.has(kind)) {
        throw new BoundaryError(
          `${path}: ${name}.${member}`,
          `a number of its own, got ${kind}, which is ${name}.${taken.get(kind)}`,
          "leave the numbers out: the order gives them",
        );
      }
      taken.set(kind, member);
    }
  }
  for (const { name, path, fields } of records) {
    if (facts.size(name) !== fields.length * 4 || fields.some((field, i) => facts.offset(name, field.name) !== i * 4)) {
      throw new BoundaryError(
        `${path}: ${name}`,
        `${fields.length} fields of four bytes in order, got ${facts.size(name)} bytes`,
        "declare each field on its own, with a type of four bytes",
      );
    }
  }
}
