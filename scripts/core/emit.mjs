// Writes src/wasm/generated/: the boundary between the core and its host, as TypeScript.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { root } from "./sources.mjs";

const folder = `${root}src/wasm/generated/`;

/** Writes a file only if its text changes, so that watchers do not start for nothing. */
export function write(name, text) {
  mkdirSync(folder, { recursive: true });
  const path = `${folder}${name}`;
  let before;
  try {
    before = readFileSync(path, "utf8");
  } catch {}
  if (before !== text) writeFileSync(path, text);
}

const HEADER = "// Written by scripts/build-core.mjs from the sources of the core. Do not edit.\n\n";

const comment = (doc) =>
  doc === ""
    ? ""
    : `/**\n${doc
        .split("\n")
        .map((line) => ` * ${line}`.trimEnd())
        .join("\n")}\n */\n`;

/** LeakyRelu → leaky_relu, TimePass → time_pass. */
export const snake = (name) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, "_").toLowerCase();

/** @param sizes by cell's name: the slabs of everything a step reads and writes */
export function emitBoundary({ records, enums, constants, exports }, facts, sizes) {
  write(
    "records.ts",
    HEADER +
      records
        .map(({ name, doc, fields }) => {
          const at = fields.map((field, i) => `    ${field.name}: ${i},`).join("\n");
          const floats = fields.filter(({ type }) => type === "f32").map((field) => `"${field.name}"`);
          return `${comment(doc)}export const ${snake(name).toUpperCase()} = {\n  size: ${fields.length},\n  at: {\n${at}\n  },\n  floats: [${floats.join(", ")}],\n} as const;\n`;
        })
        .join("\n"),
  );
  write(
    "kinds.ts",
    HEADER +
      enums
        .map(({ name, doc, members }) => {
          const rows = members.map((member) => `  ${snake(member)}: ${facts.kind(name, member)},`).join("\n");
          return `${comment(doc)}export const ${snake(name).toUpperCase()} = {\n${rows}\n} as const;\nexport type ${name}Name = keyof typeof ${snake(name).toUpperCase()};\n`;
        })
        .join("\n"),
  );
  write(
    "constants.ts",
    HEADER +
      constants.map(({ name, doc }) => `${comment(doc)}export const ${name} = ${facts.constant(name)};\n`).join("\n"),
  );
  write(
    "exports.ts",
    `${HEADER}/** The functions of the core. Pointers and sizes are numbers. */\nexport interface CoreExports {\n  readonly memory: WebAssembly.Memory;\n${exports
      .map(({ name, parameters, returns }) => {
        const list = parameters.map((parameter) => `${parameter}: number`).join(", ");
        return `  ${name}(${list}): ${returns === "void" ? "void" : "number"};`;
      })
      .join("\n")}\n}\n`,
  );
  if (sizes !== undefined) {
    const rows = Object.entries(sizes).map(
      ([name, size]) =>
        `  ${name}: ${JSON.stringify(size)
          .replace(/"(\w+)":/g, " $1: ")
          .replace("}", " }")},`,
    );
    write(
      "cell-sizes.ts",
      `${HEADER}/**\n * Slabs [H₄][8] that a step of each cell reads and writes, as its file declares them. The build has compared them with\n * what a step touches.\n */\nexport const CELL_SIZES = {\n${rows.join("\n")}\n} as const;\n`,
    );
  }
}
